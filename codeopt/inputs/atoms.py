"""Edges of single values: numbers, texts and bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from codeopt.inputs.edge import EXACT, Edge, do, put
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import Node

__all__ = ["ALPHABET", "FLOATS", "FRAGMENTS", "INTEGERS", "atom_edges"]

INTEGERS = (0, 1, -1, 2, 3, -2, 7, 10, 100, 255, 256, -128, 1 << 31, 1 << 63, -(1 << 63) - 1, 10**40)
FLOATS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 0.1, 2.5, 1e-9, 3.0, float(EXACT + 1)),
    *(math.nan, math.inf, -math.inf, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, -1e308, 1e16),
)
FRAGMENTS = {
    "space": " ",
    "tab": "\t",
    "new lines": "a\r\nb\nc\rd",
    "trailing newline": "x\n",
    "kinds of white space": " \t\v\f\x1c\x1f",
    "null": "\0",
    "quotes": "'\"\\",
    "pattern signs": "[a-z]+(.*)?$^|{1}",
    "digits": "0042",
    "signed number": "-1.5e10",
    "comma": ",,",
    "mixed case": "aBcD",
    "separators of lines": "a\x85b\u2028c\u2029d",
    "wide white space": "\xa0\u2003\u3000\ufeff",
    "combining": "e\u0301a\u0323\u0302",
    "composed": "\xe9\u1ea5",
    "expands in upper case": "stra\xdfe \ufb01",
    "dotted capital": "\u0130i\u0131I",
    "final sigma": "\u039f\u0394\u039f\u03a3",
    "right to left": "\u05d0\u05d1 \u202e\u0627\u0628",
    "beyond the first plane": "\U0001f600\U00010400\U0001f468\u200d\U0001f469",
    "other digits": "\u0663\u00b2\u2167",
    "half of a pair": "\ud83d",
    "halves of a pair, turned": "\ude00\ud83d",
}
ALPHABET = "".join(dict.fromkeys("ab Z09_.,;:-/\n\t'\"()[]{}=" + "".join(FRAGMENTS.values())))
_MOST_CONSTANTS = 12
_MOST_TEXTS = 8


def atom_edges(node: Node, signature: Signature, *, others: tuple[object, ...]) -> Iterator[Edge]:
    """Yield the edges of a value: literals around it, the edges of its type, constants of the code, and other types."""
    value = node.value
    if isinstance(value, bool):
        yield put("flipped", not value)
        yield put("type: an integer", int(value))
    elif isinstance(value, int):
        yield from _integers(value, signature)
    elif isinstance(value, float):
        yield from _reals(value, signature)
    elif isinstance(value, complex):
        yield from (put(f"complex {each}", each) for each in (0j, 1j, -1 - 1j, complex(math.nan, 0), complex(-0.0, math.inf)))
    elif isinstance(value, str):
        yield from _texts(node, value, signature, others)
    elif isinstance(value, bytes):
        yield from _blobs(node)


def _integers(value: int, signature: Signature) -> Iterator[Edge]:
    near = {"one more": value + 1, "one less": value - 1, "half": value // 2, "double": value * 2, "negated": -value}
    yield from (put(name, each) for name, each in near.items() if each != value)
    for constant in signature.numbers[:_MOST_CONSTANTS]:
        yield from (put(f"integer {each}", each) for each in (constant, constant - 1, constant + 1))
    yield from (put(f"integer {each}", each) for each in INTEGERS if each != value)
    yield do("a subclass", ("subclass",), kind="subclass")
    if abs(value) < EXACT:
        yield put("type: a float", float(value))
    yield put("type: a boolean", bool(value))


def _reals(value: float, signature: Signature) -> Iterator[Edge]:
    near = {"half": value / 2, "double": value * 2, "negated": -value, "next": math.nextafter(value, math.inf), "rounded": _rounded(value)}
    yield from (put(name, each) for name, each in near.items() if each != value and math.isfinite(each))
    yield from (put(f"float {each!r}", each) for each in FLOATS)
    for constant in signature.numbers[:_MOST_CONSTANTS]:
        if abs(constant) < EXACT:
            yield from (put(f"float {each!r}", each) for each in (float(constant), math.nextafter(constant, -math.inf)))
    if math.isfinite(value) and abs(value) < EXACT:
        yield put("type: an integer", int(value))


def _rounded(value: float) -> float:
    return float(round(value)) if math.isfinite(value) else value


def _texts(node: Node, value: str, signature: Signature, others: tuple[object, ...]) -> Iterator[Edge]:
    yield put("empty", "")
    yield put("one", value[:1] or "a")
    yield from (put(f"text {text!r}", text) for text in signature.texts[:_MOST_TEXTS])
    yield from (do(f"with {text!r}", ("insert text", 0.5, text)) for text in signature.texts[:_MOST_TEXTS])
    if node.length:
        yield do("half", ("take", node.length // 2))
        yield do("without its end", ("take", node.length - 1))
        yield do("double", ("twice",))
        yield do("reversed", ("reverse",))
        yield from (do(name, ("text", name)) for name in ("upper", "lower", "swapcase", "title", "strip"))
        yield put("all equal", value[:1] * min(node.length, 8))
    for name, text in FRAGMENTS.items():
        risky = put(name, text).risks
        yield do(f"{name} inside", ("insert text", 0.5, text), risks=risky)
        yield put(f"only {name}", text)
    yield do("white space around", ("insert text", 0.0, " \t"), ("insert text", 1.0, " \n"))
    yield from (put(f"other text {text!r}", text) for text in others[:2] if isinstance(text, str))
    yield do("a subclass", ("subclass",), kind="subclass")
    if value.isascii() and not node.cut:
        yield put("type: bytes", value.encode())


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
