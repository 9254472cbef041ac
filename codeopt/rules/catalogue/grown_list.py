"""`names = names + [x]` in a loop appends to the list instead of copying it each time.

It looks for a local list that is made empty or as a literal, that is otherwise only read or returned, and that nobody else can hold,
so that nobody sees whether it is the same list or a new one.

Left to the verifier: nothing but what all rules leave, names that are changed from outside the function.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, kind_of_value, runs_at_once
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["RULE"]

_READS = frozenset({Use.MEMBER, Use.ITEM, Use.TRUTH, Use.RETURN})
_READERS = frozenset({"len", "sum", "min", "max", "sorted", "list", "tuple", "set", "str", "repr"})


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    for name in view.references:
        steps = _steps(view, name)
        if steps and _is_own(view, name, steps):
            for step, added in steps.items():
                changes.replace(step, cst.Expr(cst.parse_expression(_grown(view, name, added))))
    return Rewrite(module=changes.applied()) if changes else None


def _steps(view: View, name: str) -> dict[cst.Assign, cst.List]:
    """Return the statements `name = name + [...]`, each with the list that it adds."""
    found: dict[cst.Assign, cst.List] = {}
    for binding in view.bindings(name):
        assignment = view.assignment(binding.node)
        match assignment:
            case cst.Assign(value=cst.BinaryOperation(left=cst.Name(value=left), operator=cst.Add(), right=cst.List() as added)):
                if left == name and not any(isinstance(element, cst.StarredElement) for element in added.elements):
                    found[assignment] = added
    return found


def _is_own(view: View, name: str, steps: dict[cst.Assign, cst.List]) -> bool:
    bindings = [binding for binding in view.bindings(name) if view.assignment(binding.node) not in steps]
    if len(bindings) != 1 or not _makes_list(view, bindings[0]):
        return False
    if not any(view.in_loop(step, of=bindings[0].node) for step in steps):
        return False
    others = [r for r in view.of(name) if r not in bindings and not _is_part(r, steps)]
    return all(_only_reads(view, reference, steps) for reference in others)


def _makes_list(view: View, binding: Reference) -> bool:
    assignment = view.assignment(binding.node)
    return assignment is not None and assignment.value is not None and kind_of_value(view, assignment.value) == "list"


def _is_part(reference: Reference, steps: dict[cst.Assign, cst.List]) -> bool:
    """Whether a reference is the target of a step, or the list that it copies."""
    for step in steps:
        copied = step.value.left if isinstance(step.value, cst.BinaryOperation) else None
        if reference.node is step.targets[0].target or reference.node is copied:
            return True
    return False


def _only_reads(view: View, reference: Reference, steps: dict[cst.Assign, cst.List]) -> bool:
    if not runs_at_once(view, reference.node):
        return False
    if reference.use is Use.LOOP:
        loop = view.parents[reference.node]
        return isinstance(loop, cst.For) and not any(view.holds(loop, step) for step in steps)
    if reference.use is Use.METHOD:
        return reference.method in {"append", "extend", "count", "index"}
    if reference.use is Use.READ:
        call = view.parents[view.parents[reference.node]]
        return isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value in _READERS
    return reference.use in _READS


def _grown(view: View, name: str, added: cst.List) -> str:
    texts = [view.text(element.value) for element in added.elements]
    return f"{name}.append({texts[0]})" if len(texts) == 1 else f"{name}.extend([{', '.join(texts)}])"


RULE = Rule(name="grown-list", version=1, summary="appends to a list instead of copying it", rewrite=_rewrite)
