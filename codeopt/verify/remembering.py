"""Looks in a patch for places where a call could leave something behind for the next one: a cache that repeated inputs would feed.

A reading of the syntax, not a proof: it decides how strictly a candidate is timed, never whether it is right. It rather suspects too
much: a suspected patch is timed on inputs that each process meets once.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["may_remember"]

KEEPERS = frozenset(
    {"cache", "lru_cache", "cached_property", "setattr", "globals", "vars", "modules", "__class__", "__dict__", "__code__", "__defaults__"}
)
MUTATORS = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "move_to_end", "pop", "popitem", "popleft"}
    | {"put", "put_nowait", "remove", "reverse", "setdefault", "sort", "update", "__setattr__", "__setitem__"}
)
# What these return of a shared value is a part of it.
LOOKUPS = frozenset({"get", "setdefault"})
FROZEN_CALLS = frozenset({"frozenset", "tuple", "compile", "itemgetter", "attrgetter", "methodcaller", "maketrans", "Struct"})

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Scopes = Functions | ast.Lambda


def may_remember(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """Say in a few words where the new code could keep something from call to call; empty when it cannot be seen to."""
    for path, source in after.items():
        try:
            old, new = _Keeping(ast.parse(before.get(path, b""))), _Keeping(ast.parse(source))
        except (SyntaxError, ValueError):
            return f"{path} cannot be read"
        for found in new.places - old.places:
            return found
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """A function: the names it sees that are not the module's, and those of them whose values end with the call or are the caller's."""

    node: Scopes
    visible: frozenset[str]
    fresh: frozenset[str]


class _Keeping:
    """The places of a module that could keep something, each counted, so that what is new shows."""

    def __init__(self, tree: ast.Module) -> None:
        self._module = _bound_values(tree)
        self._libraries = _imported_modules(tree) | (frozenset(dir(builtins)) - {"type"})
        self.places: Counter[str] = Counter()
        self.places.update(f"the module-level value `{name}`" for name, frozen in self._module.items() if not frozen)
        self.places.update(f"`{name}` of an outer scope" for node in ast.walk(tree) for name in _outer_names(node))
        for scope in _scopes(tree, home=None):
            self.places.update(self._promises(scope.node))
            for node in _own_nodes(scope.node):
                self.places.update(self._place(node, scope))

    @staticmethod
    def _promises(function: Scopes) -> Iterator[str]:
        for decorator in function.decorator_list if isinstance(function, Functions) else ():
            yield f"the decorator `{ast.unparse(decorator)}`"
        for default in [*function.args.defaults, *filter(None, function.args.kw_defaults)]:
            if not _is_frozen(default):
                yield f"the default value `{ast.unparse(default)}`"

    def _place(self, node: ast.AST, scope: _Scope) -> Iterator[str]:
        if isinstance(node, ast.Attribute | ast.Name) and (node.attr if isinstance(node, ast.Attribute) else node.id) in KEEPERS:
            yield f"`{ast.unparse(node)}`"
        elif isinstance(node, ast.Name) and node.id not in scope.visible and self._module.get(node.id) is False:
            yield f"the module-level value `{node.id}`"
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            if _root(node) not in scope.fresh:
                yield f"a store to `{ast.unparse(node)}`"
        elif isinstance(node, ast.Attribute) and node.attr in MUTATORS and self._is_kept(node.value, scope):
            yield f"a change by `{ast.unparse(node)}`"

    def _is_kept(self, value: ast.expr, scope: _Scope) -> bool:
        # `np.add` and `os.remove` are functions of a module, not methods that change it
        if isinstance(value, ast.Name) and value.id in self._libraries and value.id not in scope.visible:
            return False
        return _is_shared(value, scope.fresh)


def _scopes(node: ast.AST, *, home: _Scope | None) -> Iterator[_Scope]:
    """Yield the functions below a node; `home` is the one that it stands in, None in a module or a class."""
    for child in ast.iter_child_nodes(node):
        inner = home
        if isinstance(child, Scopes):
            names = _local_names(child)
            # What outlives the call that made it keeps the names around it alive.
            around = home.fresh if home and not _escapes(child, home.node) else frozenset()
            fresh = _fresh_names(child, names, around - names - frozenset(_declared(child)))
            inner = _Scope(node=child, visible=names | (home.visible if home else frozenset()), fresh=fresh)
            yield inner
        elif isinstance(child, ast.ClassDef):
            inner = None
        yield from _scopes(child, home=inner)


def _escapes(function: Scopes, home: Scopes) -> bool:
    """Whether an inner function could outlive the call of `home`: it is decorated, or used other than by calling it there."""
    if isinstance(function, ast.Lambda) or function.decorator_list:
        return True
    called = {id(node.func) for node in ast.walk(home) if isinstance(node, ast.Call)}
    return any(isinstance(node, ast.Name) and node.id == function.name and id(node) not in called for node in ast.walk(home))


def _own_nodes(function: Scopes) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of the functions in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, Scopes):
            yield child
            yield from _outside_functions(child)


def _fresh_names(function: Scopes, names: frozenset[str], around: frozenset[str]) -> frozenset[str]:
    """Take from a function's names those that may stand for something shared: a class, a module's value, or a part of one."""
    fresh = (names | around) - _shared_parameters(function)
    bindings = [binding for node in _own_nodes(function) for binding in _bindings(node)]
    while True:
        shared = {name for target, value in bindings if _is_shared(value, fresh) for name in _stored(target)} & fresh
        if not shared:
            return fresh
        fresh -= shared


def _shared_parameters(function: Scopes) -> frozenset[str]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    found = {argument.arg for argument, default in pairs if isinstance(default, ast.Attribute | ast.Name)}
    decorators = function.decorator_list if isinstance(function, Functions) else []
    if positional and (positional[0].arg == "cls" or any(ast.unparse(decorator) == "classmethod" for decorator in decorators)):
        found.add(positional[0].arg)
    return frozenset(found)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what a statement binds, as (target, value); the items of a loop stand for what it runs over."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
                yield from zip(target.elts, node.value.elts, strict=True)
            else:
                yield target, node.value
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For):
        yield node.target, node.iter


def _is_shared(value: ast.expr, fresh: frozenset[str]) -> bool:
    """Whether an expression may stand for a value, or a part of one, that is there for the next call as well."""
    if isinstance(value, ast.Name):
        return value.id not in fresh
    if isinstance(value, ast.Attribute | ast.Subscript | ast.NamedExpr):
        return _is_shared(value.value, fresh)
    if isinstance(value, ast.IfExp):
        return _is_shared(value.body, fresh) or _is_shared(value.orelse, fresh)
    if isinstance(value, ast.BoolOp):
        return any(_is_shared(each, fresh) for each in value.values)
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", "")
        if isinstance(value.func, ast.Attribute) and value.func.attr in LOOKUPS:
            return _is_shared(value.func.value, fresh)
        return name == "type" or (name == "getattr" and _is_shared(value.args[0], fresh) if value.args else False)
    return False


def _bound_values(tree: ast.Module) -> dict[str, bool]:
    """Map each name that the module assigns, at any depth outside functions, to whether its value is frozen."""
    found: dict[str, bool] = {}
    for node in _outside_functions(tree):
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []
        for target in targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    found[name.id] = found.get(name.id, True) and value is not None and _is_frozen(value)
    return found


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Functions | ast.Lambda):
            yield from _outside_functions(child)


def _is_frozen(value: ast.expr) -> bool:
    """Whether an expression makes a value that calls cannot change."""
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name in FROZEN_CALLS
    if isinstance(value, ast.Tuple):
        return all(_is_frozen(item) for item in value.elts)
    if isinstance(value, ast.BinOp):
        return _is_frozen(value.left) and _is_frozen(value.right)
    if isinstance(value, ast.UnaryOp):
        return _is_frozen(value.operand)
    return isinstance(value, ast.Constant | ast.Attribute | ast.Name | ast.JoinedStr)


def _local_names(function: Scopes) -> frozenset[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
    names = {argument.arg for argument in every}
    for node in _own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return frozenset(names) - frozenset(_declared(function))


def _declared(function: Scopes) -> Iterator[str]:
    for node in _own_nodes(function):
        yield from _outer_names(node)


def _outer_names(node: ast.AST) -> list[str]:
    return node.names if isinstance(node, ast.Global | ast.Nonlocal) else []


def _stored(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _imported_modules(tree: ast.Module) -> frozenset[str]:
    imports = (alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names)
    return frozenset(alias.asname or alias.name.partition(".")[0] for alias in imports)


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
