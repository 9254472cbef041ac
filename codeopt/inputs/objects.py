"""Edges of objects: members of an enumeration, dates and exact numbers by their text, functions that answer otherwise.

All others are taken whole from other calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from codeopt.inputs.edge import Edge, do, lacking
from codeopt.inputs.sketch import Node

__all__ = ["object_edges", "own_edges"]

_DECIMALS = ("0", "-0", "1", "-1", "0.1", "1E+30", "1E-30", "1.10", "NaN", "Infinity", "-Infinity", "123456789012345678901234567890")
_FRACTIONS = ("0", "1", "-1", "1/3", "-7/2", "10000000000000000000000/3")
_PATHS = ("", ".", "..", "/", "a", "a/b.txt", "a/../b", "//a//b/", ".hidden", "a.tar.gz", "\xe9/\u0130", "a b")
_DAYS = (0, 1, -1, 31, 366)
_SPANS = (0, 1e-6, -1, 86400, -86400.5, 1e9)
_DATES = ("0001-01-01", "1970-01-01", "2000-02-29", "2100-12-31", "9999-12-31")
_MOMENTS = ("0001-01-01T00:00:00", "1970-01-01T00:00:00", "2000-02-29T23:59:59.999999", "2024-10-27T02:30:00", "9999-12-31T23:59:59")
_WIDE = frozenset({"small"})
_USUAL_YEARS = range(1900, 2200)
_BUILT_IN = frozenset({"list", "tuple", "set", "frozenset"})
_ANSWERS = ("nothing", "turned", "failed")


def object_edges(node: Node) -> Iterator[Edge]:
    """Yield the edges of an object by its class; none for one that nothing is known of."""
    if node.kind == "enum":
        yield from (do(f"member {number}", ("member", number)) for number in range(min(node.length, 12)))
    elif node.kind == "text":
        yield from _by_text(node)
    elif node.kind == "callable" and node.text != "class":
        yield from (do(f"a function that answers {how}", ("answers", how), risks={"answers"}) for how in _ANSWERS)


def own_edges(node: Node, *, allowed: frozenset[str], seed: int) -> Iterator[Edge]:
    """Yield the edges of a collection of a class of the repository's own: its own methods make them, so it stays in order with itself.

    `allowed` are the built-in types that may stand in its place.
    """
    length = node.length
    sizes = {"empty": 0, "one": 1, "two": 2, "half": length // 2, "one less": length - 1}
    yield from (do(name, ("own keep", size), resizes=True) for name, size in sizes.items() if 0 <= size < length)
    yield do("another's item beside", ("own more", seed), resizes=True)
    if length:
        spot = seed % length
        yield do("without one", ("own drop", spot), resizes=True)
        yield do("without its first", ("own drop", 0), resizes=True)
    if length and node.text != "set":
        yield do("the first looked up before", ("own use", 0))
        yield do("one looked up before", ("own use", spot))
        yield do("the first put there again", ("own again", 0))
        yield do("another's item", ("own other", spot, seed))
        yield do("two exchanged", ("own swap", 0, length - 1))
    for kind in sorted(_BUILT_IN & allowed if node.text != "mapping" else {"dict"} & allowed):
        yield do(f"type: {kind}", ("as", kind), kind=kind)
        if kind in {"tuple", "list", "dict"}:
            yield do(f"a subclass of {kind}", ("as", kind), ("subclass",), kind="subclass")


def _by_text(node: Node) -> Iterator[Edge]:
    name = node.type.rpartition(".")[2]
    if name == "Decimal":
        yield from (do(f"decimal {text}", ("from text", text), risks=_decimal_risks(Decimal(text))) for text in _DECIMALS)
    elif name == "Fraction":
        yield from (do(f"fraction {text}", ("from text", text), risks=lacking(float(Fraction(text)))) for text in _FRACTIONS)
    elif name == "timedelta":
        yield from (do(f"{seconds} seconds", ("seconds", seconds), risks=lacking(seconds)) for seconds in _SPANS)
    elif name in {"date", "datetime"}:
        moments = _DATES if name == "date" else _MOMENTS
        yield from (do(f"on {text}", ("from iso", text), risks=_moment_risks(text)) for text in moments)
        yield from (do(f"{days} days later", ("later", days)) for days in _DAYS if days)
    elif "Path" in name:
        yield from (do(f"path {text!r}", ("from text", text)) for text in _PATHS)


def _moment_risks(text: str) -> frozenset[str]:
    """At both ends of the calendar there is nothing to add or to take away."""
    return frozenset() if int(text[:4]) in _USUAL_YEARS else _WIDE


def _decimal_risks(value: Decimal) -> frozenset[str]:
    if value.is_nan():
        return frozenset({"nan", "finite"})
    return lacking(float(value))
