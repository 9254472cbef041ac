"""Knows which names Python code binds and uses, as far as its syntax tree tells."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

__all__ = ["BUILTINS", "bound_at_top", "free_names", "free_words", "names_in", "stored_names", "top_statements"]

BUILTINS = frozenset(dir(builtins))

_BLOCKS = ("body", "orelse", "finalbody", "handlers")


def names_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return every name that the nodes read, bind or delete; attributes and keywords are no names."""
    return frozenset(node.id for root in nodes for node in ast.walk(root) if isinstance(node, ast.Name))


def free_names(node: ast.AST) -> frozenset[str]:
    """Return the names that a function, class or statement takes from around it: those that it reads and does not bind."""
    read = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}
    shared = {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
    return frozenset(read - stored_names(node) | shared)


def stored_names(node: ast.AST) -> frozenset[str]:
    """Return the names that a node, or anything inside it, binds or deletes, those that it declares global left out."""
    bound: set[str] = set()
    shared: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            bound.add(inner.id)
        elif isinstance(inner, ast.arg):
            bound.add(inner.arg)
        elif isinstance(inner, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.update(_bound(inner))
        elif isinstance(inner, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and inner.name:
            bound.add(inner.name)
        elif isinstance(inner, ast.Global):
            shared.update(inner.names)
    return frozenset(bound - shared)


def top_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported: those in `if`, `try`, `with` and loops too, those for type checkers not."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        blocks = ("orelse",) if isinstance(statement, ast.If) and _for_type_checkers(statement.test) else _BLOCKS
        for block in blocks:
            yield from top_statements(_statements(getattr(statement, block, ())))


def bound_at_top(body: Iterable[ast.stmt]) -> frozenset[str]:
    """Return the names that a module's statements bind, `*` for a star import."""
    return frozenset(name for statement in top_statements(body) for name in _bound(statement))


def free_words(module: ast.Module) -> frozenset[str]:
    """Return every name of a variable, function, class or import anywhere in a module, so that a new name can avoid them all."""
    return names_in([module]) | stored_names(module)


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    else:
        yield from (node.id for node in _own_nodes(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    nested = {id(inner) for block in _BLOCKS for inner in getattr(statement, block, ())}
    for child in ast.iter_child_nodes(statement):
        if id(child) not in nested:
            yield from ast.walk(child)


def _statements(block: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    for node in block:
        if isinstance(node, ast.stmt):
            yield node
        elif isinstance(node, ast.ExceptHandler):
            yield from node.body


def _for_type_checkers(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING")
