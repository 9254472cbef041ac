"""Says which lines a sample of a stack is for.

Another thread sees a stack only where the interpreter lets go of its lock: at calls, and where a loop goes back to its head. What ran since
the place before is what took the time, so a loop of a few statements without calls would all be for its last line. The instructions
between two such places share it, by what they usually cost.
"""

import dis

_PLACES = ("CALL", "RESUME", "JUMP_BACKWARD", "POP_JUMP_BACKWARD", "JUMP_ABSOLUTE", "SEND", "YIELD", "FOR_ITER_GEN")
_CALLS = ("CALL", "RESUME", "SEND", "YIELD")
# What a search or arithmetic takes beside loads and stores of names; a search may go through anything.
_COSTS = {
    "CONTAINS_OP": 10.0,
    "FORMAT_VALUE": 5.0,
    **dict.fromkeys(("BINARY_OP", "COMPARE_OP", "BINARY_SUBSCR", "STORE_SUBSCR", "FOR_ITER"), 3.0),
}
_USUAL = 1.0
_LITTLE = 0.2
_NAMES = ("LOAD_FAST", "STORE_FAST", "LOAD_CONST", "POP_TOP", "NOP", "CACHE", "COPY", "SWAP", "PRECALL", "PUSH_NULL", "EXTENDED_ARG")
_listed = {}


def shares(code, offset, line):
    """Return (line, share) pairs that add up to one, for a sample at an instruction; `line` is what its frame says."""
    try:
        told, lines = _instructions(code)
        at = next(number for number, each in enumerate(told) if each.offset >= offset)
    except Exception:
        return ((line, 1.0),)
    if told[at].opname.startswith(_CALLS):
        return ((line, 1.0),)
    weights = {}
    for number in _since(told, _source(told, at, lines)):
        where = lines.get(told[number].offset)
        if where is not None:
            weights[where] = weights.get(where, 0.0) + _cost(told[number].opname)
    total = sum(weights.values())
    return tuple((where, weight / total) for where, weight in weights.items()) if total else ((line, 1.0),)


def _instructions(code):
    """Return the instructions of a code object, and by their offsets the lines of those that have one."""
    if id(code) not in _listed:
        told, lines, current = list(dis.get_instructions(code)), {}, None
        starts = dict(_starts(code))
        for each in told:
            current = starts.get(each.offset, current)
            lines[each.offset] = current
        _listed[id(code)] = (told, lines, code)
    return _listed[id(code)][:2]


def _starts(code):
    """Return (offset, line) where another line starts, None where none does."""
    spans = getattr(code, "co_lines", None)
    return dis.findlinestarts(code) if spans is None else [(start, line) for start, _, line in spans()]


def _source(told, at, lines):
    """Return the number of the instruction that led to one without a line: the condition that jumps there."""
    if lines.get(told[at].offset) is not None:
        return at
    jumps = [number for number, each in enumerate(told) if "JUMP" in each.opname and each.argval == told[at].offset]
    return max(jumps, default=at)


def _since(told, at):
    """Yield the numbers of the instructions from one back to the last place before it where a sample could have been taken."""
    yield at
    for number in range(at - 1, -1, -1):
        if told[number].opname.startswith(_PLACES):
            return
        yield number


def _cost(name):
    return _LITTLE if name.startswith(_NAMES) else _COSTS.get(name, _USUAL)
