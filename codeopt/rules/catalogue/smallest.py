"""`sorted(xs)[0]` and `sorted(xs)[:3]` find the first elements without sorting all of them.

`heapq.nsmallest` and `nlargest` (for `reverse=True`) are documented to give what the slice of the sorted list gives, equal elements in
the same order, and keep the IndexError of an empty list. Where the code shows that the list is not empty, `min` or `max` is used.
`sorted(xs)[-1]` is left alone: it is the last of equal elements, where `max` gives the first.

Left to the verifier: elements without a total order (NaN, sets), and comparisons or keys with side effects.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_filled
from codeopt.rules.view import Symbol, View

__all__ = ["RULE"]

_MAX_SLICE = 10


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin("sorted", "min", "max"):
        return None
    changes = Changes(view=view)
    needed: list[Symbol] = []
    for node in view.nodes:
        call = _sorted_call(node)
        count = _wanted(node) if isinstance(node, cst.Subscript) and call else None
        if call is None or count is None or not isinstance(node, cst.Subscript):
            continue
        reverse = _reverse(call)
        heap = view.symbol("heapq", "nlargest" if reverse else "nsmallest")
        if reverse is None or heap is None:
            continue
        arguments = ", ".join(view.text(argument.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for argument in _kept(call))
        first = call.args[0].value
        if count == 0 and isinstance(first, cst.Name) and is_filled(view, first.value, node):
            changes.replace(node, f"{'max' if reverse else 'min'}({arguments})")
            continue
        needed.append(heap)
        changes.replace(node, f"{heap.text}({count or 1}, {arguments})" + ("[0]" if count == 0 else ""))
    module = changes.applied()
    imports = tuple(dict.fromkeys(item for symbol in needed for item in symbol.imports))
    return Rewrite(module=module, imports=imports) if changes else None


def _sorted_call(node: cst.CSTNode) -> cst.Call | None:
    match node:
        case cst.Subscript(value=cst.Call(func=cst.Name(value="sorted"), args=[cst.Arg(keyword=None, star=""), *others]) as call):
            known = all(other.keyword is not None and other.keyword.value in {"key", "reverse"} for other in others)
            return call if known else None
        case _:
            return None


def _wanted(node: cst.Subscript) -> int | None:
    """Return 0 for `[0]`, n for `[:n]` with a small n."""
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value="0"), star=None))]:
            return 0
        case [cst.SubscriptElement(slice=cst.Slice(lower=None, upper=cst.Integer() as upper, step=None))]:
            return upper.evaluated_value if 1 <= upper.evaluated_value <= _MAX_SLICE else None
        case _:
            return None


def _reverse(call: cst.Call) -> bool | None:
    """Return what `reverse` is; None when it is not a literal."""
    for argument in call.args[1:]:
        if argument.keyword is not None and argument.keyword.value == "reverse":
            match argument.value:
                case cst.Name(value="True"):
                    return True
                case cst.Name(value="False"):
                    return False
                case _:
                    return None
    return False


def _kept(call: cst.Call) -> list[cst.Arg]:
    return [argument for argument in call.args if argument.keyword is None or argument.keyword.value != "reverse"]


RULE = Rule(name="smallest", version=1, summary="takes the smallest or largest elements without sorting all", rewrite=_rewrite)
