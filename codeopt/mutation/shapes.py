"""Builds syntax trees, and names the shapes that operators look for."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import TypeVar

__all__ = [
    "attribute_called",
    "binary",
    "call",
    "changed",
    "constant",
    "either",
    "exchanged",
    "is_atom",
    "is_name",
    "is_number",
    "is_pure",
    "method",
    "name",
    "name_called",
    "same",
    "whole",
    "without_keyword",
]

Node = TypeVar("Node", bound=ast.AST)
Item = TypeVar("Item")

_ATOMS = (
    *(ast.Name, ast.Constant, ast.JoinedStr, ast.Call, ast.Attribute, ast.Subscript),
    *(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp),
)
_ACTIVE = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def changed(node: Node, **fields: object) -> Node:
    """Return a copy of a node, in its place, with some fields exchanged; the rest is shared."""
    values = {field: getattr(node, field) for field in node._fields if hasattr(node, field)}
    return ast.copy_location(type(node)(**(values | fields)), node)


def name(text: str) -> ast.Name:
    """Return a name that is read."""
    return ast.Name(id=text, ctx=ast.Load())


def constant(value: str | bytes | bool | float) -> ast.expr:
    """Return a literal; negative numbers as Python reads them."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-value))
    return ast.Constant(value=value)


def call(function: str | ast.expr, *arguments: ast.expr, keywords: Collection[ast.keyword] = ()) -> ast.Call:
    """Return a call."""
    return ast.Call(func=name(function) if isinstance(function, str) else function, args=list(arguments), keywords=list(keywords))


def method(owner: ast.expr, text: str, *arguments: ast.expr, keywords: Collection[ast.keyword] = ()) -> ast.Call:
    """Return the call of a method."""
    return call(ast.Attribute(value=owner, attr=text, ctx=ast.Load()), *arguments, keywords=keywords)


def binary(left: ast.expr, operator: ast.operator, right: int) -> ast.expr:
    """Return an operation with a number."""
    return ast.BinOp(left=left, op=operator, right=ast.Constant(value=right))


def either(*values: ast.expr) -> ast.expr:
    """Return the values joined by `or`."""
    return ast.BoolOp(op=ast.Or(), values=list(values))


def exchanged(items: list[Item], at: int, *others: Item) -> list[Item]:
    """Return a list with one item taken out, and others in its place."""
    return [*items[:at], *others, *items[at + 1 :]]


def without_keyword(node: ast.Call, word: str) -> ast.Call:
    """Return a call without one of its keywords."""
    return changed(node, keywords=[keyword for keyword in node.keywords if keyword.arg != word])


def whole(node: ast.expr) -> ast.expr:
    """Return all items of an iterable, the last one first."""
    items = ast.List(elts=[ast.Starred(value=node, ctx=ast.Load())], ctx=ast.Load())
    backwards = ast.Slice(step=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)))
    return ast.Subscript(value=items, slice=backwards, ctx=ast.Load())


def name_called(node: ast.AST | None) -> str:
    """Return the plain name that a call calls; empty for anything else."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def attribute_called(node: ast.AST | None) -> str:
    """Return the name of the method, or of the module's function, that a call calls; empty for anything else."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def is_name(node: ast.AST) -> bool:
    """Tell a plain name, or attributes of one: what can be written twice."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and is_name(node.value))


def is_number(node: ast.AST) -> bool:
    """Tell a number that is written out."""
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(value, ast.Constant) and type(value.value) in (int, float)


def is_atom(node: ast.expr) -> bool:
    """Tell what needs no brackets anywhere."""
    return isinstance(node, _ATOMS) or (isinstance(node, ast.Tuple) and not node.elts)


def is_pure(node: ast.AST) -> bool:
    """Tell an expression that calls nothing by name and binds nothing."""
    return not any(isinstance(part, _ACTIVE) for part in ast.walk(node))


def same(one: ast.AST, other: ast.AST) -> bool:
    """Tell whether two nodes are the same code."""
    return ast.dump(one) == ast.dump(other)
