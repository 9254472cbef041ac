"""Faults at the edges of windows: slices, ranges and indices that are off by one.

Bounds that are plain numbers are left to `number`. Equivalent remain: bounds beyond the end, and a last round that changes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import binary, changed, constant, exchanged, is_number, name_called

__all__ = ["OPERATORS"]


def _moved(bound: ast.expr | None, *steps: int) -> Iterator[ast.expr]:
    """Yield a bound that is moved by these steps."""
    if bound is not None and not is_number(bound):
        for step in steps:
            yield binary(bound, ast.Add() if step > 0 else ast.Sub(), abs(step))


def _slice(node: ast.Subscript, _place: Place) -> Iterator[ast.expr]:
    part = node.slice
    if not isinstance(part, ast.Slice) or not isinstance(node.ctx, ast.Load) or part.step is not None:
        return
    for lower in _moved(part.lower, 1):
        yield changed(node, slice=changed(part, lower=lower))
    for upper in _moved(part.upper, -1, 1):
        yield changed(node, slice=changed(part, upper=upper))
    if part.lower is None and part.upper is not None:
        yield changed(node, slice=changed(part, lower=constant(1)))
    if part.upper is None and part.lower is not None:
        yield changed(node, slice=changed(part, upper=constant(-1)))


def _range(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if name_called(node) != "range" or node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
        return
    if len(node.args) == 1:
        yield changed(node, args=[constant(1), *node.args])
    for at, bound in enumerate(node.args[:2]):
        steps = (1,) if at == 0 and len(node.args) > 1 else (-1, 1)
        for moved in _moved(bound, *steps):
            yield changed(node, args=exchanged(node.args, at, moved))


def _enumerate(node: ast.Call, _place: Place) -> Iterator[ast.expr]:
    if name_called(node) == "enumerate" and len(node.args) == 1 and not node.keywords:
        yield changed(node, args=[*node.args, constant(1)])


def _index(node: ast.Subscript, place: Place) -> Iterator[ast.expr]:
    index = node.slice
    if isinstance(index, ast.Name) and isinstance(node.ctx, ast.Load) and _counts(index.id, place):
        yield changed(node, slice=binary(index, ast.Sub(), 1))


def _counts(name: str, place: Place) -> bool:
    """Tell a name that a loop makes go through whole numbers."""
    for use in place.uses.get(name, ()):
        target: ast.AST = use
        parent = place.parent(target)
        if isinstance(parent, ast.Tuple) and parent.elts[0] is use:
            target, parent, counter = parent, place.parent(parent), "enumerate"
        else:
            counter = "range"
        if isinstance(parent, ast.For | ast.comprehension) and parent.target is target and name_called(parent.iter) == counter:
            return True
    return False


OPERATORS = (
    Operator("moved-window", ast.Subscript, _slice),
    Operator("moved-window", ast.Call, _range),
    Operator("moved-window", ast.Call, _enumerate),
    Operator("moved-index", ast.Subscript, _index),
)
