"""`names.index(x)` in a loop becomes a look-up in a dict of first positions that is made once before the loop.

It looks for a list that nothing in the loop rebinds, changes or passes on, and for a plain name or constant `x`. At run time lists and
tuples whose elements can all be hashed are indexed, and what `split` makes without asking; for all else, and for an `x` that is not
there, `index` is called as before, so that its ValueError stays.

Left to the verifier: `x` that cannot be hashed while all elements can, `__eq__` and `__hash__` that disagree, and functions called in
the loop that change the list behind its back.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import calls_of, hashes_visibly_not, hoist_point, holds_texts, is_plain, is_simple, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]

_MADE_OF_TEXTS = "{new} = dict(zip(reversed({old}), range(len({old}) - 1, -1, -1)))\n"
_MADE = """try:
    {new} = dict(zip(reversed({old}), range(len({old}) - 1, -1, -1))) if type({old}) in (list, tuple) else None
except TypeError:
    {new} = None
"""


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("dict", "zip", "reversed", "range", "len", "type", "list", "tuple", "TypeError"):
        return None
    changes = Changes(view=view)
    names: dict[tuple[str, cst.CSTNode], str] = {}
    for name in view.references:
        for call in _asking_calls(view, name):
            point = hoist_point(view, name, call)
            if point is not None:
                new = names.get((name, point)) or view.new_name(f"{name}_places", taken=names.values())
                names[name, point] = new
                texts = holds_texts(view, name)
                changes.before(point, (_MADE_OF_TEXTS if texts else _MADE).format(new=new, old=name))
                wanted = view.text(call.args[0].value)
                known = f"{wanted} in {new}" if texts else f"{new} is not None and {wanted} in {new}"
                changes.replace(call, f"({new}[{wanted}] if {known} else {view.text(call)})")
    return Rewrite(module=changes.applied()) if names else None


def _asking_calls(view: View, name: str) -> list[cst.Call]:
    if kind_of(view, name, trust_annotation=True) == "str":
        return []
    calls = calls_of(view, name, "index", arguments=1)
    return [call for call in calls if is_simple(call.args[0].value) and not hashes_visibly_not(call.args[0].value)]


RULE = Rule(name="indexed", version=2, summary="finds positions in a dict, not by searching the list", rewrite=_rewrite)
