"""`for x in xs: if x == wanted: n += 1` becomes `n += xs.count(wanted)`.

It looks for lists and tuples: made so in the function, or annotated so; of strings, for a constant of one letter. `n` starts as a
number.

Left to the verifier: an annotation that is wrong, and elements that do not equal themselves (NaN), which `count` counts nevertheless.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one, starts_with_number
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_simple, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    for loop in loops_of_one(view):
        match loop:
            case Loop(
                source=cst.Name(value=source),
                test=cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=right)]),
                step=cst.AugAssign(target=cst.Name(value=name), operator=cst.AddAssign(), value=cst.Integer(value="1")),
            ) if starts_with_number(view, name, loop.node):
                wanted = _wanted(view, loop, (left, right))
                if wanted is not None and view.text(wanted) != name and _can_count(view, source, wanted):
                    changes.become(loop.node, f"{name} += {source}.count({view.text(wanted)})\n")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _wanted(view: View, loop: Loop, sides: tuple[cst.BaseExpression, cst.BaseExpression]) -> cst.BaseExpression | None:
    for one, other in (sides, sides[::-1]):
        if view.text(one) == loop.item and is_simple(other) and view.text(other) != loop.item:
            return other
    return None


def _can_count(view: View, source: str, wanted: cst.BaseExpression) -> bool:
    kind = kind_of(view, source, trust_annotation=True)
    if kind == "str":
        value = wanted.evaluated_value if isinstance(wanted, cst.SimpleString) else None
        return isinstance(value, str) and len(value) == 1
    return kind in {"list", "tuple"}


RULE = Rule(name="occurrences", version=1, summary="counts an element by the list's own method", rewrite=_rewrite)
