"""Faults with repeated items: what occurs twice is met or kept once.

Loops that do nothing new with an item that they had before are let alone, as far as their code shows it. Equivalent remain: collections
that never hold anything twice.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import attribute_called, either, is_name, is_pure, method, name, name_called, same

__all__ = ["OPERATORS"]

_DISTINCT = frozenset(
    {"range", "enumerate", "set", "frozenset", "dict", "items", "keys", "fromkeys", "combinations", "permutations", "count"}
)
_THROUGH = frozenset({"enumerate", "reversed"})


def _lost_duplicates(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    if _is_looped(node, place) and not _is_distinct(node) and not _is_endless(node):
        yield method(name("dict"), "fromkeys", node)


def _is_looped(node: ast.expr, place: Place) -> bool:
    parent = place.parent(node)
    if name_called(parent) in _THROUGH and isinstance(parent, ast.Call) and parent.args[:1] == [node]:
        return _is_looped(parent, place)
    if not place.is_iterated(node) or isinstance(parent, ast.AsyncFor):
        return False
    if isinstance(parent, ast.For) and all(_does_nothing_twice(statement) for statement in parent.body):
        return False
    # What is kept in a set loses its duplicates anyway.
    return not isinstance(place.parent(parent), ast.SetComp) if isinstance(parent, ast.comprehension) else True


def _does_nothing_twice(node: ast.stmt) -> bool:
    """Tell a statement that puts a value at a key, that asks first whether it was here before, or that ends what it looks for."""
    if isinstance(node, ast.If):
        ends = isinstance(node.body[-1], ast.Break | ast.Return | ast.Raise)
        return not node.orelse and (ends or (isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], ast.NotIn)))
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Subscript) for target in node.targets):
        kept = [target.value for target in node.targets if isinstance(target, ast.Subscript)]
        return not any(same(part, one) for part in ast.walk(node.value) for one in kept if is_name(part))
    return False


def _is_distinct(node: ast.expr) -> bool:
    inner = node.args[0] if name_called(node) in ("sorted", "list", "reversed") and isinstance(node, ast.Call) and node.args else node
    return (name_called(inner) or attribute_called(inner)) in _DISTINCT or isinstance(
        inner, ast.Set | ast.Dict | ast.SetComp | ast.DictComp
    )


def _is_endless(node: ast.expr) -> bool:
    return (name_called(node) or attribute_called(node)) in ("cycle", "repeat", "iter")


def _appended_once(node: ast.Expr, place: Place) -> Iterator[list[ast.stmt]]:
    value = node.value
    if (
        isinstance(value, ast.Call)
        and attribute_called(value) == "append"
        and len(value.args) == 1
        and isinstance(value.func, ast.Attribute)
    ):
        kept, item = value.func.value, value.args[0]
        if is_name(kept) and is_pure(item) and not isinstance(item, ast.List | ast.Dict) and not _is_guarded(node, (kept, item), place):
            there = ast.Compare(left=item, ops=[ast.In()], comparators=[kept])
            yield [ast.Expr(value=either(there, value))]


def _is_guarded(node: ast.AST, parts: tuple[ast.expr, ast.expr], place: Place) -> bool:
    """Tell a statement that runs only where something is not in the collection, or this item not in something."""
    kept, item = parts
    tests = [around.test for around in place.above(node) if isinstance(around, ast.If)]
    asked = [part for test in tests for part in ast.walk(test) if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.NotIn)]
    return any(same(part.comparators[0], kept) or same(part.left, item) for part in asked)


OPERATORS = (
    Operator("lost-duplicates", ast.expr, _lost_duplicates),
    Operator("lost-duplicates", ast.Expr, _appended_once),
)
