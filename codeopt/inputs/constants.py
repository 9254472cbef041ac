"""Knows the constants that a function works with: its own, those of the file that it reads by name, and those of helpers that it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Constants", "Function", "constants_of"]

Function = ast.FunctionDef | ast.AsyncFunctionDef
_MOST = 2000
_MAKERS = frozenset({"compile", "set", "frozenset", "tuple", "list", "dict"})
_OWNERS = frozenset({"self", "cls"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Constants in order of appearance: `own` stand in the function, `reached` in what it names."""

    own: tuple[object, ...]
    reached: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What names stand for in a file; those of the function's own class begin with a dot."""

    functions: Mapping[str, Function]
    literals: Mapping[str, ast.expr]


def constants_of(tree: ast.Module, qualname: str, function: Function) -> Constants:
    """Read the constants of a function, and of literals and functions of its file that it names; of those functions, their literals too."""
    scope = _scope(tree, qualname)
    names = _names(function)
    helpers = [scope.functions[name] for name in names if scope.functions.get(name, function) is not function]
    reached = [value for name in names for value in _literal(scope, name)]
    for helper in helpers:
        reached += _held(helper)
        reached += [value for name in _names(helper) for value in _literal(scope, name)]
    return Constants(own=tuple(_held(function))[:_MOST], reached=tuple(reached)[:_MOST])


def _scope(tree: ast.Module, qualname: str) -> _Scope:
    functions, literals = dict(_functions(tree.body, "")), dict(_assigned(tree.body, ""))
    body: Sequence[ast.stmt] = tree.body
    for part in qualname.split(".")[:-1]:
        owner = next((each for each in body if isinstance(each, ast.ClassDef) and each.name == part), None)
        if owner is None:
            break
        body = owner.body
        functions.update(_functions(body, "."))
        literals.update(_assigned(body, "."))
    return _Scope(functions=functions, literals=literals)


def _functions(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    yield from ((prefix + each.name, each) for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def _assigned(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.expr]]:
    for each in body:
        if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None and _is_literal(each.value):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            yield from ((prefix + target.id, each.value) for target in targets if isinstance(target, ast.Name))


def _is_literal(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _MAKERS
        case ast.BinOp(left=left, right=right):
            return _is_literal(left) and _is_literal(right)
        case _:
            return isinstance(value, ast.Constant | ast.Tuple | ast.List | ast.Set | ast.Dict)


def _literal(scope: _Scope, name: str) -> Iterator[object]:
    found = scope.literals.get(name)
    if found is not None:
        yield from (node.value for node in ast.walk(found) if isinstance(node, ast.Constant))


def _names(function: Function) -> list[str]:
    """Return the names that a function reads, and with a dot those that it reads of its object or class."""
    found: dict[str, None] = {}
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                found[name] = None
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in _OWNERS:
                found["." + name] = None
    return list(found)


def _held(function: Function) -> Iterator[object]:
    """Yield the constants of a body without its texts that document, and the texts among the defaults."""
    for statement in function.body:
        nodes = list(ast.walk(statement))
        documents = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        yield from (node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in documents)
    defaults = [*function.args.defaults, *(default for default in function.args.kw_defaults if default is not None)]
    yield from (node.value for node in defaults if isinstance(node, ast.Constant) and isinstance(node.value, str))
