"""Tells by a reading of the syntax whether calls of a function are likely to be made at the same time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["likely_concurrent"]

STARTERS = frozenset({"_thread", "asyncio", "concurrent", "multiprocessing", "queue", "threading"})


def likely_concurrent(source: bytes, qualname: str) -> bool:
    """Whether a function is asynchronous, or its file imports what starts threads, processes or tasks, anywhere in it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return any(name.partition(".")[0] in STARTERS for name in _imported(tree)) or qualname in set(_asynchronous(tree, ""))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def _asynchronous(node: ast.AST, prefix: str) -> Iterator[str]:
    """Yield the qualified names of asynchronous functions below a node."""
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, ast.ClassDef):
            inner = f"{prefix}{child.name}."
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{prefix}{child.name}.<locals>."
            if isinstance(child, ast.AsyncFunctionDef):
                yield f"{prefix}{child.name}"
        yield from _asynchronous(child, inner)
