"""Tells who raised an exception: a `raise` statement, or the interpreter and what is written in C by themselves.

The message of a subscript that fails says how the code was written. The message that a statement gives is behaviour. The traceback's
innermost place tells them apart: only a statement that gives an exception stands at its own instruction there. A bare `raise` and the
end of a `finally` leave the place of what they pass on, and so do generators and coroutines.
"""

import opcode

_RAISE = opcode.opmap["RAISE_VARARGS"]
# Read past whatever a class of the tree calls by that name.
_traceback = BaseException.__dict__["__traceback__"].__get__


def origin(error):
    """Return the place in a traceback where an exception comes from, or None."""
    place = _traceback(error)
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place


def explicit(error):
    """Say whether a `raise` statement made this exception, wherever it was raised again."""
    place = origin(error)
    if place is None:
        return False
    code, at = place.tb_frame.f_code.co_code, place.tb_lasti
    # Without an operand it is a bare `raise` that found nothing to raise again: then the interpreter complains. A generator that has not
    # begun stands before its first instruction.
    return at >= 0 and code[at] == _RAISE and code[at + 1] > 0
