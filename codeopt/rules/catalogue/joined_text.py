"""A string that a loop builds with `text += part` is collected in a list and joined once after the loop.

It looks for a local variable that starts as a string literal and is changed only by adding to its end, and not read in the loop. Loops
inside `try` are left alone, since the text so far may be wanted after an exception.

Left to the verifier: parts that are not strings. `+=` raises TypeError for most of them at once, `join` after the loop; a class with
`__radd__` would have taken over.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import mentions, undisturbed
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, kind_of_value
from codeopt.rules.uses import Reference
from codeopt.rules.view import View

__all__ = ["RULE"]

_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.GeneratorExp)


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for name, references in view.references.items():
        if not _is_text(view, name) or any(isinstance(outer, _SCOPES) for r in references for outer in view.ancestors(r.node)):
            continue
        for loop in _loops(view, name):
            taken.append(view.new_name(f"{name}_parts", taken=taken))
            _collect(view, changes, name, loop, taken[-1])
    return Rewrite(module=changes.applied()) if taken else None


def _is_text(view: View, name: str) -> bool:
    """Whether each binding gives the variable a string literal, or adds to its end; at least one gives it a literal."""
    bindings = view.bindings(name)
    literals = [binding for binding in bindings if _is_literal(view, binding)]
    return bool(literals) and all(binding in literals or _added(view, binding, name) is not None for binding in bindings)


def _is_literal(view: View, binding: Reference) -> bool:
    assignment = view.assignment(binding.node)
    return assignment is not None and assignment.value is not None and kind_of_value(view, assignment.value) == "str"


def _added(view: View, binding: Reference, name: str) -> list[cst.BaseExpression] | None:
    """Return the parts that a statement adds to the end of the variable; None when it does something else."""
    parent = view.parents[binding.node]
    if isinstance(parent, cst.AugAssign):
        return [parent.value] if isinstance(parent.operator, cst.AddAssign) and not mentions(view, parent.value, name) else None
    assignment = view.assignment(binding.node)
    value = assignment.value if isinstance(assignment, cst.Assign) else None
    parts: list[cst.BaseExpression] = []
    while isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
        parts.insert(0, value.right)
        value = value.left
    whole = parts and isinstance(value, cst.Name) and value.value == name
    return parts if whole and not any(mentions(view, part, name) for part in parts) else None


def _loops(view: View, name: str) -> list[cst.BaseCompoundStatement]:
    """Return the outermost loops that only add to the variable, and that it reaches with a value."""
    found: list[cst.BaseCompoundStatement] = []
    for binding in view.bindings(name):
        if _is_literal(view, binding):
            continue
        usable = [loop for loop in view.loops(binding.node) if _only_adds(view, name, loop) and view.bound_before(name, loop)]
        if usable and usable[0] not in found and isinstance(usable[0], cst.For | cst.While):
            found.append(usable[0])
    return found


def _only_adds(view: View, name: str, loop: cst.CSTNode) -> bool:
    if undisturbed(view, loop) is None:
        return False
    statements = [view.statement(b.node) for b in view.bindings(name) if not _is_literal(view, b) and view.loops(b.node)]
    inside = [reference for reference in view.of(name) if view.holds(loop, reference.node)]
    lines = all(isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 for line in map(view.statement, (r.node for r in inside)))
    return lines and all(view.statement(reference.node) in statements for reference in inside)


def _collect(view: View, changes: Changes, name: str, loop: cst.BaseCompoundStatement, new: str) -> None:
    changes.before(loop, f"{new} = [{name}]\n")
    changes.after(loop, f'{name} = "".join({new})\n')
    for binding in view.bindings(name):
        line = view.statement(binding.node)
        parts = _added(view, binding, name)
        if parts and isinstance(line, cst.SimpleStatementLine) and view.holds(loop, line):
            texts = [view.text(part) for part in parts]
            call = f"{new}.append({texts[0]})" if len(texts) == 1 else f"{new}.extend(({', '.join(texts)}))"
            changes.replace(line.body[0], cst.Expr(cst.parse_expression(call)))


RULE = Rule(name="joined-text", version=1, summary="joins the parts of a text once, after the loop", rewrite=_rewrite)
