"""Knows what names of a module stand for: which module, which attribute of it, which builtin, through aliases of any kind.

Flow does not count: a name stands for all that is ever bound to it in its scope. It knows nothing of what is good or bad.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = [
    "COMPREHENSIONS",
    "FUNCTIONS",
    "Functions",
    "Origin",
    "Scope",
    "below",
    "constant_text",
    "origins",
    "parameters",
    "positional",
    "receiver",
]

Functions = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MODULE_NAMES = frozenset({"__builtins__", "__file__", "__cached__", "__loader__", "__spec__", "__path__"})
BUILTINS = (frozenset(dir(builtins)) | MODULE_NAMES | {"exit", "quit", "help"}) - {"copyright", "credits", "license", "_"}
# Modules that a chain of attributes may lead to from another module that imported them (`random._os`).
PASSED_ON = frozenset({"sys", "os", "builtins", "ctypes", "gc", "subprocess", "importlib", "threading", "marshal"})
LIBRARY_PASSED_ON = frozenset(
    {"time", "inspect", "traceback", "linecache", "socket", "signal", "warnings", "tempfile", "pathlib", "shutil", "codecs", "io", "types"}
    | {"pickle", "weakref", "tokenize", "selectors", "random", "thread", "decimal", "locale"}
)
# Expressions that may stand for something that has an origin.
TELLING = ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.NamedExpr | ast.Starred | ast.Await | ast.IfExp | ast.BoolOp
# More origins of a name, or longer ones, than code has that is meant to be read.
MANY = 64
LONG = 12
DEPTH = 12


class Origin(NamedTuple):
    """Where a value comes from: `time.perf_counter`, `builtins.open`, `class:Box`, `def:f`; `bare` when it is a module itself."""

    name: str
    bare: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """One scope: what is bound in it, with what its names may stand for: origins, and the expressions that lead to more of them.

    `aliased` are the origins that names have through such expressions.
    """

    node: ast.AST
    parent: Scope | None
    known: defaultdict[str, set[Origin]] = field(default_factory=lambda: defaultdict(set))
    values: defaultdict[str, list[tuple[ast.expr, Scope]]] = field(default_factory=lambda: defaultdict(list))
    aliased: defaultdict[str, set[Origin]] = field(default_factory=lambda: defaultdict(set))
    bound: set[str] = field(default_factory=set)
    # Names that are bound for certain, so that no builtin shows through.
    firm: set[str] = field(default_factory=set)
    # Modules of which all names are imported.
    stars: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)

    @property
    def is_function(self) -> bool:
        """Whether names that are bound here hide those outside, and are seen by the functions inside."""
        return isinstance(self.node, (*FUNCTIONS, ast.Lambda, *COMPREHENSIONS))

    def enclosing(self, *kinds: type[ast.AST]) -> Iterator[Scope]:
        """Yield this scope and those around it whose nodes are of these kinds."""
        scope: Scope | None = self
        while scope:
            if isinstance(scope.node, kinds):
                yield scope
            scope = scope.parent

    def homes(self, name: str) -> Iterator[Scope]:
        """Yield the scopes whose binding of a name may be the one that is seen from here."""
        scope: Scope | None = self
        while scope:
            seen = scope is self or not isinstance(scope.node, ast.ClassDef)
            if seen and name in scope.bound:
                yield scope
                if scope.is_function and name not in scope.outer:
                    return
            scope = scope.parent

    def bind(self, name: str, *, origin: Origin | None = None, value: tuple[ast.expr, Scope] | None = None) -> None:
        """Bind a name here and, where it is declared to be another scope's, there."""
        homes = [self]
        if name in self.outer:
            homes += [scope for scope in self.enclosing(ast.Module, ast.FunctionDef, ast.AsyncFunctionDef) if scope is not self]
        for home in homes:
            home.bound.add(name)
            if origin:
                home.known[name].add(origin)
            if value and isinstance(value[0], TELLING):
                home.values[name].append(value)

    def settle(self) -> bool:
        """Follow the aliases of this scope by one more step; whether anything new came of it."""
        changed = False
        for name, value, inside in [(name, *value) for name, values in self.values.items() for value in values]:
            if len(self.known[name]) >= MANY:
                return True  # and so it never settles
            found = origins(value, inside)
            changed = changed or not found <= self.known[name]
            self.aliased[name] |= found
            self.known[name] |= found
        return changed


def origins(expr: ast.expr, scope: Scope) -> frozenset[Origin]:
    """Return all that an expression may come from, as far as it can be seen; empty for the values of the code's own."""
    if isinstance(expr, ast.Name):
        return _of_name(expr.id, scope)
    if isinstance(expr, ast.Attribute) and expr.attr == "__class__":
        return _class_of(expr.value, scope)
    if isinstance(expr, ast.Attribute):
        return frozenset(below(origin, expr.attr) for origin in origins(expr.value, scope))
    if isinstance(expr, ast.Subscript):
        return frozenset(below(origin, "[]") for origin in origins(expr.value, scope))
    if isinstance(expr, ast.Call):
        return _of_call(expr, scope)
    return frozenset(origin for part in _choices(expr) for origin in origins(part, scope))


