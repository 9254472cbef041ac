"""`for i in range(len(xs)):` with `xs[i]` in it goes over the elements, and counts them only where the place is used.

It looks for lists, tuples and strings, made so in the function or annotated so, that the loop does not change, rebind or pass on.

Left to the verifier: an annotation that is wrong, and functions called in the loop that change the list behind its back.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_steady, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("range", "len", "enumerate"):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for node in view.nodes:
        match node:
            case cst.For(
                asynchronous=None,
                target=cst.Name(value=place) as target,
                iter=cst.Call(
                    func=cst.Name(value="range"),
                    args=[
                        cst.Arg(
                            keyword=None, star="", value=cst.Call(func=cst.Name(value="len"), args=[cst.Arg(value=cst.Name(value=name))])
                        )
                    ],
                ) as source,
            ):
                reads = [read for read in view.nodes if view.holds(node.body, read) and _reads(view, read, name, place)]
                if not reads or not _is_steady_sequence(view, node, name) or not _keeps_place(view, node, place):
                    continue
                taken.append(view.new_name(f"{name}_item", taken=taken))
                alone = len(reads) == len(view.of(place)) - 1
                changes.replace(target, taken[-1] if alone else f"({place}, {taken[-1]})")
                changes.replace(source, name if alone else f"enumerate({name})")
                for read in reads:
                    changes.replace(read, taken[-1])
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _reads(view: View, node: cst.CSTNode, name: str, place: str) -> bool:
    return isinstance(node, cst.Subscript) and view.text(node) == f"{name}[{place}]" and not isinstance(view.parents[node], cst.Del)


def _is_steady_sequence(view: View, loop: cst.For, name: str) -> bool:
    return kind_of(view, name, trust_annotation=True) in {"list", "tuple", "str"} and is_steady(view, name, loop)


def _keeps_place(view: View, loop: cst.For, place: str) -> bool:
    """Whether the place is bound by the loop alone, and used in it alone."""
    bound = [binding for binding in view.bindings(place) if view.holds(loop, binding.node)]
    return len(bound) == 1 and all(view.holds(loop, reference.node) for reference in view.of(place))


RULE = Rule(name="enumerated", version=1, summary="goes over elements, not over their places", rewrite=_rewrite)
