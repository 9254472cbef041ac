"""Knows which assignment a variable's value comes from, where both stand in one block and nothing comes between them."""

from __future__ import annotations

import libcst as cst

from codeopt.rules.uses import Reference
from codeopt.rules.view import View

__all__ = ["last_value"]

_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.BaseComp)


def last_value(view: View, node: cst.Name) -> cst.BaseExpression | None:
    """Return the expression that a variable was assigned last where it stands, if nothing has used the variable since; None otherwise."""
    statement = view.statement(node)
    block = view.parents.get(statement) if statement is not None else None
    if not isinstance(block, cst.IndentedBlock) or any(isinstance(outer, _SCOPES) for outer in _up_to(view, node, statement)):
        return None
    place = next(index for index, sibling in enumerate(block.body) if sibling is statement)
    for earlier in reversed(block.body[:place]):
        inside = [reference for reference in view.of(node.value) if view.holds(earlier, reference.node)]
        if inside:
            return _assigned(view, inside, earlier)
    return None


def _assigned(view: View, references: list[Reference], statement: cst.BaseStatement) -> cst.BaseExpression | None:
    bindings = [reference for reference in references if reference in view.bindings(reference.node.value)]
    assignment = view.assignment(bindings[0].node) if len(bindings) == 1 else None
    match statement:
        case cst.SimpleStatementLine(body=[only]) if only is assignment and assignment is not None:
            return assignment.value
        case _:
            return None


def _up_to(view: View, node: cst.CSTNode, end: cst.CSTNode | None) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for outer in view.ancestors(node):
        if outer is end:
            break
        found.append(outer)
    return found
