"""Knows expressions that make one value, as far as code shows it: of elements, constants and numbers, by what makes no container."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from codeopt.rules.view import View

__all__ = ["is_number", "makes_one_value"]

_NUMBERS = frozenset({"int", "float"})
_CONSTANTS = frozenset({"None", "True", "False"})
_FUNCTIONS = frozenset({"abs", "bool", "float", "int", "len", "max", "min", "round", "str"})
_METHODS = frozenset({"capitalize", "casefold", "endswith", "isalpha", "isdigit", "islower", "isupper", "lower", "lstrip", "replace"})
_TEXT_METHODS = _METHODS | {"rstrip", "startswith", "strip", "title", "upper", "zfill"}


def is_number(view: View, name: str) -> bool:
    """Whether a variable is a parameter that is annotated `int` or `float`, and gets no other value."""
    bindings = view.bindings(name)
    parent = view.parents[bindings[0].node] if len(bindings) == 1 else None
    match parent:
        case cst.Param(annotation=cst.Annotation(annotation=cst.Name(value=word)), star=""):
            return word in _NUMBERS and view.is_builtin(word)
        case _:
            return False


def makes_one_value(view: View, node: cst.BaseExpression, is_element: Callable[[cst.BaseExpression], bool]) -> bool:
    """Whether an expression computes one value of elements, constants, numbers that parameters are annotated as, and nothing else."""

    def known(*parts: cst.BaseExpression) -> bool:
        return all(makes_one_value(view, part, is_element) for part in parts)

    match node:
        case cst.Integer() | cst.Float() | cst.SimpleString():
            return True
        case cst.Name(value=name):
            return name in _CONSTANTS or is_number(view, name) or is_element(node)
        case cst.UnaryOperation(expression=inner):
            return known(inner)
        case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, right=right):
            return known(left, right)
        case cst.Comparison(left=left, comparisons=comparisons):
            return known(left, *(target.comparator for target in comparisons))
        case cst.IfExp(test=test, body=body, orelse=orelse):
            return known(test, body, orelse)
        case cst.Call(func=function, args=arguments):
            plain = not any(argument.star or argument.keyword for argument in arguments)
            return plain and _is_known(view, function, known) and known(*(argument.value for argument in arguments))
        case _:
            return is_element(node)


def _is_known(view: View, function: cst.BaseExpression, known: Callable[..., bool]) -> bool:
    match function:
        case cst.Name(value=name):
            return name in _FUNCTIONS and view.is_builtin(name)
        case cst.Attribute(value=owner, attr=cst.Name(value=method)):
            return method in _TEXT_METHODS and known(owner)
        case _:
            return False
