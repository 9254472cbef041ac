"""Finds functions that are no longer what they were: put off until later, replaced by another of their name, or wrapped."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codeopt.verify.screen.finding import FindingKind as Kind
from codeopt.verify.screen.finding import Trace
from codeopt.verify.screen.names import Functions, Scope, origins
from codeopt.verify.screen.reading import Place, Reading, gives_several, qualname

__all__ = ["Shape", "changes", "functions", "replacements"]


@dataclass(frozen=True, slots=True)
class Shape:
    """Whether calling a function leaves its work for later, as with generators and coroutines, and what it is wrapped in.

    `wrappers` are its decorators, each with the function of this module that it is; none where it is written on the spot.
    """

    later: bool
    wrappers: Mapping[str, tuple[ast.expr, str | None]]
    node: ast.AST


def functions(places: list[Place]) -> dict[str, Shape]:
    """Map the functions of a module to their shapes."""
    delayed = {id(scope.node) for node, scope, _ in places if isinstance(node, ast.Yield | ast.YieldFrom)}
    return {
        qualname(node.name, scope): Shape(
            later=isinstance(node, ast.AsyncFunctionDef) or id(node) in delayed,
            wrappers={ast.unparse(each): (each, name) for each in node.decorator_list for name in _made_here(each, scope)},
            node=node,
        )
        for node, scope, _ in places
        if isinstance(node, Functions)
    }


def _made_here(decorator: ast.expr, scope: Scope) -> list[str | None]:
    """Return the functions of the module that a decorator may be; what is imported is known to the repository."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    found = [origin.name for origin in sorted(origins(called, scope))]
    return [name.removeprefix("def:") for name in found if name.startswith("def:")] if found else [None]


def changes(old: Mapping[str, Shape], new: Mapping[str, Shape]) -> Iterator[Trace]:
    """Yield how functions that are in both modules changed their shapes."""
    for name, shape in new.items():
        if name in old and shape.later and not old[name].later:
            yield Trace(Kind.DEFERRED, name, shape.node)
        for text, (wrapper, maker) in shape.wrappers.items() if name in old else ():
            if text not in old[name].wrappers and maker not in old:
                yield Trace(Kind.DECOY, f"@{text}", wrapper)


def replacements(place: Place, reading: Reading) -> Iterator[Trace]:
    """Yield a trace where a name that a module or a class gives to a function or a class is given again."""
    node, scope, parent = place
    if parent is not scope.node or not isinstance(scope.node, ast.Module | ast.ClassDef):
        return
    if isinstance(node, Functions | ast.ClassDef):
        if reading.first(node.name, scope.node) not in (node, None) and not gives_several(node):
            yield Trace(Kind.DECOY, f"{qualname(node.name, scope)} again", node)
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and reading.first(name.id, scope.node):
                    yield Trace(Kind.DECOY, f"{qualname(name.id, scope)} again", node)
