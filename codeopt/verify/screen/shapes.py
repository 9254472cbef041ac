"""Finds values that are not what they look like: their classes and their special methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.verify.screen.finding import FindingKind as Kind
from codeopt.verify.screen.finding import Trace
from codeopt.verify.screen.names import Functions, Scope, origins
from codeopt.verify.screen.reading import Place, qualname
from codeopt.verify.screen.tables import LAZY_METHODS, ORDINARY_METHODS, VALUE_TYPES, listed

__all__ = ["shapes"]


def shapes(place: Place) -> Iterator[Trace]:
    """Yield the bases and the special methods of a class, special functions of a module, and classes made by `type`."""
    node, scope = place.node, place.scope
    if isinstance(node, ast.ClassDef):
        yield from _class(node, scope)
    elif isinstance(scope.node, ast.ClassDef | ast.Module) and (name := _special_name(node)):
        kind = Kind.DEFERRED if name in LAZY_METHODS else Kind.FORGED
        owner = qualname("", scope)
        if isinstance(scope.node, ast.ClassDef) or isinstance(node, Functions):
            yield Trace(kind, f"{owner}{name}", node)
    elif isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > 1 and _is_type(node.func, scope):
        yield Trace(Kind.FORGED, "type(_, _, _)", node)


def _is_type(func: ast.expr, scope: Scope) -> bool:
    return any(origin.name == "builtins.type" for origin in origins(func, scope))


def _class(node: ast.ClassDef, scope: Scope) -> Iterator[Trace]:
    name = qualname(node.name, scope)
    for base in node.bases:
        for origin in sorted(origins(base, scope)):
            if listed(origin.name, VALUE_TYPES) or origin.name == "type()" or _is_of_repository(origin.name):
                yield Trace(Kind.FORGED, f"class {name}({origin.name})", node)
    for keyword in node.keywords:
        if keyword.arg in {"metaclass", None} and "abc.ABCMeta" not in {origin.name for origin in origins(keyword.value, scope)}:
            yield Trace(Kind.FORGED, f"class {name}({keyword.arg}=)", node)


def _is_of_repository(name: str) -> bool:
    """Whether a class is one of the repository's, so that a subclass could stand for its values; a private one is the patch's own."""
    return name.startswith((".", "repo:", "class:")) and not name.rpartition(".")[2].removeprefix("class:").startswith("_")


def _special_name(node: ast.AST) -> str | None:
    """Return the special name, out of the ordinary, that a node gives to a method or a value of a class."""
    name: str | None = None
    if isinstance(node, Functions | ast.ClassDef):
        name = node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        name = node.id
    elif isinstance(node, ast.alias):
        name = node.asname
    special = name is not None and name.startswith("__") and name.endswith("__") and name not in ORDINARY_METHODS
    return name if special else None
