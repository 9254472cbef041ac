"""`out = np.append(out, x)` in a loop collects the parts in a list, and joins them once after the loop.

It looks for an array that NumPy makes in the function, and that the loop does nothing else with. Loops inside `try` and `with`, and
loops that return, are left alone: there the array may be wanted as it is.

Left to the verifier: subclasses of arrays among the parts.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.arrays import numpy_name
from codeopt.rules.changes import Changes
from codeopt.rules.loops import loop_that_grows, mentions
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.view import View

__all__ = ["RULE"]

_JOINED = """if {parts}:
    {out} = {numpy}.concatenate([{numpy}.ravel({out}), *{parts}])
"""


def _rewrite(view: View) -> Rewrite | None:
    numpy = numpy_name(view)
    if numpy is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for name in view.references:
        steps = _steps(view, name, numpy)
        found = loop_that_grows(view, name, steps)
        if found is None or not _makes(view, found[1], numpy):
            continue
        loop = found[0]
        taken.append(view.new_name(f"{name}_parts", taken=taken))
        changes.before(loop, f"{taken[-1]} = []\n")
        changes.after(loop, _JOINED.format(parts=taken[-1], out=name, numpy=numpy))
        for step, added in steps.items():
            changes.replace(step, cst.Expr(cst.parse_expression(f"{taken[-1]}.append({numpy}.array({view.text(added)}).ravel())")))
    return Rewrite(module=changes.applied()) if changes else None


def _steps(view: View, name: str, numpy: str) -> dict[cst.Assign, cst.BaseExpression]:
    """Return the statements `out = np.append(out, x)`, each with what it appends."""
    found: dict[cst.Assign, cst.BaseExpression] = {}
    for binding in view.bindings(name):
        assignment = view.assignment(binding.node)
        match assignment:
            case cst.Assign(
                value=cst.Call(
                    func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="append")),
                    args=[cst.Arg(keyword=None, star="", value=cst.Name(value=grown)), cst.Arg(keyword=None, star="", value=added)],
                )
            ) if (owner, grown) == (numpy, name) and not mentions(view, added, name):
                found[assignment] = added
            case _:
                pass
    return found


def _makes(view: View, node: cst.Name, numpy: str) -> bool:
    assignment = view.assignment(node)
    value = assignment.value if assignment is not None else None
    return isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and view.text(value.func.value) == numpy


RULE = Rule(name="array-growth", version=1, summary="joins the parts of a NumPy array once, after the loop", rewrite=_rewrite)
