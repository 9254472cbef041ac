"""`names.count(x)` in a loop becomes a look-up in a Counter that is made once before the loop.

It looks for a list that nothing in the loop rebinds, changes or passes on. At run time lists and tuples are counted, and only if all
their elements can be hashed: for all else `count` is called as before. What `split` makes is counted without asking.

Left to the verifier: `x` that cannot be hashed while all elements can (the Counter raises TypeError), `__eq__` and `__hash__` that
disagree, and functions called in the loop that change the list behind its back.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import calls_of, hashes_visibly_not, hoist_point, holds_texts, is_plain, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]

_MADE_OF_TEXTS = "{new} = {counter}({old})\n"
_MADE = """try:
    {new} = {counter}({old}) if type({old}) in (list, tuple) else None
except TypeError:
    {new} = None
"""


def _rewrite(view: View) -> Rewrite | None:
    counter = view.symbol("collections", "Counter")
    if counter is None or not is_plain(view) or not view.is_builtin("type", "list", "tuple", "TypeError"):
        return None
    changes = Changes(view=view)
    names: dict[tuple[str, cst.CSTNode], str] = {}
    for name in view.references:
        for call in _counting_calls(view, name):
            point = hoist_point(view, name, call)
            if point is not None:
                new = names.get((name, point)) or view.new_name(f"{name}_counts", taken=names.values())
                names[name, point] = new
                texts = holds_texts(view, name)
                changes.before(point, (_MADE_OF_TEXTS if texts else _MADE).format(new=new, old=name, counter=counter.text))
                count = f"{new}[{view.text(call.args[0].value)}]"
                changes.replace(call, count if texts else f"({count} if {new} is not None else {view.text(call)})")
    return Rewrite(module=changes.applied(), imports=counter.imports) if names else None


def _counting_calls(view: View, name: str) -> list[cst.Call]:
    if kind_of(view, name, trust_annotation=True) == "str":
        return []
    return [call for call in calls_of(view, name, "count", arguments=1) if not hashes_visibly_not(call.args[0].value)]


RULE = Rule(name="counted", version=2, summary="counts a list's elements once, not for each question", rewrite=_rewrite)
