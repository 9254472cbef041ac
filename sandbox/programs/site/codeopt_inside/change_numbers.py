"""The operations of `change.py` that put numbers of another kind among others, and what makes a sequence anew of other items."""

import collections
import math

_NUMBERS = {"int": int, "float": float, "bool": bool}


def again(old, items):
    """Return a sequence of the type of `old`."""
    if isinstance(old, str):
        return "".join(items)
    if isinstance(old, collections.deque):
        return collections.deque(items, old.maxlen)
    return old._make(items) if hasattr(old, "_make") else type(old)(items)


def _beside(old, at, kind, other):
    """Put an equal number of another type behind a number of one type; a boolean for 0 and 1 alone."""
    items = list(old)
    order = [*range(at, len(items)), *range(at)]
    found = next(spot for spot in order if type(items[spot]).__name__ == kind and _NUMBERS[other](items[spot]) == items[spot])
    items.insert(found + 1, _NUMBERS[other](items[found]))
    return again(old, items)


def _numbers(old, kind, more):
    """Return the same numbers as those of another type, each by so much more; what is no number stays.

    Whole ones are rounded up: what was positive is then still positive.
    """
    make = math.ceil if kind == "int" else _NUMBERS[kind]
    items = [make(item + more) if type(item) in (int, float) else item for item in old]
    if all(type(one) is type(other) for one, other in zip(items, old)):  # noqa: B905 - Python 3.9
        raise ValueError("nothing is of another type")
    return again(old, items)


OPERATIONS = {"beside": _beside, "numbers": _numbers}
