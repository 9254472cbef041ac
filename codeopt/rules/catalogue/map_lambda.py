"""`list(map(lambda x: x * 2, xs))` becomes a list comprehension, and so does `list(filter(lambda x: x > 2, xs))`.

It looks for a lambda of one parameter without a default, over one iterable.

Left to the verifier: functions that are made in the lambda, which then share its variable.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import only_parameter
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin("list", "map", "filter"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Name(value="list"),
                args=[
                    cst.Arg(
                        keyword=None,
                        star="",
                        value=cst.Call(
                            func=cst.Name(value=("map" | "filter") as function),
                            args=[cst.Arg(keyword=None, star="", value=cst.Lambda() as made), cst.Arg(keyword=None, star="", value=source)],
                        ),
                    )
                ],
            ) if (
                (item := only_parameter(made))
                and not view.has(node, (cst.NamedExpr, cst.Await, cst.Yield))
                and not view.has(made.body, cst.Lambda)
            ):
                body = view.text(made.body)
                over = f"for {item} in {_enclosed(view, source)}"
                changes.replace(node, f"[{body} {over}]" if function == "map" else f"[{item} {over} if {_enclosed(view, made.body)}]")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _enclosed(view: View, node: cst.BaseExpression) -> str:
    text = view.text(node)
    return f"({text})" if isinstance(node, cst.IfExp | cst.Lambda) and not node.lpar else text


RULE = Rule(name="map-lambda", version=1, summary="makes a list without calling a lambda for each element", rewrite=_rewrite)
