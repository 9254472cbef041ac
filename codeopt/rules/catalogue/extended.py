"""`for x in xs: out.append(x)` becomes `out.extend(xs)`.

It looks for a local list that nobody else can hold.

Left to the verifier: nothing but what all rules leave, names that are changed from outside the function.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one, mentions
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_private, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    for loop in loops_of_one(view):
        match loop:
            case Loop(
                test=None,
                step=cst.Expr(
                    value=cst.Call(
                        func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="append")),
                        args=[cst.Arg(keyword=None, star="", value=cst.Name(value=loop.item))],
                    )
                ),
            ) if kind_of(view, name) == "list" and is_private(view, name) and not mentions(view, loop.source, name):
                changes.become(loop.node, f"{name}.extend({view.text(loop.source)})\n")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


RULE = Rule(name="extended", version=1, summary="extends a list instead of appending one by one", rewrite=_rewrite)
