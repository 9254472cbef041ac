"""Knows which expressions are visibly whole numbers: what counts, and what is computed of that."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["is_whole"]

_OPERATORS = (cst.Add, cst.Subtract, cst.Multiply, cst.FloorDivide, cst.Modulo)
_STEPS = (cst.AddAssign, cst.SubtractAssign, cst.MultiplyAssign, cst.FloorDivideAssign)


def is_whole(view: View, node: cst.BaseExpression, known: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is a whole number: a literal, a length, what `range` takes or gives or `enumerate` counts, or made of such.

    `known` are variables that are whole for the sake of argument: one that is counted up says nothing against itself.
    """
    match node:
        case cst.Integer():
            return True
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return is_whole(view, inner, known)
        case cst.BinaryOperation(left=left, operator=operator, right=right) if isinstance(operator, _OPERATORS):
            return is_whole(view, left, known) and is_whole(view, right, known)
        case cst.Call(func=cst.Name(value="len")):
            return view.is_builtin("len")
        case cst.Call(func=cst.Name(value="min" | "max" as name), args=[_, _, *_] as arguments):
            plain = not any(argument.keyword or argument.star for argument in arguments)
            return plain and view.is_builtin(name) and all(is_whole(view, argument.value, known) for argument in arguments)
        case cst.Name(value=name):
            return name in known or _is_whole_variable(view, name, known | {name}) or _is_ranged(view, node)
        case cst.Subscript():
            return _is_ranged(view, node)
        case _:
            return False


def _is_ranged(view: View, node: cst.BaseExpression) -> bool:
    """Whether the same text stands in what `range` takes, where nothing but whole numbers does."""
    calls = (call for call in view.nodes if isinstance(call, cst.Call) and view.text(call.func) == "range")
    terms = (term for call in calls for argument in call.args for term in _terms(argument.value))
    return view.is_builtin("range") and view.text(node) in {view.text(term) for term in terms}


def _terms(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    yield node
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add | cst.Subtract):
        yield from (*_terms(node.left), *_terms(node.right))


def _is_whole_variable(view: View, name: str, known: frozenset[str]) -> bool:
    bindings = view.bindings(name)
    return bool(bindings) and all(_binds_whole(view, binding, known) for binding in bindings)


def _binds_whole(view: View, binding: Reference, known: frozenset[str]) -> bool:
    node, parent = binding.node, view.parents[binding.node]
    if binding.use is Use.PARAMETER:
        return isinstance(parent, cst.Param) and _says_int(parent)
    match parent:
        case cst.AugAssign(operator=operator, value=value):
            return isinstance(operator, _STEPS) and is_whole(view, value, known)
        case cst.For(iter=source) | cst.CompFor(iter=source):
            return _counts(view, source, "range")
        case cst.Element():
            return _is_whole_part(view, parent, known)
        case _:
            assignment = view.assignment(node)
            return assignment is not None and assignment.value is not None and is_whole(view, assignment.value, known)


def _is_whole_part(view: View, element: cst.Element, known: frozenset[str]) -> bool:
    """Whether one of several targets gets a whole number: `for i, x in enumerate(...)`, `i, j = len(a), len(b)`."""
    targets = view.parents[element]
    outer = view.parents[targets]
    if not isinstance(targets, cst.Tuple) or any(isinstance(target, cst.StarredElement) for target in targets.elements):
        return False
    at = targets.elements.index(element)
    if isinstance(outer, cst.For | cst.CompFor):
        return at == 0 and _counts(view, outer.iter, "enumerate")
    statement = view.parents[outer]
    match statement:
        case cst.Assign(targets=[_], value=cst.Tuple(elements=values)) if len(values) == len(targets.elements):
            return not any(isinstance(value, cst.StarredElement) for value in values) and is_whole(view, values[at].value, known)
        case _:
            return False


def _counts(view: View, source: cst.BaseExpression, counter: str) -> bool:
    """Whether a loop goes over a call of `range`, or of `enumerate` from a number that is not given otherwise."""
    match source:
        case cst.Call(func=cst.Name(value=name), args=[_, *more]):
            return name == counter and view.is_builtin(name) and (name == "range" or not more)
        case _:
            return False


def _says_int(parameter: cst.Param) -> bool:
    match parameter:
        case cst.Param(annotation=cst.Annotation(annotation=cst.Name(value="int")), star=""):
            return True
        case _:
            return False
