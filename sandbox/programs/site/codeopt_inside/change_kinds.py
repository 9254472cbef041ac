"""The types that values of plans of new calls can be turned into: plain ones, and classes of their own that are below them."""

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


SUBCLASSES = {list: ListOf, str: TextOf, int: NumberOf, float: RealOf, dict: MappingOf}
PLAIN = {
    **{kind.__name__: kind for kind in (list, tuple, set, frozenset, bytes, bytearray)},
    "list_iterator": lambda held: iter(list(held)),
    "generator": change_flow.generator,
}
