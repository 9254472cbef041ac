"""`x in d.keys()`, and `x in list(d)` and its like, asks the dict or set itself.

It looks for variables that visibly are dicts or sets: made so in the function, or annotated so.

Left to the verifier: an annotation that is wrong, and an `x` that cannot be hashed, for which a list answers False and a dict raises.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hashes_visibly_not, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.In() | cst.NotIn(), comparator=asked)]):
                name = _container(view, asked)
                if name and not hashes_visibly_not(left):
                    changes.replace(asked, name)
    return Rewrite(module=changes.applied()) if changes else None


def _container(view: View, asked: cst.BaseExpression) -> str | None:
    match asked:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="keys")), args=[]):
            return name if kind_of(view, name, trust_annotation=True) == "dict" else None
        case cst.Call(
            func=cst.Name(value=("list" | "tuple" | "set" | "frozenset") as copier), args=[cst.Arg(keyword=None, star="", value=copied)]
        ) if view.is_builtin(copier):
            if isinstance(copied, cst.Name):
                return copied.value if kind_of(view, copied.value, trust_annotation=True) in {"dict", "set"} else None
            return _container(view, copied)
        case _:
            return None


RULE = Rule(name="dict-membership", version=1, summary="asks a dict or set for a member, not a copy of it", rewrite=_rewrite)
