"""Knows what one change of one value is: how it is written, and which properties of recorded values it may break."""

from __future__ import annotations

import base64
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from typing import TypeVar

from codeopt.inputs.sketch import Node

__all__ = ["EXACT", "LARGE", "TAGS", "Edge", "do", "in_turn", "lacking", "literal", "put", "tag_of"]

T = TypeVar("T")
EXACT = 1 << 53
LARGE = 1 << 31  # a number of rounds or items beyond which a call does not come back

# What a plan is said to break, by what recorded values lack where it did not hold; the first that is broken names the plan.
TAGS = {
    "type": "type",
    "none": "none",
    "nan": "finite",
    "finite": "finite",
    "shape": "shape",
    "columns": "shape",
    "channels": "channels",
    "keys": "keys",
    "nested": "nested",
    "rows": "lengths",
    "lengths": "lengths",
    "order": "order",
    "number": "number",
    "sorted": "sorted",
    "descending": "sorted",
    "unique": "unique",
    "separate": "distinct",
    "positive": "sign",
    "nonnegative": "sign",
    "small": "magnitude",
    "encodable": "ascii",
    "ascii": "ascii",
    "state": "state",
    "held": "held",
    "answers": "answers",
    "sequence": "sequence",
    "mapping": "mapping",
    "subclass": "subclass",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A change of a value: `recipe` is what `Change.value` spells, `risks` what may break, `kind` the new type, if any.

    `name` says which edge it is: of two edges of one name at one place, one is enough. `resizes` tells whether the length may change,
    `becomes` what comes out where that is known.
    """

    name: str
    recipe: tuple[object, ...]
    risks: frozenset[str] = field(default=frozenset())
    kind: str = ""
    resizes: bool = False
    becomes: Node | None = None

    @property
    def text(self) -> str:
        """The recipe as JSON in ASCII: texts may hold what is no Unicode."""
        return json.dumps(self.recipe, separators=(",", ":"))


def do(name: str, *operations: Iterable[object], risks: Iterable[str] = (), resizes: bool = False, kind: str = "") -> Edge:
    """Return an edge that does something to the value that is there."""
    recipe = ("do", *[tuple(operation) for operation in operations])
    return Edge(name=name, recipe=recipe, risks=frozenset(risks), resizes=resizes, kind=kind)


def put(name: str, value: object, *, risks: Iterable[str] = ()) -> Edge:
    """Return an edge that puts a literal in the place of the value."""
    kind, length = type(value).__name__, len(value) if isinstance(value, Sized) else 0
    becomes = Node(type=kind, value=value, length=length)
    return Edge(name=name, recipe=literal(value), risks=lacking(value) | frozenset(risks), kind=kind, resizes=True, becomes=becomes)


def in_turn(lots: Sequence[Iterable[T]]) -> Iterator[T]:
    """Yield the first of every lot, then the second of every one, and so on."""
    nothing = object()
    for row in itertools.zip_longest(*lots, fillvalue=nothing):
        yield from (each for each in row if each is not nothing)  # type: ignore[misc]


def literal(value: object) -> tuple[object, ...]:
    """Spell a value of built-in types.

    Raises:
        TypeError: it is of another type.
    """
    if isinstance(value, list | tuple | set | frozenset):
        items = [literal(item) for item in value]
        return (type(value).__name__, tuple(items if isinstance(value, list | tuple) else sorted(items, key=repr)))
    if isinstance(value, dict):
        return ("dict", tuple((literal(key), literal(item)) for key, item in value.items()))
    return _atom(value)


def _atom(value: object) -> tuple[object, ...]:
    if value is None:
        return ("none",)
    if isinstance(value, bool | str):
        return (type(value).__name__, value)
    if isinstance(value, int):
        return ("int", hex(value))
    if isinstance(value, float):
        return ("float", value.hex() if math.isfinite(value) else repr(value))
    if isinstance(value, complex):
        return ("complex", literal(value.real), literal(value.imag))
    if isinstance(value, range):
        return ("range", *map(literal, (value.start, value.stop, value.step)))
    if isinstance(value, bytes | bytearray):
        return (type(value).__name__, base64.b64encode(value).decode())
    raise TypeError(type(value).__name__)


def lacking(value: object) -> frozenset[str]:
    """Return which properties do not hold of a literal, in the words of sketches."""
    if value is None:
        return frozenset({"none"})
    if isinstance(value, str):
        return _text_lacking(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_lacking(value)
    if isinstance(value, complex):
        return (_number_lacking(value.real) | _number_lacking(value.imag)) - {"positive", "nonnegative"}
    if isinstance(value, range):
        turned = {"sorted" if value.step < 0 else "descending"} if len(value) > 1 else set[str]()
        return frozenset(turned).union(*map(lacking, {*value[:1], *value[-1:]}))
    if isinstance(value, dict):
        return frozenset[str]().union(*map(lacking, value), *map(lacking, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset[str]().union(*map(lacking, value))
    return frozenset()


def _text_lacking(value: str) -> frozenset[str]:
    if value.isascii():
        return frozenset()
    is_surrogate = any("\ud800" <= sign <= "\udfff" for sign in value)
    return frozenset({"ascii", "encodable"} if is_surrogate else {"ascii"})


def _number_lacking(value: float) -> frozenset[str]:
    if math.isnan(value):
        return frozenset({"nan", "finite"})
    lacks = {name for name, holds in (("positive", value > 0), ("nonnegative", value >= 0)) if not holds}
    if math.isinf(value):
        return frozenset({*lacks, "finite"})
    return frozenset(lacks if abs(value) < LARGE else {*lacks, "small"})


def tag_of(broken: Iterable[str]) -> str:
    """Name what a plan breaks; empty where it breaks nothing."""
    found = set(broken)
    return next((tag for mark, tag in TAGS.items() if mark in found), "")
