"""Knows containers that a function builds by copying: `xs = xs + [x]` in a loop, where nobody sees that each round makes a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from codeopt.rules.safety import kind_of_value, runs_at_once
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["Steps", "steps_of"]

Steps = Mapping[cst.Assign, str]

_READS = frozenset({Use.MEMBER, Use.ITEM, Use.STORE, Use.TRUTH, Use.RETURN})
_READERS = frozenset({"len", "sum", "min", "max", "sorted", "list", "tuple", "set", "str", "repr"})
_METHODS = {
    "list": frozenset({"append", "extend", "count", "index"}),
    "dict": frozenset({"get", "copy", "setdefault", "update"}),
    "set": frozenset({"add", "discard", "copy", "update"}),
}


def steps_of(view: View, name: str, kind: str, grown: Callable[[cst.Assign], str | None]) -> Steps:
    """Return the statements that copy and grow a variable, each with the statement that grows it in place; empty where somebody might see.

    `grown` says what takes the place of a statement that binds the variable; None where that is no growth. The variable is otherwise
    made once, of `kind`, by an expression that shows it, and only read, changed in place, or returned.
    """
    found: dict[cst.Assign, str] = {}
    for binding in view.bindings(name):
        assignment = view.assignment(binding.node)
        text = grown(assignment) if isinstance(assignment, cst.Assign) else None
        if isinstance(assignment, cst.Assign) and text is not None:
            found[assignment] = text
    return found if found and _is_own(view, name, kind, found) else {}


def _is_own(view: View, name: str, kind: str, steps: Steps) -> bool:
    bindings = [binding for binding in view.bindings(name) if view.assignment(binding.node) not in steps]
    if len(bindings) != 1 or not _makes(view, bindings[0], kind):
        return False
    if not any(view.in_loop(step, of=bindings[0].node) for step in steps):
        return False
    others = [r for r in view.of(name) if r not in bindings and not _is_part(view, r, steps)]
    return all(_only_reads(view, reference, kind, steps) for reference in others)


def _makes(view: View, binding: Reference, kind: str) -> bool:
    assignment = view.assignment(binding.node)
    return assignment is not None and assignment.value is not None and kind_of_value(view, assignment.value) == kind


def _is_part(view: View, reference: Reference, steps: Steps) -> bool:
    """Whether a reference is the target of a step, or what it copies: the first that stands in its value."""
    for step in steps:
        copied = next((other for other in view.of(reference.node.value) if view.holds(step.value, other.node)), None)
        if reference.node is step.targets[0].target or reference is copied:
            return True
    return False


def _only_reads(view: View, reference: Reference, kind: str, steps: Steps) -> bool:
    if not runs_at_once(view, reference.node):
        return False
    if reference.use is Use.LOOP:
        loop = view.parents[reference.node]
        return isinstance(loop, cst.For) and not any(view.holds(loop, step) for step in steps)
    if reference.use is Use.METHOD:
        return reference.method in _METHODS[kind]
    if reference.use is Use.READ:
        call = view.parents[view.parents[reference.node]]
        return isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value in _READERS
    return reference.use in _READS
