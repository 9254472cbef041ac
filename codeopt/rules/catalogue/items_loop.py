"""`for k in d:` with `d[k]` in it goes over `d.items()`, and does not look up what it is handed.

It looks for variables that visibly are dicts, made so in the function or annotated so, that the loop does not change or pass on.

Left to the verifier: an annotation that is wrong (a defaultdict reads as a dict does here), and subclasses with a `__getitem__` of
their own.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_steady, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for node in view.nodes:
        match node:
            case cst.For(asynchronous=None, target=cst.Name(value=key) as target, iter=cst.Name(value=name) as source):
                reads = [read for read in view.nodes if view.holds(node.body, read) and _reads(read, name, key)]
                if reads and _is_steady_dict(view, node, name) and _is_bound_once(view, node, key):
                    taken.append(view.new_name(f"{name}_value", taken=taken))
                    changes.replace(target, f"({key}, {taken[-1]})")
                    changes.replace(source, f"{name}.items()")
                    for read in reads:
                        changes.replace(read, taken[-1])
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _reads(node: cst.CSTNode, name: str, key: str) -> bool:
    match node:
        case cst.Subscript(
            value=cst.Name(value=owner), slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Name(value=asked), star=None))]
        ):
            return (owner, asked) == (name, key)
        case _:
            return False


def _is_steady_dict(view: View, loop: cst.For, name: str) -> bool:
    return kind_of(view, name, trust_annotation=True) == "dict" and is_steady(view, name, loop)


def _is_bound_once(view: View, loop: cst.For, key: str) -> bool:
    return sum(view.holds(loop, binding.node) for binding in view.bindings(key)) == 1


RULE = Rule(name="items-loop", version=1, summary="goes over the items of a dict without looking them up", rewrite=_rewrite)
