"""`for i, x in enumerate(xs): if x == wanted: return i` asks `xs.index(wanted)`, if the element is there.

It looks for lists and tuples: made so in the function, or annotated so. What comes after the loop stays.

Left to the verifier: an annotation that is wrong, and elements that do not equal themselves (NaN), which `in` finds nevertheless.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_simple, kind_of
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin("enumerate"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        name, wanted = _search(view, node) or ("", None)
        if wanted is not None and view.statement(node) is node and kind_of(view, name, trust_annotation=True) in {"list", "tuple"}:
            text = view.text(wanted)
            changes.become(node, f"if {text} in {name}:\n    return {name}.index({text})\n")
    return Rewrite(module=changes.applied()) if changes else None


def _search(view: View, node: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """Return the name of the list that a loop searches, and what for."""
    match node:
        case cst.For(
            asynchronous=None,
            orelse=None,
            target=cst.Tuple(elements=[cst.Element(value=cst.Name(value=place)), cst.Element(value=cst.Name(value=item))]),
            iter=cst.Call(func=cst.Name(value="enumerate"), args=[cst.Arg(keyword=None, star="", value=cst.Name(value=name))]),
            body=cst.IndentedBlock(
                body=[
                    cst.If(
                        test=cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=right)]),
                        orelse=None,
                        body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Return(value=cst.Name(value=returned))])]),
                    )
                ]
            ),
        ) if returned == place and all(view.holds(node, reference.node) for own in (place, item) for reference in view.of(own)):
            for one, other in ((left, right), (right, left)):
                if view.text(one) == item and is_simple(other) and view.text(other) not in {item, place}:
                    return name, other
            return None
        case _:
            return None


RULE = Rule(name="found-at", version=1, summary="finds a place by the list's own search", rewrite=_rewrite)
