"""The types that values of plans of new calls can be turned into: plain ones, and classes of their own that are below them."""

import collections.abc

from codeopt_inside import change_flow


class ListOf(list):
    """A list of a class of its own."""


class TextOf(str):
    """A text of a class of its own."""

    __slots__ = ()


class NumberOf(int):
    """An integer of a class of its own."""


class RealOf(float):
    """A real number of a class of its own."""


class MappingOf(dict):
    """A mapping of a class of its own."""


# By the number of their fields; each stands in the module under its name, as pickles need it.
NAMED = {size: collections.namedtuple("Named%d" % size, ["field%d" % at for at in range(size)]) for size in range(9)}  # noqa: PYI024 - made by size
globals().update({kind.__name__: kind for kind in NAMED.values()})

SUBCLASSES = {list: ListOf, tuple: lambda held: NAMED[len(held)](*held), str: TextOf, int: NumberOf, float: RealOf, dict: MappingOf}
PLAIN = {
    **{kind.__name__: kind for kind in (list, tuple, set, frozenset, bytes, bytearray)},
    "dict": lambda held: dict(held) if isinstance(held, collections.abc.Mapping) else {item: at for at, item in enumerate(held)},
    "list_iterator": lambda held: iter(list(held)),
    "generator": change_flow.generator,
}