def _choices(expr: ast.expr) -> list[ast.expr]:
    if isinstance(expr, ast.NamedExpr | ast.Starred | ast.Await):
        return [expr.value]
    if isinstance(expr, ast.IfExp):
        return [expr.body, expr.orelse]
    return expr.values if isinstance(expr, ast.BoolOp) else []


def _of_name(name: str, scope: Scope) -> frozenset[Origin]:
    found: set[Origin] = set()
    hidden = False
    for home in scope.homes(name):
        found |= home.known[name]
        hidden = hidden or home.is_function or name in home.firm
    if not hidden and not found and name not in BUILTINS:
        found |= {Origin(f"{star}.{name}") for module in scope.enclosing(ast.Module) for star in module.stars}
    if not hidden and name in BUILTINS:
        found.add(Origin(f"builtins.{name}"))
    return frozenset(found)


def _of_call(call: ast.Call, scope: Scope) -> frozenset[Origin]:
    if not call.args:
        return frozenset()
    called = {origin.name for origin in origins(call.func, scope)}
    if "builtins.getattr" in called and len(call.args) > 1 and (name := constant_text(call.args[1])):
        return frozenset(below(origin, name) for origin in origins(call.args[0], scope))
    if "builtins.vars" in called:
        return frozenset(below(origin, "__dict__") for origin in origins(call.args[0], scope))
    if "builtins.type" in called and len(call.args) == 1:
        return _class_of(call.args[0], scope)
    return frozenset()


def _class_of(value: ast.expr, scope: Scope) -> frozenset[Origin]:
    own = isinstance(value, ast.Name) and value.id == receiver(scope)
    return frozenset({Origin("own()" if own else "type()")})


def below(origin: Origin, attr: str) -> Origin:
    """Return what an attribute of something is; `random._os` is `os`."""
    plain = attr.strip("_")
    root = origin.name.partition(".")[0]
    by_library = root in sys.stdlib_module_names and root not in {plain, "datetime"}
    passed_on = plain in PASSED_ON or attr == "_time" or (by_library and plain in LIBRARY_PASSED_ON)
    if passed_on and not origin.name.startswith(("class:", "def:", "builtins.", "type()", "own()")):
        return Origin(plain, bare=True)
    return origin._replace(bare=False) if origin.name.count(".") > LONG else Origin(f"{origin.name}.{attr}")


def receiver(scope: Scope) -> str | None:
    """Return the first parameter of the method that a scope lies in."""
    for each in scope.enclosing(*FUNCTIONS):
        if each.parent and isinstance(each.parent.node, ast.ClassDef):
            arguments = each.node.args  # type: ignore[attr-defined]  # functions have them
            places = [*arguments.posonlyargs, *arguments.args]
            return places[0].arg if places else None
    return None


def constant_text(expr: ast.expr, depth: int = DEPTH) -> str | None:
    """Return the text that an expression of literals makes (`"_get" + "frame"`); None when it is not plain."""
    if isinstance(expr, ast.Constant):
        return expr.value if isinstance(expr.value, str) else None
    parts: list[ast.expr] = []
    if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add):
        parts = [expr.left, expr.right]
    elif isinstance(expr, ast.JoinedStr):
        parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in expr.values]
    elif _is_join(expr):
        parts = expr.args[0].elts  # type: ignore[attr-defined]  # as `_is_join` found it
    texts = [constant_text(part, depth - 1) for part in parts] if depth else []
    plain = [text for text in texts if text is not None]
    if not texts or len(plain) < len(texts):
        return None
    return (expr.func.value.value if isinstance(expr, ast.Call) else "").join(plain)  # type: ignore[attr-defined]  # as above


def _is_join(expr: ast.expr) -> bool:
    """Whether an expression is `"-".join(["a", "b"])`."""
    return (
        isinstance(expr, ast.Call)
        and isinstance(expr.func, ast.Attribute)
        and expr.func.attr == "join"
        and isinstance(expr.func.value, ast.Constant)
        and isinstance(expr.func.value.value, str)
        and len(expr.args) == 1
        and isinstance(expr.args[0], ast.List | ast.Tuple)
    )


def parameters(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the parameters of a function, each with its default value."""
    places = positional(arguments)
    defaults = [None] * (len(places) - len(arguments.defaults)) + list(arguments.defaults)
    yield from zip(places, defaults, strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    yield from ((each, None) for each in (arguments.vararg, arguments.kwarg) if each)


def positional(arguments: ast.arguments) -> list[ast.arg]:
    """Return the parameters that may be given by place."""
    return [*arguments.posonlyargs, *arguments.args]
