"""Edges of what holds items: sequences, sets, mappings, ranges, and what yields them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from codeopt.inputs.edge import Edge, do, put
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import ATOMS, FLOW, MAPPINGS, Node

__all__ = ["container_edges", "settled"]

_LONGEST = 64
_LONG_RANGE = 257
_MANY = 50
_MIXING = frozenset({"swap", "equal", "reverse", "shuffle", "sort", "rotate", "copy", "alias", "nest"})
_ORDER = ("sorted", "descending")


def container_edges(
    node: Node, signature: Signature, *, holds: frozenset[str], flows: bool, allowed: frozenset[str], numbers: frozenset[str], seed: int
) -> Iterator[Edge]:
    """Yield the edges of a container.

    `holds` are the properties of all recorded ones, `flows` says whether it may be an iterator, `allowed` are types that may stand in its
    place, `numbers` the kinds of numbers that may be in it, `seed` decides what is left to chance.
    """
    if flows:
        yield from _flows(node)
    if node.type in {"list", "tuple"}:
        yield from (do(f"type: {kind}", ("as", kind), kind=kind) for kind in sorted({"set", "frozenset", "dict"} & allowed))
        if "range" in allowed:
            yield put("a range", range(node.length))
    if isinstance(node.value, range):
        yield from _ranges(node.value)
    elif node.type in MAPPINGS:
        yield from _as_records(_mappings(node, seed), node, "keys")
    elif node.type == "tuple":
        lots = (_sizes(node, signature, holds, seed), _items(node, holds, seed), _wholes(node))
        yield from _as_records(itertools.chain(*lots), node, "shape")
    elif node.type in {"set", "frozenset"}:
        yield from _members(node, signature, seed)
    else:
        yield from _sizes(node, signature, holds, seed)
        yield from _items(node, holds, seed)
        yield from _other_numbers(node, holds, numbers)
        yield from _wholes(node)


def settled(holds: frozenset[str], *, shrinks: bool) -> tuple[tuple[object, ...], ...]:
    """Return what to do to a sequence after a change, so that it is sorted and free of repeats if all recorded ones were.

    Repeats are dropped where it may shrink; otherwise they are no call.
    """
    steps: list[tuple[object, ...]] = [("distinct",) if shrinks else ("require distinct",)] if "unique" in holds else []
    if "sorted" in holds or "descending" in holds:
        steps.append(("sort", "sorted" not in holds))
    return tuple(steps)


def _as_records(edges: Iterator[Edge], node: Node, mark: str) -> Iterator[Edge]:
    """Yield edges of what holds a record, where each place has a type of its own: what mixes them breaks it."""
    is_record = len({item.type for item in node.items}) > 1
    for edge in edges:
        mixes = is_record and any(isinstance(step, tuple) and step[0] in _MIXING for step in edge.recipe)
        yield replace(edge, risks=edge.risks | {mark}) if mixes else edge


def _sizes(node: Node, signature: Signature, holds: frozenset[str], seed: int) -> Iterator[Edge]:
    length, keep = node.length, settled(holds, shrinks=True)
    sizes = {"empty": 0, "one": 1, "two": 2, "three": 3, "half": length // 2, "without its end": length - 1, "double": 2 * length}
    sizes.update({"one more": length + 1, "many": max(_MANY, length)})
    for constant in signature.numbers:
        if 0 <= constant <= _LONGEST:
            sizes.update({f"{each} items": each for each in (constant, constant - 1, constant + 1, 2 * constant)})
    for name, size in sizes.items():
        if size == length or size < 0:
            continue
        if size < length:
            yield do(name, ("take", size), resizes=True, risks={"shape"})
        elif length:
            yield do(name, ("grow", size, seed), *keep, resizes=True, risks={"shape"})


def _items(node: Node, holds: frozenset[str], seed: int) -> Iterator[Edge]:
    length, keep, fewer = node.length, settled(holds, shrinks=False), settled(holds, shrinks=True)
    if not length:
        return
    spot = seed % length
    yield do("another call's item", ("other", spot, seed), *keep)
    yield do("other calls' items", ("others", seed), *keep)
    yield do("one inserted", ("insert other", seed % (length + 1), seed), *fewer, resizes=True, risks={"shape"})
    yield do("one repeated", ("repeat", spot), resizes=True, risks={"unique", "shape"})
    yield do("the last like the first", ("copy", 0, length - 1), risks={"unique", *_ORDER})
    if length > 1:
        yield do("without its first", ("delete", 0), resizes=True, risks={"shape"})
        yield do("one deleted", ("delete", spot), resizes=True, risks={"shape"})
        yield do("two swapped", ("swap", spot, (spot + 1) % length), risks=_ORDER)
        yield do("all equal", ("equal", spot), risks={"unique"})
        yield do("reversed", ("reverse",), risks=_ORDER)
        yield do("shuffled", ("shuffle", seed), risks=_ORDER)
        yield do("sorted", ("sort", False), risks={"descending"})
        yield do("sorted downwards", ("sort", True), risks={"sorted"})
        yield do("twice over", ("twice",), resizes=True, risks={"unique", "shape", *_ORDER})
        yield do("rotated", ("rotate", 1 + spot), risks=_ORDER)
    kinds = {item.type for item in node.items}
    for kind, other in (("int", "float"), ("int", "bool"), ("float", "int")):
        # Another kind of number than was recorded turns up in what is summed or passed through, which is nobody's business.
        if {kind, other} <= kinds:
            yield do(f"an equal {other} beside", ("beside", spot, kind, other), resizes=True, risks={"unique", "shape"})
    if any(item.type not in ATOMS for item in node.items):
        yield do("one object twice", ("alias", 0, length - 1), risks={"separate", "unique", *_ORDER})
    yield do("an item in a list of its own", ("nest", spot), risks={"nested", "sorted", "descending", "rows"})


def _other_numbers(node: Node, holds: frozenset[str], numbers: frozenset[str]) -> Iterator[Edge]:
    """Yield the same numbers as those of another kind, all of them: where kinds are mixed, honest code makes of one what it likes."""
    kinds = {item.type for item in node.items}
    if node.type == "tuple" and "shape" in holds:
        return
    if kinds == {"float"} and "int" in numbers:
        yield do("all whole", ("numbers", "int", 0), *settled(holds, shrinks=False), risks={"number"})
    if kinds == {"int"} and "float" in numbers:
        yield do("all real", ("numbers", "float", 0), risks={"number"})
        yield do("all between", ("numbers", "float", 0.5), risks={"number"})


def _flows(node: Node) -> Iterator[Edge]:
    """Yield the same items as what can be gone through once, and as what can be gone through often."""
    for name, kind in {"an iterator": "list_iterator", "a generator": "generator", "a list": "list", "a tuple": "tuple"}.items():
        if kind != node.type:
            yield do(f"as {name}", ("as", kind), kind=kind)
    if node.type == "generator":
        yield do("as one that ends", ("as", "generator"), kind="generator")


def _ranges(value: range) -> Iterator[Edge]:
    step = value.step
    numbers = {
        "empty": range(0),
        "one": value[:1] or range(1),
        "two": range(value.start, value.start + 2 * step, step),
        "half": value[: len(value) // 2],
        "one more": range(value.start, value.start + (len(value) + 1) * step, step),
        "one less": value[:-1],
        "from one on": range(1, 1 + len(value)),
        "around zero": range(-3, 4),
        "of steps of three": range(value.start, value.start + 3 * step * len(value), 3 * step),
        "downwards": value[::-1],
        "downwards from five": range(5, -3, -2),
        "long": range(value.start, value.start + _LONG_RANGE * step, step),
    }
    yield from (put(name, made) for name, made in numbers.items() if made != value)
    yield do("type: list", ("as", "list"), kind="list")


def _wholes(node: Node) -> Iterator[Edge]:
    if node.kind == FLOW:
        return
    if node.type in {"list", "tuple"}:
        yield do("a subclass", ("subclass",), kind="subclass")
    for other in ("tuple", "list"):
        if other != node.type:
            yield do(f"type: {other}", ("as", other), kind=other)


def _members(node: Node, signature: Signature, seed: int) -> Iterator[Edge]:
    sizes = {"empty": 0, "one": 1, "two": 2, "half": node.length // 2, "one less": node.length - 1}
    sizes.update({f"{each} items": each for each in signature.numbers if 0 <= each <= _LONGEST})
    yield from (do(name, ("fewer", size, seed)) for name, size in sizes.items() if 0 <= size < node.length)
    yield do("other calls' members", ("more", seed))
    yield do("a frozen set" if node.type == "set" else "a set", ("as", _other_set(node)), kind=_other_set(node))


def _other_set(node: Node) -> str:
    return "frozenset" if node.type == "set" else "set"


def _mappings(node: Node, seed: int) -> Iterator[Edge]:
    yield do("empty", ("fewer", 0, seed), risks={"keys"})
    if node.length > 1:
        spot = seed % node.length
        yield do("one", ("fewer", 1, seed), risks={"keys"})
        yield do("half", ("fewer", node.length // 2, seed), risks={"keys"})
        yield do("a key deleted", ("delete", spot), risks={"keys"})
        yield do("keys in reverse order", ("turn",))
        yield do("keys in order", ("order", False))
        yield do("values swapped", ("swap", 0, spot or 1))
        yield do("all values equal", ("equal", spot))
    if node.length:
        yield do("other calls' values", ("others", seed))
        yield do("other calls' keys", ("more", seed), risks={"keys"})
    if node.type == "dict":
        yield do("a subclass", ("subclass",), kind="subclass")
