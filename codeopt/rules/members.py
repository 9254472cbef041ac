"""Knows what a class's `__init__` gives the attributes of its objects, as far as the class shows that nothing else changes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from codeopt.model.code import Span
from codeopt.patching.names import bound_at_top

__all__ = ["Members", "members_around"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The attributes that `__init__` sets once, and the names that have one value in it; of a parameter that value is unknown."""

    receiver: str = ""
    attributes: Mapping[str, ast.expr] = field(default_factory=dict)
    names: Mapping[str, ast.expr | None] = field(default_factory=dict)

    def origin(self, node: ast.expr) -> ast.expr:
        """Return the expression that a name or an attribute of the object stands for in `__init__`, where it was given one."""
        for _ in range(len(self.attributes) + len(self.names)):
            match node:
                case ast.Attribute(value=ast.Name(id=self.receiver), attr=name) if name in self.attributes:
                    node = self.attributes[name]
                case ast.Name(id=name) if (value := self.names.get(name)) is not None:
                    node = value
                case _:
                    break
        return node

    def settled(self, node: ast.expr) -> str:
        """Return the parameter of `__init__`, or the whole number, that an expression is; empty where that is not visible."""
        match self.origin(node):
            case ast.Name(id=name) if name in self.names:
                return name
            case ast.Constant(value=int(number)):
                return str(number)
            case _:
                return ""


def members_around(module: ast.Module, span: Span) -> Members:
    """Return the members of the class whose method a span covers; none where there is no such class."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef) and span.start_line <= node.lineno <= span.end_line]
    method = min(functions, key=lambda node: node.lineno, default=None)
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and method in node.body and not _sets_by_name(node):
            made = [inner for inner in node.body if isinstance(inner, ast.FunctionDef) and inner.name == "__init__"]
            return _members(node, made[0]) if len(made) == 1 else Members()
    return Members()


def _members(owner: ast.ClassDef, made: ast.FunctionDef) -> Members:
    parameters = [argument.arg for argument in (*made.args.posonlyargs, *made.args.args, *made.args.kwonlyargs)]
    if not parameters:
        return Members()
    receiver = parameters[0]
    stored = [node.attr for node in ast.walk(owner) if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)]
    bound = [node.id for node in ast.walk(made) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    attributes: dict[str, ast.expr] = {}
    names: dict[str, ast.expr | None] = {name: None for name in parameters[1:] if name not in bound}
    for target, value in _assignments(made):
        match target:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == receiver and stored.count(attribute) == 1:
                attributes[attribute] = value
            case ast.Name(id=name) if bound.count(name) == 1 and name not in parameters:
                names[name] = value
            case _:
                pass
    known = bound_at_top(owner.body)
    return Members(receiver=receiver, attributes={name: value for name, value in attributes.items() if name not in known}, names=names)


def _assignments(made: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    for statement in made.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            yield statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            yield statement.target, statement.value


def _sets_by_name(owner: ast.ClassDef) -> bool:
    words = {node.id for node in ast.walk(owner) if isinstance(node, ast.Name)}
    words |= {node.attr for node in ast.walk(owner) if isinstance(node, ast.Attribute)}
    return not words.isdisjoint({"setattr", "delattr", "__dict__", "__setattr__", "vars"})
