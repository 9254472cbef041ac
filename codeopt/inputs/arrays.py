"""Edges of numpy arrays, by operations: the host knows neither numpy nor the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from codeopt.inputs.edge import Edge, do, lacking, literal
from codeopt.inputs.sketch import Node

__all__ = ["array_edges"]

_AXES = ("columns", "channels")
_ORDER = ("sorted", "descending")
_ANY_DTYPE = ("ArrayLike", "Any", "floating", "integer", "number", "generic", "inexact", "complexfloating")
_DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1", ">f8")
_FILLS = {
    "i": (0, 1, -1, 127, -128, 255, 1 << 31, (1 << 63) - 1, -(1 << 63)),
    "u": (0, 1, 127, 255, (1 << 32) - 1, (1 << 63) - 1),
    "f": (0.0, -0.0, 1.0, -1.0, math.nan, math.inf, -math.inf, 5e-324, 1e308, 1e-9),
    "b": (False, True),
    "c": (0j, 1j, complex(math.nan, 0)),
}


def array_edges(node: Node, annotation: str, seed: int) -> Iterator[Edge]:
    """Yield the edges of an array: sizes and axes, layout in memory, numbers, and other dtypes where the annotation allows any."""
    yield from _layouts(node)
    if node.shape:
        yield from _sizes(node, seed)
        yield from _orders(node, seed)
    yield do("no axes", ("item", 0), risks={"shape"})
    yield do("one more axis", ("axis",), risks={"shape"})
    for value in _FILLS.get(node.dtype[1:2], ()):
        risks = lacking(value)
        yield do(f"all {value}", ("fill", literal(value)), risks={*risks, "unique"})
        yield do(f"one {value}", ("set", seed, literal(value)), risks={*risks, "unique", *_ORDER})
    for dtype in _DTYPES:
        if dtype != node.dtype and any(word in annotation for word in _ANY_DTYPE):
            yield do(f"dtype {dtype}", ("dtype", dtype), risks={"positive", "nonnegative"} if dtype == "|b1" else ())


def _layouts(node: Node) -> Iterator[Edge]:
    yield do("read-only", ("read-only",))
    yield do("with gaps", ("gaps",))
    if len(node.shape) > 1:
        yield do("column order", ("columns",))
        yield do("transposed", ("transpose",), risks=_AXES, resizes=True)
    if node.shape:
        yield do("backwards in memory", ("backwards",))
    yield do("other byte order", ("byte order",))


def _sizes(node: Node, seed: int) -> Iterator[Edge]:
    length = node.shape[0]
    for name, size in {"empty": 0, "one": 1, "two": 2, "half": length // 2, "without its end": length - 1}.items():
        if 0 <= size < length:
            yield do(name, ("take", size), resizes=True)
    if length:
        yield do("twice over", ("twice",), resizes=True, risks={"unique", *_ORDER})
        yield do("one repeated", ("repeat", seed % length), resizes=True, risks={"unique"})
    if len(node.shape) > 1:
        yield do("last axis empty", ("take last", 0), risks=_AXES)
        yield do("last axis of one", ("take last", 1), risks=_AXES)


def _orders(node: Node, seed: int) -> Iterator[Edge]:
    if node.shape[0] > 1:
        yield do("reversed", ("reverse",), risks=_ORDER)
        yield do("shuffled", ("shuffle", seed), risks=_ORDER)
        yield do("sorted", ("sort", False), risks={"descending"})
        yield do("all equal", ("equal", seed % node.shape[0]), risks={"unique"})
        yield do("two swapped", ("swap", 0, node.shape[0] - 1), risks=_ORDER)
