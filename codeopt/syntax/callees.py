"""Knows which functions of other files may change together with one: those that it calls by the names that they have there."""

from __future__ import annotations

from collections.abc import Callable

from codeopt.model.code import Function, FunctionKind
from codeopt.model.proposal import Callee
from codeopt.syntax.index import CodeIndex
from codeopt.syntax.text import unindented

__all__ = ["callees_elsewhere"]

_MOST = 4


def callees_elsewhere(index: CodeIndex, function: Function, read: Callable[[str], bytes], *, limit_chars: int) -> tuple[Callee, ...]:
    """Return the plain functions of other files that a function calls, as far as names tell, in the order of its calls.

    Left out are those that its file imports under another name, what does not fit, and more than a few. `read` returns the bytes of
    an indexed path.
    """
    found: list[Callee] = []
    room = limit_chars
    for callee in index.callees(function.name):
        if (
            callee.name.path == function.name.path
            or callee.kind is not FunctionKind.FUNCTION
            or not _keeps_its_name(index, function, callee)
        ):
            continue
        text = unindented(read(callee.name.path), callee.span)
        if text and len(text) <= room and len(found) < _MOST:
            found.append(Callee(function=callee, text=text))
            room -= len(text)
    return tuple(found)


def _keeps_its_name(index: CodeIndex, function: Function, callee: Function) -> bool:
    """Whether the function's file imports a callee by its own name, so that an answer can say which one it means."""
    name = callee.name.qualname
    return any(imported.name == imported.attribute == name for imported in index.files[function.name.path].imported)
