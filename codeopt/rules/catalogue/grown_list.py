"""`names = names + [x]` in a loop appends to the list instead of copying it each time.

It looks for a local list that is made empty or as a literal, that is otherwise only read or returned, and that nobody else can hold,
so that nobody sees whether it is the same list or a new one.

Left to the verifier: nothing but what all rules leave, names that are changed from outside the function.
"""

from __future__ import annotations

from functools import partial

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.growing import steps_of
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    for name in view.references:
        steps = steps_of(view, name, "list", partial(_grown, view, name))
        for step, text in steps.items():
            changes.replace(step, cst.Expr(cst.parse_expression(text)))
    return Rewrite(module=changes.applied()) if changes else None


def _grown(view: View, name: str, step: cst.Assign) -> str | None:
    """Return the call that takes the place of `name = name + [...]`."""
    match step.value:
        case cst.BinaryOperation(left=cst.Name(value=left), operator=cst.Add(), right=cst.List() as added) if left == name:
            if any(isinstance(element, cst.StarredElement) for element in added.elements):
                return None
            texts = [view.text(element.value) for element in added.elements]
            return f"{name}.append({texts[0]})" if len(texts) == 1 else f"{name}.extend([{', '.join(texts)}])"
        case _:
            return None


RULE = Rule(name="grown-list", version=1, summary="appends to a list instead of copying it", rewrite=_rewrite)
