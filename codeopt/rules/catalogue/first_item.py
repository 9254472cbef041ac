"""`list(d)[0]`, and the same of `d.keys()`, `d.values()` and `d.items()`, takes the first item without copying all of them.

It looks for variables that visibly are dicts or sets: made so in the function, or annotated so. The IndexError of an empty one stays:
`islice` gives a list of one element or none. Where the code shows that it is not empty, `next(iter(...))` is used.

Left to the verifier: an annotation that is wrong, and subclasses whose iteration has side effects.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_filled, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    islice = view.symbol("itertools", "islice")
    if islice is None or not view.is_builtin("list", "next", "iter"):
        return None
    changes = Changes(view=view)
    needs_islice = False
    for node in view.nodes:
        content = _listed(node)
        name = _container(view, content) if content is not None else None
        if content is None or name is None:
            continue
        if is_filled(view, name, node):
            changes.replace(node, f"next(iter({view.text(content)}))")
        else:
            needs_islice = True
            changes.replace(node, f"list({islice.text}({view.text(content)}, 1))[0]")
    return Rewrite(module=changes.applied(), imports=islice.imports if needs_islice else ()) if changes else None


def _listed(node: cst.CSTNode) -> cst.BaseExpression | None:
    """Return X of `list(X)[0]`."""
    match node:
        case cst.Subscript(
            value=cst.Call(func=cst.Name(value="list"), args=[cst.Arg(keyword=None, star="", value=content)]),
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value="0"), star=None))],
        ):
            return content
        case _:
            return None


def _container(view: View, content: cst.BaseExpression) -> str | None:
    match content:
        case cst.Name(value=name):
            return name if kind_of(view, name, trust_annotation=True) in {"dict", "set"} else None
        case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="keys" | "values" | "items")), args=[]):
            return name if kind_of(view, name, trust_annotation=True) == "dict" else None
        case _:
            return None


RULE = Rule(name="first-item", version=1, summary="takes the first item without copying all", rewrite=_rewrite)
