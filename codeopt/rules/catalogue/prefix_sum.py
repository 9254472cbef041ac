"""`sum(xs[i:j])` in a loop becomes the difference of two running sums that are made once before the loop.

It looks for a list that nothing in the loop rebinds, changes or passes on, and for bounds made of names and whole numbers. At run time
lists and tuples of ints are added up, whose sums are exact: for all else, and for bounds outside the list, the slice is summed as before.

Left to the verifier: bounds that are None, and functions called in the loop that change the list behind its back.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hoist_point, is_plain
from codeopt.rules.slices import Part, parts_given_to
from codeopt.rules.view import View

__all__ = ["RULE"]

_MADE = "{new} = [0, *{accumulate}({old})] if type({old}) in (list, tuple) and set(map(type, {old})) <= {{int}} else None\n"


def _rewrite(view: View) -> Rewrite | None:
    accumulate = view.symbol("itertools", "accumulate")
    if accumulate is None or not is_plain(view) or not view.is_builtin("sum", "type", "set", "map", "int", "list", "tuple", "len"):
        return None
    changes = Changes(view=view)
    names: dict[tuple[str, cst.CSTNode], str] = {}
    for part in parts_given_to(view, "sum"):
        point = hoist_point(view, part.name, part.node)
        if point is not None:
            new = names.get((part.name, point)) or view.new_name(f"{part.name}_sums", taken=names.values())
            names[part.name, point] = new
            changes.before(point, _MADE.format(new=new, old=part.name, accumulate=accumulate.text))
            changes.replace(part.call, _difference(view, part, new))
    return Rewrite(module=changes.applied(), imports=accumulate.imports) if names else None


def _difference(view: View, part: Part, new: str) -> str:
    first, last = part.lower or "0", part.upper or f"len({part.name})"
    given = f"{new} is not None and 0 <= {first} <= {last} < len({new})"
    return f"({new}[{last}] - {new}[{first}] if {given} else {view.text(part.call)})"


RULE = Rule(name="prefix-sum", version=1, summary="takes sums of slices from running sums", rewrite=_rewrite)
