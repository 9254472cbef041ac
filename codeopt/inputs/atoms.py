"""Edges of single values: numbers and bytes, and what texts are tried with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codeopt.inputs.edge import EXACT, Edge, do, put
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import Node
from codeopt.inputs.texts import text_edges

__all__ = ["FLOATS", "INTEGERS", "Near", "atom_edges"]

INTEGERS = (0, 1, -1, 2, 3, -2, 7, 10, 100, 255, 256, -128, 1 << 31, 1 << 63, -(1 << 63) - 1, 10**40)
FLOATS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 0.1, 2.5, 1e-9, 3.0, float(EXACT + 1)),
    *(math.nan, math.inf, -math.inf, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, -1e308, 1e16),
)
_MOST_CONSTANTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What is near a value.

    `others` were recorded at its place, `held` are values in what else its call has, `sizes` those of that, `fragments` are for a text.
    """

    others: Sequence[object] = ()
    held: Sequence[object] = ()
    sizes: Sequence[int] = ()
    fragments: Sequence[str] = ()


def atom_edges(node: Node, signature: Signature, near: Near) -> Iterator[Edge]:
    """Yield the edges of a value: literals around it, the edges of its type, constants of the code, and other types."""
    value = node.value
    yield from (put(f"what is held {at}", held) for at, held in enumerate(near.held) if held != value)
    if isinstance(value, bool):
        yield put("flipped", not value)
        yield put("an integer for it", int(value))
        yield put("another integer for it", 2)
    elif isinstance(value, int):
        yield from _integers(value, signature, near.sizes)
    elif isinstance(value, float):
        yield from _reals(value, signature)
    elif isinstance(value, complex):
        yield from (put(f"complex {each}", each) for each in (0j, 1j, -1 - 1j, complex(math.nan, 0), complex(-0.0, math.inf)))
    elif isinstance(value, str):
        yield from text_edges(node, signature, others=near.others, fragments=near.fragments)
    elif isinstance(value, bytes):
        yield from _blobs(node)


def _integers(value: int, signature: Signature, sizes: Sequence[int]) -> Iterator[Edge]:
    near = {"one more": value + 1, "one less": value - 1, "half": value // 2, "double": value * 2, "negated": -value}
    for at, size in enumerate(sizes):
        near.update({f"size {at}": size, f"one less than size {at}": size - 1, f"one more than size {at}": size + 1})
    yield from (put(name, each) for name, each in near.items() if each != value)
    for constant in signature.numbers[:_MOST_CONSTANTS]:
        yield from (put(f"integer {each}", each) for each in (constant, constant - 1, constant + 1))
    yield from (put(f"integer {each}", each) for each in INTEGERS if each != value)
    yield do("a subclass", ("subclass",), kind="subclass")
    if abs(value) < EXACT:
        yield put("a whole float", float(value))
    yield from (put(f"{each} for a number", each) for each in (True, False))


def _reals(value: float, signature: Signature) -> Iterator[Edge]:
    near = {"half": value / 2, "double": value * 2, "negated": -value, "next": math.nextafter(value, math.inf), "rounded": _rounded(value)}
    yield from (put(name, each) for name, each in near.items() if each != value and math.isfinite(each))
    yield from (put(f"float {each!r}", each) for each in FLOATS)
    for constant in (*signature.reals, *signature.numbers)[:_MOST_CONSTANTS]:
        if abs(constant) < EXACT:
            yield from (put(f"float {each!r}", each) for each in (float(constant), math.nextafter(constant, -math.inf)))
    if math.isfinite(value) and abs(value) < EXACT:
        yield put("an integer", int(value))
    yield do("a subclass", ("subclass",), kind="subclass")


def _rounded(value: float) -> float:
    return float(round(value)) if math.isfinite(value) else value


def _blobs(node: Node) -> Iterator[Edge]:
    blobs = {
        "empty": b"",
        "one": b"a",
        "zero": b"\0",
        "all": bytes(range(256)),
        "no text": b"\xff\xfe\x80",
        "lines": b"a\r\nb\nc\rd",
        "equal": b"\0" * 9,
    }
    for name, blob in blobs.items():
        if node.type == "bytes":
            yield put(name, blob)
        else:
            yield put(name, bytearray(blob))
    if node.length:
        yield do("half", ("take", node.length // 2), resizes=True)
        yield do("double", ("twice",), resizes=True)
        yield do("reversed", ("reverse",))
    other = "bytearray" if node.type == "bytes" else "bytes"
    yield do(f"type: {other}", ("as", other), kind=other)
