"""`bin(x).count("1")` becomes `index(x).bit_count()`, which makes no text.

It looks for exactly that. `operator.index` takes what `bin` takes, and raises for the same.

Left to the verifier: classes of int with a `bit_count` of their own.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    index = view.symbol("operator", "index")
    if index is None or not view.is_builtin("bin"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Attribute(
                    value=cst.Call(func=cst.Name(value="bin"), args=[cst.Arg(keyword=None, star="", value=number)]),
                    attr=cst.Name(value="count"),
                ),
                args=[cst.Arg(keyword=None, star="", value=cst.SimpleString(value="'1'" | '"1"'))],
            ):
                changes.replace(node, f"{index.text}({view.text(number)}).bit_count()")
            case _:
                pass
    return Rewrite(module=changes.applied(), imports=index.imports) if changes else None


RULE = Rule(name="bit-count", version=1, summary="counts bits without making text of them", rewrite=_rewrite)
