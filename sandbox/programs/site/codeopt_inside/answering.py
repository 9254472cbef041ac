"""Stand-ins for functions that recorded calls were given: they call those, and answer otherwise.

What a function is given is fixed in most recorded calls, and so is the kind of its answers: a key that is never empty, a loader that never
fails. The stand-ins keep nothing between calls, so how often and in which order they are called makes no difference.
"""

import inspect

_EMPTY = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
_NUMBERS = (int, float, complex)
_SEQUENCES = (str, bytes, list, tuple)


class Answering:
    """Calls a function and changes what it answers, as `how` says; of what is awaited, what comes then."""

    def __init__(self, function, how):
        self.function, self.how = function, how

    def __call__(self, *arguments, **keywords):
        answer = self.function(*arguments, **keywords)
        return _later(answer, HOW[self.how]) if inspect.isawaitable(answer) else HOW[self.how](answer)


async def _later(answer, change):
    return change(await answer)


def _nothing(answer):
    """Return what is empty or zero of the same type; None for what has no such."""
    return type(answer)() if type(answer) in _EMPTY else None


def _turned(answer):
    """Return a number with the other sign, a sequence from its end, a truth value that is the other; all else as it is."""
    if type(answer) is bool:
        return not answer
    if type(answer) in _NUMBERS:
        return -answer
    return answer[::-1] if type(answer) in _SEQUENCES else answer


def _failed(_answer):
    raise ValueError("no answer")


HOW = {"nothing": _nothing, "turned": _turned, "failed": _failed}
