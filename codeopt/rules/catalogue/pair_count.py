"""Two loops that count pairs, `xs[i] + xs[j] == total` or `xs[i] == xs[j]` for i < j, become one with a dict of what came before.

It looks for two loops over the places of one list that do nothing else. At run time lists and tuples of ints are counted so, and for
all else the loops run as before.

Left to the verifier: nothing but what all rules leave, names that are changed from outside the function.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.loops import Loop, loops_of_one, starts_with_number, without_witness
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_simple, only_reads
from codeopt.rules.view import View

__all__ = ["RULE"]

_CONDITION = "type({old}) in (list, tuple) and set(map(type, {old})) <= {{int}}"
_MADE = """{seen} = {{}}
for {item} in {old}:
    {count} += {seen}.get({partner}, 0)
    {seen}[{item}] = {seen}.get({item}, 0) + 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """The loops that count into `count` pairs of elements of `old` that add up to `total`, or that are equal where there is none."""

    outer: cst.For
    old: str
    count: str
    total: str


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("type", "set", "map", "int", "list", "tuple", "len", "range"):
        return None
    changes = Changes(view=view)
    for inner in loops_of_one(view):
        pairs = _pairs(view, inner)
        if pairs is not None:
            condition = _CONDITION.format(old=pairs.old) + (f" and type({pairs.total}) is int" if pairs.total else "")
            changes.unless(pairs.outer, condition, _made(view, pairs))
    return Rewrite(module=changes.applied()) if changes else None


def _made(view: View, pairs: _Pairs) -> str:
    item, seen = view.new_name(f"{pairs.old}_item"), view.new_name(f"{pairs.old}_seen")
    partner = f"{pairs.total} - {item}" if pairs.total else item
    return _MADE.format(old=pairs.old, count=pairs.count, item=item, seen=seen, partner=partner)


def _pairs(view: View, inner: Loop) -> _Pairs | None:
    outer = view.parents.get(view.parents[inner.node])
    match outer:
        case cst.For(asynchronous=None, orelse=None, target=cst.Name(value=first), iter=over, body=cst.IndentedBlock(body=[cst.For()])) if (
            without_witness(view, outer) and all(view.holds(outer, reference.node) for reference in view.of(first))
        ):
            length = _places(view, over, "")
            old = _list_of(view, length)
            if not old or _places(view, inner.source, f"{first} + 1, ") != length:
                return None
            total, count = _total(view, inner.test, f"{old}[{first}]", f"{old}[{inner.item}]"), _count(inner.step)
            if total is None or not count or total in {first, inner.item, count} or not starts_with_number(view, count, outer):
                return None
            return _Pairs(outer=outer, old=old, count=count, total=total)
        case _:
            return None


def _places(view: View, over: cst.BaseExpression, start: str) -> str:
    """Return what a loop over `range(start + length)` has for its length; empty where it is another loop."""
    text = view.text(over)
    head = f"range({start}"
    return text.removeprefix(head)[:-1] if text.startswith(head) and "," not in text.removeprefix(head) else ""


def _list_of(view: View, length: str) -> str:
    """Return the list whose length a text says, itself or by a variable; empty where there is none."""
    if length.isidentifier():
        value = view.value(length)
        length = view.text(value) if value is not None else ""
    name = length.removeprefix("len(").removesuffix(")")
    steady = len(view.bindings(name)) == 1 and all(map(only_reads, view.of(name)[1:]))
    return name if length == f"len({name})" and name.isidentifier() and steady else ""


def _total(view: View, test: cst.BaseExpression | None, one: str, other: str) -> str | None:
    """Return what two elements must add up to; empty where they must be equal, None where it is another test."""
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=right)]):
            sides = (view.text(left), view.text(right))
            if set(sides) == {one, other}:
                return ""
            for place, node in ((0, right), (1, left)):
                if sides[place].strip("()") in {f"{one} + {other}", f"{other} + {one}"} and is_simple(node):
                    return view.text(node)
            return None
        case _:
            return None


def _count(step: cst.BaseSmallStatement) -> str:
    match step:
        case cst.AugAssign(target=cst.Name(value=name), operator=cst.AddAssign(), value=cst.Integer(value="1")):
            return name
        case _:
            return ""


RULE = Rule(name="pair-count", version=1, summary="counts pairs in one pass", rewrite=_rewrite)
