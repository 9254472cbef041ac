"""`max(xs[i:i + k])` in a loop, and the same with `min`, finds the extremes of all windows in one pass before the loop.

It looks for a list that nothing in the loop rebinds, changes or passes on, and for a width that the loop does not change. At run time
windows of at least two of a list or tuple of ints are taken: for all else, and for a window that the list does not hold whole, the slice is
searched as before. The pass takes running extremes from both ends of blocks as wide as a window (van Herk, Gil and Werman).

Left to the verifier: functions called in the loop that change the list behind its back, and a loop that asks for few of the windows,
which only measuring tells.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hoist_point, is_plain
from codeopt.rules.slices import Part, parts_given_to
from codeopt.rules.view import Symbol, View

__all__ = ["RULE"]

_MADE = """{new} = None
if type({old}) in (list, tuple) and set(map(type, {old})) <= {{int}} and type({width}) is int and {width} > 1:
    {new} = {helper}({old}, {width})
"""
_HELPER = """def {helper}(values, width):
    ahead, behind = [], []
    for start in range(0, len(values), width):
        block = values[start : start + width]
        ahead += {accumulate}(block, {function})
        behind += [*{accumulate}(block[::-1], {function})][::-1]
    return list(map({function}, behind, ahead[width - 1 :]))
"""


def _rewrite(view: View) -> Rewrite | None:
    accumulate = view.symbol("itertools", "accumulate")
    known = view.is_builtin("max", "min", "type", "set", "map", "int", "list", "tuple", "len", "range")
    if accumulate is None or not is_plain(view) or not known:
        return None
    changes = Changes(view=view)
    names: dict[tuple[str, str, str, cst.CSTNode], str] = {}
    helpers: dict[str, str] = {}
    for function in ("max", "min"):
        for part in parts_given_to(view, function):
            width, point = _width(part), hoist_point(view, part.name, part.node)
            if point is None or not width or not _is_steady(view, width, point):
                continue
            helper = helpers.setdefault(function, view.new_name(f"_window_{function}"))
            key = (function, part.name, width, point)
            new = names.get(key) or view.new_name(f"{part.name}_{function}", taken=names.values())
            names[key] = new
            changes.before(point, _MADE.format(new=new, old=part.name, width=width, helper=helper))
            changes.replace(part.call, _looked_up(view, part, new))
    constants = tuple(_helper(function, name, accumulate) for function, name in helpers.items())
    return Rewrite(module=changes.applied(), imports=accumulate.imports, constants=constants) if names else None


def _width(part: Part) -> str:
    """Return k of `xs[i:i + k]`."""
    upper = part.upper.strip("()")
    return upper.removeprefix(f"{part.lower} + ") if part.lower.isidentifier() and upper.startswith(f"{part.lower} + ") else ""


def _is_steady(view: View, width: str, point: cst.BaseStatement) -> bool:
    if width.isdecimal():
        return True
    bindings = view.bindings(width) if width.isidentifier() else []
    return bool(bindings) and not any(view.holds(point, binding.node) for binding in bindings) and view.bound_before(width, point)


def _looked_up(view: View, part: Part, new: str) -> str:
    return f"({new}[{part.lower}] if {new} is not None and 0 <= {part.lower} < len({new}) else {view.text(part.call)})"


def _helper(function: str, name: str, accumulate: Symbol) -> str:
    return _HELPER.format(helper=name, accumulate=accumulate.text, function=function)


RULE = Rule(name="window-extreme", version=1, summary="finds the extremes of all windows in one pass", rewrite=_rewrite)
