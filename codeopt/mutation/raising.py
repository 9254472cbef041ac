"""Faults of exceptions: another type is raised, or other types are caught.

Equivalent remain: a wider `except` where nothing else is ever raised.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.mutation.operator import Operator
from codeopt.mutation.place import Place
from codeopt.mutation.shapes import changed, name

__all__ = ["OPERATORS"]

_OTHERS = {"ValueError": "TypeError", "TypeError": "ValueError", "KeyError": "IndexError", "IndexError": "KeyError"}
_WIDEST = frozenset({"Exception", "BaseException"})


def _other_type(node: ast.Raise, _place: Place) -> Iterator[list[ast.stmt]]:
    raised = node.exc
    kind = raised.func if isinstance(raised, ast.Call) else raised
    if isinstance(kind, ast.Name | ast.Attribute):
        text = kind.id if isinstance(kind, ast.Name) else kind.attr
        if text[:1].isupper():
            other = name(_OTHERS.get(text, "ValueError"))
            yield [changed(node, exc=changed(raised, func=other) if isinstance(raised, ast.Call) else other)]


def _other_catch(node: ast.expr, place: Place) -> Iterator[ast.expr]:
    handler = place.parent(node)
    if not isinstance(handler, ast.ExceptHandler) or handler.type is not node or type(place.parent(handler)).__name__ == "TryStar":
        return
    yield ast.Tuple(elts=[], ctx=ast.Load())
    if not (isinstance(node, ast.Name) and node.id in _WIDEST):
        yield name("Exception")


OPERATORS = (
    Operator("other-exception", ast.Raise, _other_type),
    Operator("other-catch", ast.expr, _other_catch),
)
