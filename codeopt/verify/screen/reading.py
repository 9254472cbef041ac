"""Reads a module into places (a node, its scope, what it stands in) and binds every name on the way."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from codeopt.verify.screen.names import COMPREHENSIONS, FUNCTIONS, Functions, Origin, Scope, below, origins, parameters

__all__ = ["Place", "Reading", "gives_several", "imported_module", "qualname"]

CAPTURES = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)
SEVERAL = frozenset({"overload", "setter", "getter", "deleter", "register", "singledispatch", "singledispatchmethod"})
PATIENCE = 40
HINTS = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.BitOr, ast.Tuple, ast.List, ast.Constant, ast.Load)


class Place(NamedTuple):
    """A node of the tree with the scope that its names are looked up in."""

    node: ast.AST
    scope: Scope
    parent: ast.AST


class Reading:
    """The places of a module in the order of its text. `settled` is false where its aliases are too tangled to follow."""

    def __init__(self, tree: ast.Module, *, own: frozenset[str]) -> None:
        """Read a module; `own` are the names of the modules of its repository."""
        self.tree = tree
        self.places: list[Place] = []
        self._own = own
        self._scopes: list[Scope] = []
        self._deleted: set[str] = set()
        self._defined: dict[int, dict[str, ast.stmt]] = {}
        self._calls: defaultdict[str, set[str]] | None = None
        self._top = {id(node) for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)}
        self._postponed = any(_postpones(node) for node in tree.body)
        self.module = self._scope(tree, None)
        waiting = [Place(child, self.module, tree) for child in reversed(tree.body)]
        while waiting:
            place = waiting.pop()
            self.places.append(place)
            waiting.extend(reversed(list(self._inside(place))))
        self.module.firm -= self._deleted
        self.settled = self._settle()

    def _settle(self) -> bool:
        return any(not sum(scope.settle() for scope in self._scopes) for _ in range(PATIENCE))

    def _scope(self, node: ast.AST, parent: Scope | None) -> Scope:
        scope = Scope(node, parent)
        self._scopes.append(scope)
        return scope

    def _inside(self, place: Place) -> Iterator[Place]:
        node, scope, _ = place
        self._bind(place)
        if isinstance(node, Functions | ast.Lambda):
            yield from self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            inner = self._scope(node, scope)
            yield from (Place(each, scope, node) for each in [*node.decorator_list, *node.bases, *node.keywords])
            yield from (Place(each, inner, node) for each in node.body)
        elif isinstance(node, COMPREHENSIONS):
            yield from self._comprehension(node, scope)
        else:
            hint = node.annotation if isinstance(node, ast.arg | ast.AnnAssign) else None
            yield from (Place(each, scope, node) for each in ast.iter_child_nodes(node) if each is not hint or not self._is_text(each))

    def _is_text(self, hint: ast.AST) -> bool:
        """Whether a type hint is never evaluated, and would do nothing if it were."""
        return self._postponed and all(isinstance(node, HINTS) for node in ast.walk(hint))

    def _function(self, node: Functions | ast.Lambda, scope: Scope) -> Iterator[Place]:
        inner = self._scope(node, scope)
        for parameter, default in parameters(node.args):
            inner.bind(parameter.arg, value=(default, scope) if default else None)
        if isinstance(node, Functions):
            yield from (Place(each, scope, node) for each in node.decorator_list)
            if node.returns and not self._is_text(node.returns):
                yield Place(node.returns, scope, node)
        yield Place(node.args, scope, node)
        body = node.body if isinstance(node, Functions) else [node.body]
        yield from (Place(each, inner, node) for each in body)

    def _comprehension(self, node: ast.AST, scope: Scope) -> Iterator[Place]:
        inner = self._scope(node, scope)
        for number, generator in enumerate(node.generators):  # type: ignore[attr-defined]  # all comprehensions have them
            yield Place(generator.iter, inner if number else scope, generator)
            yield Place(generator.target, inner, generator)
            yield from (Place(each, inner, generator) for each in generator.ifs)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]  # type: ignore[attr-defined]  # the others
        yield from (Place(each, inner, node) for each in results)

    def _bind(self, place: Place) -> None:
        node, scope, parent = place
        if isinstance(node, Functions | ast.ClassDef):
            mark = "class" if isinstance(node, ast.ClassDef) else "def"
            scope.bind(node.name, origin=Origin(f"{mark}:{qualname(node.name, scope)}"))
            self._firm(node.name, scope, parent)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._imports(node, scope, parent)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            scope.outer.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            _home(parent, scope).bind(node.id)
            if isinstance(node.ctx, ast.Del):
                self._deleted.add(node.id)
            elif id(parent) in self._top:
                scope.firm.add(node.id)
        elif isinstance(node, CAPTURES) and (captured := node.rest if isinstance(node, ast.MatchMapping) else node.name):
            scope.bind(captured, origin=Origin("exception()") if isinstance(node, ast.ExceptHandler) else None)
        for target, value in _assigned(node):
            _home(node, scope).bind(target, value=(value, scope))

    def _firm(self, name: str, scope: Scope, parent: ast.AST) -> None:
        if parent is self.tree:
            scope.firm.add(name)

    def _imports(self, node: ast.Import | ast.ImportFrom, scope: Scope, parent: ast.AST) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.module.stars.add(self.marked(imported_module(node)))  # type: ignore[arg-type]  # only `from` has stars
                continue
            name = alias.asname or alias.name.partition(".")[0]
            if isinstance(node, ast.Import):
                scope.bind(name, origin=Origin(self.marked(alias.name if alias.asname else name), bare=True))
            else:
                module = Origin(self.marked(imported_module(node)))
                submodule = alias.name in self._own and module.name.startswith((".", "repo:"))
                scope.bind(name, origin=Origin(f"{module.name}.{name}") if submodule else below(module, alias.name))
            self._firm(name, scope, parent)

    def first(self, name: str, home: ast.Module | ast.ClassDef) -> ast.stmt | None:
        """Return the first function or class that has a name for itself in the body of a module or a class."""
        if id(home) not in self._defined:
            found = [each for each in home.body if isinstance(each, Functions | ast.ClassDef) and not gives_several(each)]
            self._defined[id(home)] = {each.name: each for each in reversed(found)}
        return self._defined[id(home)].get(name)

    def calls_of(self, function: str) -> set[str]:
        """Return what a function of the module names of the module's functions, as origins."""
        if self._calls is None:
            self._calls = defaultdict(set)
            for node, scope, _ in self.places:
                if isinstance(node, ast.Name):
                    called = {origin.name for origin in origins(node, scope) if origin.name.startswith("def:")}
                    for each in scope.enclosing(*FUNCTIONS) if called else ():
                        self._calls[qualname(each.node.name, each.parent or scope)] |= called  # type: ignore[attr-defined]  # it has one
        return self._calls[function]

    def marked(self, module: str) -> str:
        """Return a module's name, marked where it is the repository's own, so that it is not taken for one of the tables."""
        return f"repo:{module}" if module.partition(".")[0] in self._own else module


