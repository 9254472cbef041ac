"""Makes small calls out of large ones, so that many can be made of them: every container and text keeps its first parts.

All are cut to one number of parts, so that what goes together still fits together. Objects of the repository stay whole, since they may
count what they hold; collections among them are asked to leave things out.
"""

from codeopt_inside import calls, own, passing
from codeopt_inside.parts import divisible

LARGE = 2_000
_FEW = 24
_LONGEST = 2_000
_DEEPEST = 4


def trimmed(pickles):
    """Return the calls, each large one made small; one that does not let itself be cut stays as it is."""
    return [data if len(data) <= LARGE else _cut(data) for data in pickles]


def _cut(data):
    call = calls.loaded(data)
    if type(call) is calls.Unloadable:
        return data
    try:
        arguments, keywords = call
        small = tuple(_first(value, 0) for value in arguments), {name: _first(value, 0) for name, value in keywords.items()}
        made = passing.again(small)
    except Exception:
        return data
    return made if len(made) < len(data) else data


def _first(value, depth):
    if own.form(value):
        return own.keep(value, min(_FEW, len(value)))
    kind = divisible(value) if depth < _DEEPEST else None
    if kind is None:
        return value
    parts = kind.parts(value)[: _LONGEST if isinstance(value, (str, bytes, bytearray)) else _FEW]
    if kind.pairs:
        return kind.become(value, [(key, _first(item, depth + 1)) for key, item in parts])
    return kind.become(value, [_first(item, depth + 1) for item in parts] if isinstance(value, (list, tuple)) else parts)
