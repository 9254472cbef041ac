"""Faults of comparisons and of logic.

Equivalent remain: a boundary that no value lies on, or that both branches treat alike (`<` for `<=` in a running maximum), an operand
that the other one implies, `x` for `x is not None` where no value is false.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from codeopt.mutation.operator import Operator, Rewrite
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import changed, exchanged

__all__ = ["OPERATORS"]

_Table = Mapping[type[ast.cmpop], type[ast.cmpop]]
_BOUNDARIES: _Table = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_OPPOSITES: _Table = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_DIRECTIONS: _Table = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_MEMBERSHIPS: _Table = {ast.In: ast.NotIn, ast.NotIn: ast.In}
_IDENTITIES: _Table = {ast.Is: ast.IsNot, ast.IsNot: ast.Is}


def _comparison(table: _Table) -> Rewrite:
    def rewrite(node: ast.Compare, _place: Place) -> Iterator[ast.expr]:
        for at, operator in enumerate(node.ops):
            other = table.get(type(operator))
            if other is not None:
                yield changed(node, ops=exchanged(node.ops, at, other()))

    return rewrite


def _negated_condition(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    compares = isinstance(node, ast.Compare) and len(node.ops) == 1
    if place.is_condition(node) and not compares and not isinstance(node, ast.UnaryOp | ast.Constant):
        yield ast.UnaryOp(op=ast.Not(), operand=node)


def _dropped_not(node: ast.UnaryOp, _place: Place) -> Iterator[ast.expr]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _and_or(node: ast.BoolOp, _place: Place) -> Iterator[ast.expr]:
    yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _dropped_operand(node: ast.BoolOp, _place: Place) -> Iterator[ast.expr]:
    for at in range(len(node.values)):
        rest = exchanged(node.values, at)
        yield changed(node, values=rest) if len(rest) > 1 else rest[0]


def _truth_for_none(node: ast.Compare, place: Place) -> Iterator[ast.expr]:
    """Only of parameters: what a library returns instead of None is rarely false."""
    against = node.comparators[0]
    none = len(node.ops) == 1 and isinstance(against, ast.Constant) and against.value is None
    if none and isinstance(node.left, ast.Name) and node.left.id in place.parameters:
        if isinstance(node.ops[0], ast.IsNot):
            yield node.left
        elif isinstance(node.ops[0], ast.Is):
            yield ast.UnaryOp(op=ast.Not(), operand=node.left)


def _one_branch(node: ast.IfExp, _place: Place) -> Iterator[ast.expr]:
    yield from (node.body, node.orelse)


OPERATORS = (
    Operator("moved-boundary", ast.Compare, _comparison(_BOUNDARIES)),
    Operator("negated-comparison", ast.Compare, _comparison(_OPPOSITES)),
    Operator("swapped-comparison", ast.Compare, _comparison(_DIRECTIONS)),
    Operator("negated-membership", ast.Compare, _comparison(_MEMBERSHIPS)),
    Operator("negated-identity", ast.Compare, _comparison(_IDENTITIES)),
    Operator("negated-condition", ast.expr, _negated_condition),
    Operator("dropped-not", ast.UnaryOp, _dropped_not),
    Operator("and-or", ast.BoolOp, _and_or),
    Operator("dropped-operand", ast.BoolOp, _dropped_operand),
    Operator("truth-for-none", ast.Compare, _truth_for_none),
    Operator("one-branch", ast.IfExp, _one_branch),
)
