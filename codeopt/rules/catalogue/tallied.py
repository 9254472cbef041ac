"""A loop that counts into a dict becomes a Counter, whose loop is in C, and the dict takes its counts.

It looks for `counts[x] = counts.get(x, 0) + 1`, for `counts[x] += 1` on a `defaultdict(int)` or a `Counter`, and for the same of an
expression of x, as the whole body of a loop, on a dict that is made empty before and that nobody else can hold yet. The dict stays
what it is, with its keys in the same order.

Left to the verifier: `__eq__` and `__hash__` with side effects.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one, mentions
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hashes_visibly_not, is_plain, kind_of
from codeopt.rules.view import Symbol, View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    counter = view.symbol("collections", "Counter")
    if counter is None or not is_plain(view) or not view.is_builtin("iter", "int", "dict"):
        return None
    changes = Changes(view=view)
    for loop in loops_of_one(view):
        name, key = _counted(view, loop) or ("", None)
        if key is not None and not hashes_visibly_not(key) and _is_new(view, name, loop):
            changes.become(loop.node, f"{name}.update({counter.text}({_keys(view, loop, key)}))\n")
    return Rewrite(module=changes.applied(), imports=counter.imports) if changes else None


def _counted(view: View, loop: Loop) -> tuple[str, cst.BaseExpression] | None:
    """Return the dict that a loop counts into, and the key that it counts."""
    match loop:
        case Loop(
            test=None,
            step=cst.AugAssign(
                target=cst.Subscript(value=cst.Name(value=name), slice=[cst.SubscriptElement(slice=cst.Index(value=key, star=None))]),
                operator=cst.AddAssign(),
                value=cst.Integer(value="1"),
            ),
        ):
            return (name, key) if _starts(view, name) == "counting" else None
        case Loop(
            test=None,
            step=cst.Assign(
                targets=[
                    cst.AssignTarget(
                        target=cst.Subscript(
                            value=cst.Name(value=name), slice=[cst.SubscriptElement(slice=cst.Index(value=key, star=None))]
                        )
                    )
                ],
                value=cst.BinaryOperation(left=got, operator=cst.Add(), right=cst.Integer(value="1")),
            ),
        ):
            return (name, key) if view.text(got) == f"{name}.get({view.text(key)}, 0)" and _starts(view, name) else None
        case _:
            return None


def _starts(view: View, name: str) -> str | None:
    """Say how a dict is made empty: `counting` where a missing key counts as 0, `plain` otherwise; None where it is not."""
    value = view.value(name)
    text = view.text(value) if value is not None else ""
    if text in {"{}", "dict()"}:
        return "plain"
    makers = {f"{symbol.text}{end}" for word, end in (("defaultdict", "(int)"), ("Counter", "()")) if (symbol := _imported(view, word))}
    return "counting" if text in makers else None


def _imported(view: View, word: str) -> Symbol | None:
    symbol = view.symbol("collections", word)
    return symbol if symbol is not None and not symbol.imports else None


def _is_new(view: View, name: str, loop: Loop) -> bool:
    """Whether nothing is done with the dict between its birth and the loop."""
    first, second = view.of(name)[:2]
    return view.holds(loop.node, second.node) and not view.in_loop(loop.node, of=first.node) and not mentions(view, loop.source, name)


def _keys(view: View, loop: Loop, key: cst.BaseExpression) -> str:
    source = view.text(loop.source)
    if not isinstance(key, cst.Name) or key.value != loop.item:
        return f"{view.text(key)} for {loop.item} in {source}"
    kind = kind_of(view, source, trust_annotation=True) if isinstance(loop.source, cst.Name) else None
    # A Counter that is given a dict takes its values for counts.
    return source if kind in {"list", "tuple", "str", "set"} else f"iter({source})"


RULE = Rule(name="tallied", version=1, summary="counts by a Counter, not by a loop", rewrite=_rewrite)