def _postpones(node: ast.stmt) -> bool:
    """Whether a statement makes texts of all type hints of its module."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and any(alias.name == "annotations" for alias in node.names)


def gives_several(node: Functions | ast.ClassDef) -> bool:
    """Whether a definition shares its name with others on purpose, as overloads and the setters of properties do."""
    names = (each for decorator in node.decorator_list for each in ast.walk(decorator))
    return any((each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")) in SEVERAL for each in names)


def imported_module(node: ast.ImportFrom) -> str:
    """Return the module of a `from` import, with the dots of a relative one."""
    return "." * node.level + (node.module or "")


def qualname(name: str, scope: Scope) -> str:
    """Return the dotted name of a function or class that is defined in a scope."""
    outside = [each.node.name for each in scope.enclosing(ast.ClassDef, *FUNCTIONS)]  # type: ignore[attr-defined]  # all have names
    return ".".join([*reversed(outside), name])


def _home(node: ast.AST, scope: Scope) -> Scope:
    """Return the scope in which a node binds: a walrus in a comprehension binds outside it."""
    return next(scope.enclosing(ast.Module, ast.ClassDef, *FUNCTIONS, ast.Lambda)) if isinstance(node, ast.NamedExpr) else scope


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement or a walrus binds, with the expressions that they stand for."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
        pairs = [(node.target, node.value)]
    else:
        pairs = []
    while pairs:
        target, value = pairs.pop()
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List) and len(target.elts) == len(value.elts):
            pairs += zip(target.elts, value.elts, strict=True)
