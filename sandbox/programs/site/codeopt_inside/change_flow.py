"""What can be gone through once, for plans of new calls: iterators of plain containers, and generators that stand in for recorded ones."""

import copy
import types

from codeopt_inside import passing, values

_ITERATORS = frozenset(
    {
        *(type(iter(held)) for held in ([], (), "", "\xe9", b"", bytearray(), {}, set(), frozenset(), range(1), range(1 << 70))),
        *(type(iter(view)) for view in ({}.values(), {}.items())),
        *(type(reversed(held)) for held in ([], {}, range(1))),
    }
)


def is_flow(value):
    """Tell whether it is such, and its items can be known without taking them."""
    if type(value) is types.GeneratorType:
        return values.standing.get(value) is not None
    return type(value) in _ITERATORS


def items(flow):
    """Return what it would yield; it is left as it is."""
    return list(values.standing[flow].items if type(flow) is types.GeneratorType else copy.copy(flow))


def like(flow, new):
    """Return what yields other items in the same way; one of which no more was known than its first items ends after those."""
    if type(flow) is not types.GeneratorType:
        return iter(new)
    state = values.standing[flow]
    ending = (passing.ENDED, None) if state.ending == passing.MORE else (state.ending, state.value)
    return passing.standing(list(new), *ending)


def generator(held):
    """Return a generator of the same items."""
    return passing.standing(list(held), passing.ENDED, None)
