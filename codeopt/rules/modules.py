"""Knows which of torch's modules the attributes of an object are, as far as its class shows it."""

from __future__ import annotations

import ast

import libcst as cst

from codeopt.rules.tensors import in_torch
from codeopt.rules.view import View

__all__ = ["module_made"]


def module_made(view: View, node: cst.BaseExpression) -> tuple[str, ast.Call] | None:
    """Return the type of the module that an attribute of the method's own object is, and the call in `__init__` that makes it.

    None where the attribute is something else, or where more than `__init__` may set it.
    """
    match node:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)) if owner == _receiver(view):
            made = view.facts.members.attributes.get(name)
            kind = in_torch(view, cst.parse_expression(ast.unparse(made.func))) if isinstance(made, ast.Call) else ""
            return (kind, made) if isinstance(made, ast.Call) and kind else None
        case _:
            return None


def _receiver(view: View) -> str:
    """Return the name of the object of a method, by which `__init__` knows it too; empty where it gets another value, or there is none."""
    first = next(iter(view.function.params.params), None)
    unbound = any(view.text(outer.decorator) in {"staticmethod", "classmethod"} for outer in view.function.decorators)
    name = first.name.value if first is not None and not unbound else ""
    return name if len(view.bindings(name)) == 1 and name == view.facts.members.receiver else ""
