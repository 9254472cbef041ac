"""Finds work that a module does when it is imported, other than to define things and to make constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeopt.verify.screen.finding import FindingKind as Kind
from codeopt.verify.screen.finding import Trace
from codeopt.verify.screen.names import Functions, Scope, origins, parameters
from codeopt.verify.screen.reading import Place, Reading
from codeopt.verify.screen.tables import IMPURE, PURE, PURE_METHODS, listed

__all__ = ["startup"]

QUIET = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.AugAssign),
    *(ast.Pass, ast.Global, ast.Nonlocal, ast.Delete),
)
CHECKED = frozenset({"TYPE_CHECKING", "version_info", "__name__", "platform", "hexversion", "byteorder", "maxsize"})


def startup(place: Place, reading: Reading) -> Iterator[Trace]:
    """Yield what one node does on import, when it stands outside functions."""
    node, scope = place.node, place.scope
    if isinstance(node, Functions | ast.Lambda):
        for _, default in parameters(node.args):
            if default is not None and not _in_function(scope):
                yield from _effects(default, scope, reading)
        if isinstance(node, Functions):
            yield from (Trace(Kind.IMPORT_TIME, "@", each) for each in node.decorator_list if not _is_named(each))
    elif isinstance(node, ast.stmt) and isinstance(scope.node, ast.Module | ast.ClassDef):
        yield from _statement(node, scope, reading)


def _in_function(scope: Scope) -> bool:
    return not isinstance(scope.node, ast.Module | ast.ClassDef)


def _is_named(decorator: ast.expr) -> bool:
    """Whether a decorator is a name, or a call of one, so that what it does is seen where the name comes from."""
    while isinstance(decorator, ast.Call | ast.Attribute):
        decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
    return isinstance(decorator, ast.Name)


def _statement(node: ast.stmt, scope: Scope, reading: Reading) -> Iterator[Trace]:
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        if node.value:
            yield from _effects(node.value, scope, reading)
    elif isinstance(node, ast.Expr):
        if not isinstance(node.value, ast.Constant):
            yield Trace(Kind.IMPORT_TIME, ast.unparse(node), node)
    elif isinstance(node, ast.If):
        if not _is_check(node.test, scope):
            yield Trace(Kind.IMPORT_TIME, f"if {ast.unparse(node.test)}", node)
    elif isinstance(node, ast.Try):
        if not all(isinstance(each, ast.Import | ast.ImportFrom | ast.Assign) for each in node.body):
            yield Trace(Kind.IMPORT_TIME, "try", node)
    elif not isinstance(node, QUIET) and type(node).__name__ != "TypeAlias":
        yield Trace(Kind.IMPORT_TIME, _head(node), node)


def _is_check(test: ast.expr, scope: Scope) -> bool:
    """Whether a condition only asks for the interpreter, or for a module that may be missing."""
    names = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in ast.walk(test)}
    modules = any(origin.bare for each in ast.walk(test) if isinstance(each, ast.Name) for origin in origins(each, scope))
    return bool(names & CHECKED) or modules


def _head(node: ast.stmt) -> str:
    return ast.unparse(node).partition("\n")[0]


def _effects(value: ast.expr, scope: Scope, reading: Reading) -> Iterator[Trace]:
    """Yield the calls in an expression that may do more than make a value."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and not _is_pure(node, scope, reading):
            yield Trace(Kind.IMPORT_TIME, ast.unparse(node), node)


def _is_pure(call: ast.Call, scope: Scope, reading: Reading) -> bool:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in PURE_METHODS:
        return True
    found = {origin.name for origin in origins(func, scope)}
    if found and all(_is_constructor(name) or (listed(name, PURE) and name not in IMPURE) for name in found):
        return True
    return bool(found) and all(name.startswith("def:_") for name in found) and not _reaches_public(found, reading)


def _is_constructor(name: str) -> bool:
    """Whether a call makes a value of a class, as far as its name tells."""
    return name.startswith("class:") or name.rpartition(".")[2][:1].isupper()


def _reaches_public(names: set[str], reading: Reading) -> bool:
    """Whether private functions of the module call public ones of it, as one that warms a cache would."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if not name.startswith("def:_"):
            return True
        if name not in seen:
            seen.add(name)
            waiting += reading.calls_of(name.removeprefix("def:"))
    return False
