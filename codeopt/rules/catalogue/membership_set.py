"""`x in names` in a loop becomes a look-up in a set that is made once before the loop.

It looks for a parameter or local variable that nothing in the loop rebinds, changes or passes on. At run time a set is made of lists
and tuples only, and not of empty ones, nor of those with an element that cannot be hashed: for all else the test stays what it was. Of
what `split` makes it is made without asking.

Left to the verifier: `x` that cannot be hashed while all elements can (the set raises TypeError), `__eq__` and `__hash__` that
disagree, and functions called in the loop that change the list behind its back.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hashes_visibly_not, hoist_point, holds_texts, is_plain, kind_of
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["RULE"]

_NO_LISTS = frozenset({"dict", "set", "str"})
_MADE_OF_TEXTS = "{new} = set({old})\n"
_MADE = """try:
    {new} = set({old}) if type({old}) in (list, tuple) and {old} else {old}
except TypeError:
    {new} = {old}
"""


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("set", "type", "list", "tuple", "TypeError"):
        return None
    changes = Changes(view=view)
    names: dict[tuple[str, cst.CSTNode], str] = {}
    for name in view.references:
        for reference in _tests(view, name):
            point = hoist_point(view, name, reference.node)
            if point is not None:
                new = names.get((name, point)) or view.new_name(f"{name}_set", taken=names.values())
                names[name, point] = new
                changes.before(point, (_MADE_OF_TEXTS if holds_texts(view, name) else _MADE).format(new=new, old=name))
                changes.replace(reference.node, new)
    return Rewrite(module=changes.applied()) if names else None


def _tests(view: View, name: str) -> list[Reference]:
    if kind_of(view, name, trust_annotation=True) in _NO_LISTS:
        return []
    return [reference for reference in view.of(name) if reference.use is Use.MEMBER and _probe_may_hash(view, reference)]


def _probe_may_hash(view: View, reference: Reference) -> bool:
    comparison = view.parents[view.parents[reference.node]]
    return isinstance(comparison, cst.Comparison) and len(comparison.comparisons) == 1 and not hashes_visibly_not(comparison.left)


RULE = Rule(name="membership-set", version=2, summary="tests a list's members through a set made before the loop", rewrite=_rewrite)
