"""`out = torch.cat([out, x])` in a loop collects the parts in a list, and joins them once after the loop.

It looks for a tensor that has a value before the loop and that the loop does nothing else with, and for a loop that visibly changes
nothing in place. Loops inside `try` and `with`, and loops that return, are left alone: there the tensor may be wanted as it is.

Left to the verifier: functions called in the loop that change a part in place afterwards, and parts that do not fit each other, for which
`cat` raises after the loop.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import loop_that_grows, mentions
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.tensors import changes_tensors, in_torch
from codeopt.rules.view import View

__all__ = ["RULE"]

_JOINED = """if len({parts}) > 1:
    {out} = {cat}({parts}{rest})
"""


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("len"):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for name in view.references:
        steps, joins = _steps(view, name)
        found = loop_that_grows(view, name, steps)
        if found is None or len(joins) != 1 or changes_tensors(view, found[0]):
            continue
        taken.append(view.new_name(f"{name}_parts", taken=taken))
        cat, rest = joins.pop()
        changes.before(found[0], f"{taken[-1]} = [{name}]\n")
        changes.after(found[0], _JOINED.format(parts=taken[-1], out=name, cat=cat, rest=rest))
        for step, added in steps.items():
            changes.replace(step, cst.Expr(cst.parse_expression(f"{taken[-1]}.append({view.text(added)})")))
    return Rewrite(module=changes.applied()) if changes else None


def _steps(view: View, name: str) -> tuple[dict[cst.Assign, cst.BaseExpression], set[tuple[str, str]]]:
    """Return the statements `out = torch.cat([out, x])`, each with what it appends, and how they say `cat` and its other arguments."""
    found: dict[cst.Assign, cst.BaseExpression] = {}
    joins: set[tuple[str, str]] = set()
    for binding in view.bindings(name):
        assignment = view.assignment(binding.node)
        match assignment:
            case cst.Assign(
                value=cst.Call(
                    func=called,
                    args=[
                        cst.Arg(
                            keyword=None,
                            star="",
                            value=cst.List(
                                elements=[cst.Element(value=cst.Name(value=grown)), cst.Element(value=added)],
                            )
                            | cst.Tuple(
                                elements=[cst.Element(value=cst.Name(value=grown)), cst.Element(value=added)],
                            ),
                        ),
                        *rest,
                    ],
                )
            ) if grown == name and in_torch(view, called) in {"cat", "concat", "concatenate"} and not mentions(view, added, name):
                dimension = _dimension(view, rest)
                if dimension is not None:
                    found[assignment] = added
                    joins.add((view.text(called), dimension))
            case _:
                pass
    return found, joins


def _dimension(view: View, rest: list[cst.Arg]) -> str | None:
    """Return the text of a constant dimension, with its comma; empty where there is none, None where it is no constant."""
    match rest:
        case []:
            return ""
        case [
            cst.Arg(
                keyword=None | cst.Name(value="dim"),
                star="",
                value=cst.Integer() | cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer()) as place,
            )
        ]:
            return f", dim={view.text(place)}"
        case _:
            return None


RULE = Rule(name="tensor-growth", version=1, summary="joins the parts of a tensor once, after the loop", rewrite=_rewrite)
