"""Faults of types: another dtype, a conversion that is dropped, an iterator where a list was.

Equivalent remain: conversions of what has that type already.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import attribute_called, call, changed, constant, name_called

__all__ = ["OPERATORS"]

_CONVERSIONS = frozenset({"float", "int", "str", "tuple", "bool", "round", "abs", "bytes"})
_DTYPES = {"float64": "float32", "int64": "int32", "float32": "float16", "complex128": "complex64", "int32": "int16", "double": "float32"}
_BUILTIN_DTYPES = {"float": "float32", "int": "int32"}


def _other_dtype(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    if not _is_dtype(node, place):
        return
    if isinstance(node, ast.Attribute) and node.attr in _DTYPES:
        yield changed(node, attr=_DTYPES[node.attr])
    elif isinstance(node, ast.Constant) and node.value in _DTYPES:
        yield constant(_DTYPES[node.value])
    elif isinstance(node, ast.Name) and node.id in _BUILTIN_DTYPES:
        yield constant(_BUILTIN_DTYPES[node.id])


def _is_dtype(node: ast.expr, place: Place) -> bool:
    parent = place.parent(node)
    if isinstance(parent, ast.keyword):
        return parent.arg == "dtype"
    return isinstance(parent, ast.Call) and attribute_called(parent) == "astype" and parent.args[:1] == [node]


def _dropped_astype(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
        yield node.func.value


def _dropped_conversion(node: ast.Call, place: Place) -> Iterator[ast.expr]:
    if name_called(node) not in _CONVERSIONS or len(node.args) != 1 or node.keywords:
        return
    # These two are done there anyway.
    said = name_called(node) == "str" and isinstance(place.parent(node), ast.FormattedValue)
    asked = name_called(node) == "bool" and place.is_condition(node)
    if not said and not asked and not isinstance(node.args[0], ast.Constant | ast.Starred):
        yield node.args[0]


def _lazy_result(node: ast.Return, _place: Place) -> Iterator[list[ast.stmt]]:
    value = node.value
    if isinstance(value, ast.ListComp):
        yield [changed(node, value=ast.GeneratorExp(elt=value.elt, generators=value.generators))]
    elif isinstance(value, ast.Call) and name_called(value) == "list" and len(value.args) == 1:
        yield [changed(node, value=call("iter", value.args[0]))]


OPERATORS = (
    Operator("other-dtype", (ast.Attribute, ast.Constant, ast.Name), _other_dtype),
    Operator("dropped-conversion", ast.Call, _dropped_astype),
    Operator("dropped-conversion", ast.Call, _dropped_conversion),
    Operator("lazy-result", ast.Return, _lazy_result),
)
