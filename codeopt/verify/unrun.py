"""Finds statements of a patch that no compared call has run: what they do is not known, however right the rest is.

Statements that the file had before, in whatever place, are no news; neither are those that only raise.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

__all__ = ["unrun_statements"]

Functions = ast.FunctionDef | ast.AsyncFunctionDef
# These have no line of their own, or do nothing by themselves.
SILENT = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Global,
    ast.Nonlocal,
    ast.Pass,
    ast.Raise,
    ast.Try,
    ast.Import,
    ast.ImportFrom,
)
NAMED = 3
LONGEST = 60


def unrun_statements(before: Mapping[str, bytes], after: Mapping[str, bytes], run: Mapping[str, Collection[int]]) -> str:
    """Name the new statements in functions that were not run; empty when all were. `run` holds the lines that were run, by path."""
    found = [
        f"`{_shortened(node)}` ({path}:{node.lineno})"
        for path, source in after.items()
        if path in run
        for node in _new_statements(before.get(path, b""), source)
        if _lines(node).isdisjoint(run[path])
    ]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"no compared call runs {', '.join(found[:NAMED])}{more}: what it does is not known" if found else ""


def _new_statements(before: bytes, after: bytes) -> Iterator[ast.stmt]:
    had = Counter(_text(node) for node in _statements(before))
    for node in _statements(after):
        if had[_text(node)]:
            had[_text(node)] -= 1
        elif not isinstance(node, SILENT) and not _is_docstring(node):
            yield node


def _statements(source: bytes) -> Iterator[ast.stmt]:
    """Yield the statements within functions, in source order."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    outermost = [node for node in ast.walk(tree) if isinstance(node, Functions)]
    seen: dict[int, ast.stmt] = {}
    for function in outermost:
        for node in ast.walk(function):
            if isinstance(node, ast.stmt) and node is not function:
                seen[id(node)] = node
    yield from sorted(seen.values(), key=lambda node: (node.lineno, node.col_offset))


def _text(node: ast.stmt) -> str:
    """Return the statement, of a compound one its head: what is in it counts for itself."""
    text = ast.unparse(node)
    return text.partition("\n")[0] if getattr(node, "body", None) else text


def _lines(node: ast.stmt) -> frozenset[int]:
    """Return the lines any of which shows that the statement was reached."""
    body = getattr(node, "body", None)
    last = max(node.lineno, body[0].lineno - 1) if isinstance(body, list) and body else node.end_lineno or node.lineno
    return frozenset(range(node.lineno, last + 1))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shortened(node: ast.stmt) -> str:
    text = _text(node).partition("\n")[0]
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
