"""Faults of order: what was sorted, reversed, stable, or in order of insertion is so no longer.

Equivalent remain: sorting what is in order already, a set whose order happens to be that of insertion (small whole numbers), ties among
things that are the same in all respects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import (
    attribute_called,
    call,
    changed,
    constant,
    exchanged,
    is_name,
    method,
    name,
    name_called,
    whole,
    without_keyword,
)

__all__ = ["OPERATORS"]

_SORTS = frozenset({"sorted", "sort"})
_KEYED = frozenset({"sorted", "sort", "min", "max", "nlargest", "nsmallest", "groupby"})
# For how many arguments the order can be told apart.
_SWAPPED = {"zip": 2, "divmod": 2, "pow": 2, "chain": 2}


def _called(node: ast.Call) -> str:
    return name_called(node) or attribute_called(node)


def _unsorted(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if name_called(node) == "sorted" and len(node.args) == 1:
        yield call("list", node.args[0])


def _other_direction(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if _called(node) in _SORTS:
        bare = without_keyword(node, "reverse")
        turned = [*node.keywords, ast.keyword(arg="reverse", value=constant(True))]
        yield bare if len(bare.keywords) < len(node.keywords) else changed(node, keywords=turned)


def _has_key(node: ast.Call) -> bool:
    return any(keyword.arg == "key" for keyword in node.keywords)


def _dropped_key(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if _called(node) in _KEYED and _has_key(node):
        yield without_keyword(node, "key")


def _lost_stability(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if name_called(node) in ("sorted", "min", "max") and _has_key(node) and len(node.args) == 1:
        yield changed(node, args=[whole(node.args[0])])


def _lost_stability_in_place(node: ast.Expr, _place: Place) -> Iterator[list[ast.stmt]]:
    value = node.value
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute) or value.func.attr != "sort":
        return
    if _has_key(value) and is_name(value.func.value):
        yield [ast.Expr(value=method(value.func.value, "reverse")), node]


def _dropped_reversed(node: ast.Call | ast.Subscript, place: Place) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        if name_called(node) == "reversed" and len(node.args) == 1:
            yield node.args[0] if place.is_consumed(node) else call("iter", node.args[0])
    elif isinstance(node.slice, ast.Slice) and isinstance(node.slice.step, ast.UnaryOp) and isinstance(node.ctx, ast.Load):
        yield changed(node, slice=changed(node.slice, step=node.slice.step.operand))


def _order_of_a_set(node: ast.Call, place: Place) -> Iterator[ast.expr]:
    ordered = isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "dict.fromkeys" and len(node.args) == 1
    if ordered and place.is_consumed(node):
        yield call("set", node.args[0])


def _swapped_arguments(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if len(node.args) >= _SWAPPED.get(_called(node), len(node.args) + 1) and not any(isinstance(one, ast.Starred) for one in node.args):
        yield changed(node, args=exchanged([node.args[1], *node.args[1:]], 1, node.args[0]))


def _other_end(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    opposites = {"min": "max", "max": "min", "any": "all", "all": "any"}
    if name_called(node) in opposites:
        yield changed(node, func=name(opposites[name_called(node)]))


OPERATORS = (
    Operator("unsorted", ast.Call, _unsorted),
    Operator("other-direction", ast.Call, _other_direction),
    Operator("dropped-key", ast.Call, _dropped_key),
    Operator("lost-stability", ast.Call, _lost_stability),
    Operator("lost-stability", ast.Expr, _lost_stability_in_place),
    Operator("dropped-reversed", (ast.Call, ast.Subscript), _dropped_reversed),
    Operator("order-of-a-set", ast.Call, _order_of_a_set),
    Operator("swapped-arguments", ast.Call, _swapped_arguments),
    Operator("swapped-function", ast.Call, _other_end),
)
