"""`sum(lists, [])` chains the lists, instead of copying the sum for each of them.

It looks for a name, a list comprehension or a generator expression. Of a name, at run time, lists and tuples of lists are chained: for
all else `sum` is called as before.

Left to the verifier: of comprehensions, elements that are not lists, for which `sum` raises TypeError or does what their `+` does.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    chain = view.symbol("itertools", "chain")
    if chain is None or not view.is_builtin("sum", "list", "tuple", "type", "set", "map"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.Call(
                func=cst.Name(value="sum"),
                args=[cst.Arg(keyword=None, star="", value=lists), cst.Arg(star="", value=cst.List(elements=[]))],
            ) if isinstance(lists, cst.Name | cst.ListComp | cst.GeneratorExp):
                text = view.text(lists)
                chained = f"list({chain.text}.from_iterable({text}))"
                if isinstance(lists, cst.Name):
                    chained = f"({chained} if type({text}) in (list, tuple) and set(map(type, {text})) <= {{list}} else {view.text(node)})"
                changes.replace(node, chained)
            case _:
                pass
    return Rewrite(module=changes.applied(), imports=chain.imports) if changes else None


RULE = Rule(name="flattened", version=1, summary="chains lists instead of adding them up", rewrite=_rewrite)
