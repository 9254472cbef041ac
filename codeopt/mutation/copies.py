"""Faults of identity: an alias where a copy was, and work in place where a new object was made.

Copies whose items alone are used are let alone, and names that nobody else sees. Equivalent remain: copies of what is never changed
afterwards, by anybody.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import attribute_called, either, is_name, method, name_called, same

__all__ = ["OPERATORS"]

_MAKERS = frozenset({"list", "dict", "set", "bytearray", "copy", "deepcopy"})
_COPYING = frozenset({"copy", "deepcopy", "array"})


def _copied(node: ast.expr) -> ast.expr | None:
    """Return what an expression makes a copy of; None where it does something else."""
    if isinstance(node, ast.Call):
        return _copied_by_call(node)
    if isinstance(node, ast.Subscript):
        part = node.slice
        all_of_it = isinstance(part, ast.Slice) and part.lower is None and part.upper is None and part.step is None
        return node.value if all_of_it and isinstance(node.ctx, ast.Load) else None
    if isinstance(node, ast.List | ast.Set):
        return node.elts[0].value if len(node.elts) == 1 and isinstance(node.elts[0], ast.Starred) else None
    return node.values[0] if isinstance(node, ast.Dict) and node.keys == [None] else None


def _copied_by_call(node: ast.Call) -> ast.expr | None:
    if node.keywords or len(node.args) > 1:
        return None
    if not node.args:
        return node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" else None
    return node.args[0] if name_called(node) in _MAKERS or attribute_called(node) in _COPYING else None


def _alias(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    source = _copied(node)
    if source is not None and is_name(source) and _is_seen(node, source, place):
        yield source


def _is_seen(node: ast.expr, source: ast.expr, place: Place) -> bool:
    parent = place.parent(node)
    if isinstance(parent, ast.For) and parent.iter is node:
        return any(same(part, source) for statement in parent.body for part in ast.walk(statement) if is_name(part))
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        return place.escapes(parent.targets[0]) or place.escapes(source)
    return not place.is_consumed(node)


def _sorted_in_place(node: ast.Call, place: Place) -> Iterator[ast.expr]:
    if name_called(node) == "sorted" and len(node.args) == 1 and _is_shared(node.args[0], node, place):
        yield either(method(node.args[0], "sort", keywords=node.keywords), node.args[0])


def _reversed_in_place(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    source = _reversed(node)
    if source is not None and _is_shared(source, node, place):
        yield either(method(source, "reverse"), source)


def _reversed(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Call):
        inner = node.args[0] if name_called(node) == "list" and len(node.args) == 1 else None
        return inner.args[0] if isinstance(inner, ast.Call) and name_called(inner) == "reversed" and inner.args else None
    backwards = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and isinstance(node.slice.step, ast.UnaryOp)
    return node.value if isinstance(node, ast.Subscript) and backwards and isinstance(node.ctx, ast.Load) else None


def _grown_in_place(node: ast.List | ast.Dict, place: Place) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        if len(node.keys) > 1 and node.keys[0] is None and _is_shared(node.values[0], node, place):
            yield either(method(node.values[0], "update", ast.Dict(keys=node.keys[1:], values=node.values[1:])), node.values[0])
    elif len(node.elts) > 1 and isinstance(node.elts[0], ast.Starred) and _is_shared(node.elts[0].value, node, place):
        first = node.elts[0].value
        yield either(method(first, "extend", ast.List(elts=node.elts[1:], ctx=ast.Load())), first)


def _added_in_place(node: ast.Assign, _place: Place) -> Iterator[list[ast.stmt]]:
    target, value = node.targets[0], node.value
    if len(node.targets) == 1 and isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        left, right = value.left, value.right
        if isinstance(left, ast.Name) and left.id == target.id and isinstance(right, ast.List | ast.ListComp):
            yield [ast.AugAssign(target=target, op=ast.Add(), value=right)]


def _is_shared(source: ast.expr, node: ast.expr, place: Place) -> bool:
    """Tell a name whose value is seen elsewhere, or is used again behind the node."""
    if isinstance(source, ast.Name):
        return source.id in place.parameters or place.is_read_after(source.id, node)
    return is_name(source)


OPERATORS = (
    Operator("alias", (ast.Call, ast.Subscript, ast.List, ast.Set, ast.Dict), _alias),
    Operator("in-place", ast.Call, _sorted_in_place),
    Operator("in-place", (ast.Call, ast.Subscript), _reversed_in_place),
    Operator("in-place", (ast.List, ast.Dict), _grown_in_place),
    Operator("in-place", ast.Assign, _added_in_place),
)
