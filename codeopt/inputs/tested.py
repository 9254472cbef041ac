"""Knows which types a function tells apart, those that its text holds its parameters against, and which of these it only goes through."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from codeopt.inputs.constants import Function

__all__ = ["streamed_names", "types_told_apart"]

_ASKED = frozenset({"isinstance", "issubclass"})


def types_told_apart(function: Function) -> Mapping[str, frozenset[str]]:
    """Return the names of types by the parameter that is held against them: `isinstance(x, list)`, `type(x) is list`.

    What is asked of the type of a parameter under another name counts (`kind = type(x)`). Of a function that calls itself, everything that
    its parameters hold is asked as well, which the empty name stands for.
    """
    kinds = dict(_types_by_name(function))
    found = defaultdict[str, set[str]](set)
    for subject, types in _tests(function, kinds):
        found[subject] |= set(types)
    if any(isinstance(node, ast.Name) and node.id == function.name for node in ast.walk(function)):
        found[""] = set().union(*found.values())
    return {name: frozenset(types) for name, types in found.items()}


def streamed_names(function: Function) -> frozenset[str]:
    """Return the names that a generator function goes through with one `for`, and does nothing else with: an iterator would do."""
    nodes = list(ast.walk(function))
    if not any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes):
        return frozenset()
    uses = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    sources = [node.iter for node in nodes if isinstance(node, ast.For | ast.comprehension)]
    return frozenset(source.id for source in sources if isinstance(source, ast.Name) and uses[source.id] == 1)


def _types_by_name(function: Function) -> Iterator[tuple[str, str]]:
    """Yield (name, whose type it stands for)."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and (subject := _typed(node.value, {})):
            yield from ((target.id, subject) for target in node.targets if isinstance(target, ast.Name))


def _typed(node: ast.expr, kinds: Mapping[str, str]) -> str:
    """Return the name whose type an expression is; empty where it is no such."""
    match node:
        case ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]) | ast.Attribute(value=ast.Name(id=name), attr="__class__"):
            return name
        case ast.Name(id=name):
            return kinds.get(name, "")
    return ""


def _tests(function: Function, kinds: Mapping[str, str]) -> Iterator[tuple[str, Iterator[str]]]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=asked), args=[ast.Name(id=name), types]) if asked in _ASKED:
                yield kinds.get(name, name), _names(types)
            case ast.Compare(left=left, ops=[_], comparators=[types]):
                if subject := _typed(left, kinds):
                    yield subject, _names(types)


def _names(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            for part in parts:
                yield from _names(part)
        case ast.BinOp(left=left, right=right):
            yield from (*_names(left), *_names(right))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
