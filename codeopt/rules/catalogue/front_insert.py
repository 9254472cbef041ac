"""`out.insert(0, x)` in a loop appends, and the list is turned around once after the loop.

It looks for a local list that starts empty and that the loop does nothing else with. Loops inside `try` and `with`, and loops that
return, are left alone: there the list may be wanted as it is.

Left to the verifier: nothing but what all rules leave, names that are changed from outside the function.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import mentions, undisturbed
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import calls_of, is_plain
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    for name in view.references:
        calls = [call for call in calls_of(view, name, "insert", arguments=2) if _is_front(view, call, name)]
        loop = _only_loop(view, name, calls) if calls else None
        if loop is None:
            continue
        for call in calls:
            changes.replace(call, f"{name}.append({view.text(call.args[1].value)})")
        changes.after(loop, f"{name}.reverse()\n")
    return Rewrite(module=changes.applied()) if changes else None


def _is_front(view: View, call: cst.Call, name: str) -> bool:
    statement = isinstance(view.parents[call], cst.Expr)
    return statement and view.text(call.args[0].value) == "0" and not mentions(view, call.args[1].value, name)


def _only_loop(view: View, name: str, calls: list[cst.Call]) -> cst.BaseStatement | None:
    """Return the outermost loop in which all that is done with the list is these calls."""
    value = view.value(name)
    if value is None or view.text(value) not in {"[]", "list()"}:
        return None
    first, *others = view.of(name)
    loops = [loop for loop in view.loops(calls[0]) if not view.holds(loop, first.node)]
    loop = undisturbed(view, loops[0]) if loops else None
    if loop is None or view.in_loop(loop, of=first.node):
        return None
    inside = [reference for reference in others if view.holds(loop, reference.node)]
    alone = len(inside) == len(calls) and all(any(view.holds(call, reference.node) for call in calls) for reference in inside)
    return loop if alone and others[: len(inside)] == inside else None


RULE = Rule(name="front-insert", version=1, summary="appends and turns around once, instead of inserting at the front", rewrite=_rewrite)
