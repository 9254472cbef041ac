"""`max(xs)`, `min(xs)` and `sum(xs)` in a loop that leaves the list alone are asked once, before the loop.

It looks for a list that nothing in the loop rebinds, changes or passes on. At run time lists and tuples of numbers are asked that are
not empty: for all else the function is called in each round as before, and raises there what it raises.

Left to the verifier: functions called in the loop that change the list behind its back.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hoist_point, is_plain
from codeopt.rules.view import View

__all__ = ["RULE"]

_MADE = """{new} = None
if type({old}) in (list, tuple) and {old} and set(map(type, {old})) <= {{int, float, str, bool}}:
    try:
        {new} = {function}({old})
    except TypeError:
        pass
"""
_FUNCTIONS = ("max", "min", "sum")


def _rewrite(view: View) -> Rewrite | None:
    known = view.is_builtin(*_FUNCTIONS, "type", "list", "tuple", "set", "map", "int", "float", "str", "bool", "TypeError")
    if not is_plain(view) or not known:
        return None
    changes = Changes(view=view)
    names: dict[tuple[str, str, cst.CSTNode], str] = {}
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Name(value=("max" | "min" | "sum") as function),
                args=[cst.Arg(keyword=None, star="", value=cst.Name(value=name) as asked)],
            ) if (point := hoist_point(view, name, asked)) is not None:
                new = names.get((function, name, point)) or view.new_name(f"{name}_{function}", taken=names.values())
                names[function, name, point] = new
                changes.before(point, _MADE.format(new=new, old=name, function=function))
                changes.replace(node, f"({new} if {new} is not None else {view.text(node)})")
            case _:
                pass
    return Rewrite(module=changes.applied()) if names else None


RULE = Rule(name="hoisted-call", version=1, summary="asks for the extremes and the sum of a list once", rewrite=_rewrite)
