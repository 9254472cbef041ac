"""Knows loops that may be replaced as a whole: what they go over, what they do, and that nobody sees their variable afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.view import View

__all__ = ["Loop", "loop_that_grows", "loops_of_one", "mentions", "starts_with_number", "undisturbed", "without_witness"]

_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_WITNESSES = (cst.Try, cst.TryStar, cst.With)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """`for item in source:` with one statement, `step`; under `if test:` where there is a test."""

    node: cst.For
    item: str
    source: cst.BaseExpression
    step: cst.BaseSmallStatement
    test: cst.BaseExpression | None = None


def loops_of_one(view: View) -> Iterator[Loop]:
    """Yield the loops whose whole work is one small statement, and whose variable is used nowhere else.

    What the statement has done is not seen before the loop is over: nothing catches an exception on its way.
    """
    for node in view.nodes:
        match node:
            case cst.For(asynchronous=None, orelse=None, target=cst.Name(value=item), iter=source, body=body):
                found = _step(body)
                if found and without_witness(view, node) and _keeps_to_itself(view, item, node):
                    yield Loop(node=node, item=item, source=source, step=found[0], test=found[1])
            case _:
                pass


def without_witness(view: View, statement: cst.CSTNode) -> bool:
    """Whether a statement stands on lines of its own in the function itself, and in no `try` or `with`."""
    return view.statement(statement) is statement and not any(isinstance(o, _SCOPES + _WITNESSES) for o in view.ancestors(statement))


def undisturbed(view: View, node: cst.CSTNode) -> cst.For | cst.While | None:
    """Return a loop that is over before anybody sees what it has done: nothing catches, returns or gives way in it; None for all else."""
    if not isinstance(node, cst.For | cst.While) or not without_witness(view, node):
        return None
    return None if view.has(node, (cst.Return, cst.Yield, cst.Await)) else node


def loop_that_grows(view: View, name: str, steps: Collection[cst.CSTNode]) -> tuple[cst.For | cst.While, cst.Name] | None:
    """Return the outermost loop that holds all steps and no other use of a variable, and the place before it that alone binds it.

    None where there is no such loop, or where somebody may see the variable before it is over.
    """
    loops = view.loops(next(iter(steps))) if steps else []
    loop = undisturbed(view, loops[0]) if loops else None
    if loop is None:
        return None
    inside = [reference for reference in view.of(name) if view.holds(loop, reference.node)]
    outside = [binding for binding in view.bindings(name) if not view.holds(loop, binding.node)]
    alone = all(any(view.holds(step, reference.node) for step in steps) for reference in inside)
    return (loop, outside[0].node) if alone and len(outside) == 1 and view.bound_before(name, loop) else None


def mentions(view: View, node: cst.CSTNode, name: str) -> bool:
    """Whether a variable stands in an expression or statement."""
    return any(view.holds(node, reference.node) for reference in view.of(name))


def starts_with_number(view: View, name: str, loop: cst.CSTNode) -> bool:
    """Whether each value that a variable gets outside a loop is a number, written as such."""
    assignments = [view.assignment(binding.node) for binding in view.bindings(name) if not view.holds(loop, binding.node)]
    return bool(assignments) and all(found is not None and isinstance(found.value, cst.Integer | cst.Float) for found in assignments)


def _step(body: cst.BaseSuite) -> tuple[cst.BaseSmallStatement, cst.BaseExpression | None] | None:
    match body:
        case cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[step])]) | cst.SimpleStatementSuite(body=[step]):
            return step, None
        case cst.IndentedBlock(
            body=[
                cst.If(
                    test=test,
                    orelse=None,
                    body=(cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[step])]) | cst.SimpleStatementSuite(body=[step])),
                )
            ]
        ):
            return step, test
        case _:
            return None


def _keeps_to_itself(view: View, item: str, loop: cst.For) -> bool:
    return all(view.holds(loop, reference.node) and not view.holds(loop.iter, reference.node) for reference in view.of(item))
