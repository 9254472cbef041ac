"""Faults of the way that control takes: statements, loops, guards.

Equivalent remain: a guard for a case that the rest treats alike, a loop whose further rounds change nothing, a statement that another one
undoes. A guard that looks into a memo is let alone: without it code is only slower.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import attribute_called, changed, exchanged, name_called, same

__all__ = ["OPERATORS"]

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match, ast.FunctionDef, ast.ClassDef)
_ENDLESS = frozenset({"count", "cycle", "repeat", "iter"})
_NOTHING = (ast.Pass(),)


def _break_continue(node: ast.Break | ast.Continue, _place: Place) -> Iterator[list[ast.stmt]]:
    yield [ast.Continue() if isinstance(node, ast.Break) else ast.Break()]


def _removed_statement(node: ast.stmt, place: Place) -> Iterator[tuple[ast.stmt, ...]]:
    if isinstance(node, ast.Expr | ast.AugAssign):
        removed = not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Await) and _called(node.value.value) == "sleep")
    elif isinstance(node, ast.Assign):
        removed = all(_is_kept_without(target, place) for target in node.targets)
    else:
        # To forget a name changes nothing.
        removed = isinstance(node, ast.Delete) and not all(isinstance(target, ast.Name) for target in node.targets)
    if removed:
        yield _NOTHING


def _called(node: ast.expr) -> str:
    return name_called(node) or attribute_called(node)


def _is_kept_without(target: ast.expr, place: Place) -> bool:
    """Tell a target that has a value also without this assignment."""
    return isinstance(target, ast.Attribute | ast.Subscript) or (
        isinstance(target, ast.Name) and place.is_bound_before(target.id, target.lineno)
    )


def _assigned_none(node: ast.Assign, place: Place) -> Iterator[list[ast.stmt]]:
    target = node.targets[0]
    none = isinstance(node.value, ast.Constant) and node.value.value is None
    if isinstance(target, ast.Name) and not _is_kept_without(target, place) and not none:
        yield [changed(node, value=ast.Constant(value=None))]


def _returned_none(node: ast.Return, _place: Place) -> Iterator[list[ast.stmt]]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield [changed(node, value=ast.Constant(value=None))]


def _no_rounds(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    parent = place.parent(node)
    if isinstance(parent, ast.For) and parent.iter is node:
        yield ast.Tuple(elts=[], ctx=ast.Load())
    elif isinstance(parent, ast.While) and parent.test is node:
        yield ast.Constant(value=False)


def _early_exit(node: ast.stmt, place: Place) -> Iterator[list[ast.stmt]]:
    loop = place.parent(node)
    if isinstance(loop, ast.For | ast.While | ast.AsyncFor) and loop.body[-1] is node and not isinstance(node, (*_ENDS, *_COMPOUND)):
        yield [node, ast.Break()]


def _one_round(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    """Do by the iterable what `break` at the end would do, where no statement can follow on the same line."""
    loop = place.parent(node)
    if not isinstance(loop, ast.For) or loop.iter is not node or not isinstance(loop.body[-1], _COMPOUND):
        return
    if _called(node) not in _ENDLESS:
        items = ast.List(elts=[ast.Starred(value=node, ctx=ast.Load())], ctx=ast.Load())
        yield ast.Subscript(value=items, slice=ast.Slice(upper=ast.Constant(value=1)), ctx=ast.Load())


def _dropped_guard(node: ast.If, _place: Place) -> Iterator[tuple[ast.stmt, ...]]:
    guards = not node.orelse and len(node.body) == 1 and isinstance(node.body[0], _ENDS)
    if guards and not _is_memo(node) and not _binds(node.test):
        yield _NOTHING


def _is_memo(node: ast.If) -> bool:
    ending, test = node.body[0], node.test
    if not isinstance(ending, ast.Return) or not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.In | ast.IsNot):
        return False
    known = test.comparators[0] if isinstance(test.ops[0], ast.In) else test.left
    return ending.value is not None and any(same(part, known) for part in ast.walk(ending.value))


def _dropped_filter(node: Comprehension, _place: Place) -> Iterator[ast.expr]:
    for at, generator in enumerate(node.generators):
        if generator.ifs and not any(_binds(test) for test in generator.ifs):
            yield changed(node, generators=exchanged(node.generators, at, changed(generator, ifs=[])))


def _binds(node: ast.expr) -> bool:
    return any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))


OPERATORS = (
    Operator("break-continue", (ast.Break, ast.Continue), _break_continue),
    Operator("removed-statement", (ast.Expr, ast.AugAssign, ast.Assign, ast.Delete), _removed_statement),
    Operator("assigned-none", ast.Assign, _assigned_none),
    Operator("returned-none", ast.Return, _returned_none),
    Operator("no-rounds", ast.expr, _no_rounds),
    Operator("early-exit", ast.stmt, _early_exit),
    Operator("early-exit", ast.expr, _one_round),
    Operator("dropped-guard", ast.If, _dropped_guard),
    Operator("dropped-filter", (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _dropped_filter),
)
