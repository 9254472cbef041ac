"""A loop that looks for the smallest or largest becomes `min` or `max`.

It looks for `if x < best: best = x` and `best = min(best, x)`, and the same with `>` and `max`, as the whole body of a loop. The value
that `best` had before is compared first, and of equal ones the first is kept, as before.

Left to the verifier: classes whose `<` and `>` disagree.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    chain = view.symbol("itertools", "chain")
    if chain is None or not is_plain(view) or not view.is_builtin("min", "max"):
        return None
    changes = Changes(view=view)
    for loop in loops_of_one(view):
        name, function = _sought(loop) or ("", "")
        inside = [reference for reference in view.of(name) if view.holds(loop.node, reference.node)]
        # twice: it is compared, and it is set
        if name and name != loop.item and len(inside) == 1 + 1 and view.bound_before(name, loop.node):
            changes.become(loop.node, f"{name} = {function}({chain.text}(({name},), {view.text(loop.source)}))\n")
    return Rewrite(module=changes.applied(), imports=chain.imports) if changes else None


def _sought(loop: Loop) -> tuple[str, str] | None:
    """Return the variable that ends as the extreme, and the function that finds it."""
    match loop:
        case Loop(
            test=cst.Comparison(
                left=cst.Name(value=left),
                comparisons=[
                    cst.ComparisonTarget(operator=(cst.LessThan() | cst.GreaterThan()) as operator, comparator=cst.Name(value=right))
                ],
            ),
            step=cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Name(value=loop.item)),
        ) if {left, right} == {name, loop.item}:
            return name, "min" if isinstance(operator, cst.LessThan) == (left == loop.item) else "max"
        case Loop(
            test=None,
            step=cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))],
                value=cst.Call(
                    func=cst.Name(value=("min" | "max") as function),
                    args=[
                        cst.Arg(keyword=None, star="", value=cst.Name(value=first)),
                        cst.Arg(keyword=None, star="", value=cst.Name(value=loop.item)),
                    ],
                ),
            ),
        ) if first == name:
            return name, function
        case _:
            return None


RULE = Rule(name="extreme", version=1, summary="finds the smallest or largest by a built-in function", rewrite=_rewrite)
