"""`found = {**found, k: v}` and `found = found | {k: v}` in a loop set an item, and `seen = seen | {x}` adds one, without a copy.

It looks for a local dict or set that is made empty or as a literal, that is otherwise only read, changed or returned, and that nobody
else can hold, so that nobody sees whether it is the same or a new one.

Left to the verifier: a key and a value that must be computed in their order, and the order in which a set is gone through, which is no
promise and depends on how it grew.
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
        for kind in ("dict", "set"):
            for step, text in steps_of(view, name, kind, partial(_grown, view, name)).items():
                line = view.statement(step)
                if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
                    changes.become(line, text)
    return Rewrite(module=changes.applied()) if changes else None


def _grown(view: View, name: str, step: cst.Assign) -> str | None:
    """Return the statement that takes the place of one that copies a dict or set with one more item."""
    match step.value:
        case cst.Dict(elements=[cst.StarredDictElement(value=cst.Name(value=copied)), cst.DictElement() as item]) if copied == name:
            return _set(view, name, item)
        case cst.BinaryOperation(left=cst.Name(value=copied), operator=cst.BitOr(), right=cst.Dict(elements=[cst.DictElement() as item])):
            return _set(view, name, item) if copied == name else None
        case cst.BinaryOperation(left=cst.Name(value=copied), operator=cst.BitOr(), right=cst.Set(elements=[cst.Element(value=added)])):
            return f"{name}.add({view.text(added)})\n" if copied == name else None
        case _:
            return None


def _set(view: View, name: str, item: cst.DictElement) -> str:
    return f"{name}[{view.text(item.key)}] = {view.text(item.value)}\n"


RULE = Rule(name="grown-dict", version=1, summary="adds to a dict or set instead of copying it", rewrite=_rewrite)
