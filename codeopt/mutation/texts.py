"""Faults of texts, of defaults, and of methods that have a twin.

Equivalent remain: defaults that are never needed, `find` for `rfind` where there is one place only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import attribute_called, call, changed, constant, name_called, without_keyword

__all__ = ["OPERATORS"]

_TWINS = [
    ("lower", "upper"),
    ("lstrip", "rstrip"),
    ("ljust", "rjust"),
    ("find", "rfind"),
    ("startswith", "endswith"),
    ("partition", "rpartition"),
    ("removeprefix", "removesuffix"),
    ("append", "appendleft"),
    ("popleft", "pop"),
    ("bisect_left", "bisect_right"),
    ("insort_left", "insort_right"),
    ("floor", "ceil"),
    ("keys", "values"),
    ("intersection", "union"),
]
_SWAPPED = {
    **{one: other for one, other in _TWINS if one != "append"},
    **{other: one for one, other in _TWINS if other != "pop"},
    "bisect": "bisect_left",
    "insort": "insort_left",
}
_DROPPED = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "ravel", "flatten"})
_IMPORTED = frozenset({"bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right"})
_LIMITED = {"split": "rsplit", "rsplit": "split"}
_DEFAULTED = {"get": 2, "pop": 2, "setdefault": 2, "getattr": 3, "next": 2}


def _text(node: ast.Constant, _place: Place) -> Iterator[ast.expr]:
    if isinstance(node.value, str):
        yield constant(f"XX{node.value}")
    elif isinstance(node.value, bytes):
        yield constant(b"XX" + node.value)


def _truth(node: ast.Constant, _place: Place) -> Iterator[ast.expr]:
    if isinstance(node.value, bool):
        yield constant(not node.value)


def _dropped_default(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    called = name_called(node) or attribute_called(node)
    if len(node.args) == _DEFAULTED.get(called) and not _is_none(node.args[-1]):
        yield changed(node, args=node.args[:-1])
    if called in ("min", "max") and any(keyword.arg == "default" for keyword in node.keywords):
        yield without_keyword(node, "default")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _swapped_method(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    called = attribute_called(node)
    limited = len(node.args) + len(node.keywords) > 1
    other = (_LIMITED.get(called) if limited else None) or _SWAPPED.get(called)
    if other is not None and isinstance(node.func, ast.Attribute):
        yield changed(node, func=changed(node.func, attr=other))


def _swapped_import(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    called = name_called(node)
    if called in _IMPORTED:
        yield changed(node, func=ast.Attribute(value=call("__import__", constant("bisect")), attr=_SWAPPED[called], ctx=ast.Load()))


def _dropped_call(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if isinstance(node.func, ast.Attribute) and node.func.attr in _DROPPED and len(node.args) + len(node.keywords) <= 1:
        yield node.func.value


OPERATORS = (
    Operator("text", ast.Constant, _text),
    Operator("truth", ast.Constant, _truth),
    Operator("dropped-default", ast.Call, _dropped_default),
    Operator("swapped-function", ast.Call, _swapped_method),
    Operator("swapped-function", ast.Call, _swapped_import),
    Operator("dropped-call", ast.Call, _dropped_call),
)
