"""`for b in others: if a.key == b.key:` inside a loop over `a` looks at those of `others` that have the key, and not at all.

It looks for an inner loop whose body is one `if` that first compares a key of the loop's variable, `b.key` or `b["key"]`, with
something that does not depend on it. The comparison stays, so the index only spares the elements that cannot match, in the same order.
Nothing in the outer loop may rebind, change or pass on `others`, assign to attributes or to items of what others may hold, or use `b`
after the inner loop. At run time lists and tuples are indexed, and only if all their keys can be read and hashed; all else is
searched as before.

Left to the verifier: a key of `a` that cannot be hashed while all others can, `__eq__` and `__hash__` that disagree, properties with
side effects, and functions called in the loop that change the keys.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hoist_point, is_plain, kind_of
from codeopt.rules.uses import Use
from codeopt.rules.view import View

__all__ = ["RULE"]

_READING_METHODS = frozenset({"get", "keys", "values", "items", "count", "index", "startswith", "endswith", "lower", "upper", "strip"})
_MADE = """{new} = None
if type({old}) in (list, tuple) and {old}:
    try:
        {new} = {{}}
        for {item} in {old}:
            {new}.setdefault({key}, []).append({item})
    except (AttributeError, LookupError, TypeError):
        {new} = None
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Join:
    """An inner loop over the list `old` with the variable `item`: `key` is its key, `wanted` what that is compared with."""

    loop: cst.For
    old: str
    item: str
    key: cst.BaseExpression
    wanted: cst.BaseExpression
    point: cst.BaseStatement


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("type", "list", "tuple", "AttributeError", "LookupError", "TypeError"):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for node in view.nodes:
        join = _join(view, node) if isinstance(node, cst.For) else None
        if join is not None:
            new = view.new_name(f"{join.old}_by_key", taken=taken)
            taken.append(new)
            changes.before(join.point, _MADE.format(new=new, old=join.old, item=join.item, key=view.text(join.key)))
            changes.replace(join.loop.iter, f"({join.old} if {new} is None else {new}.get({view.text(join.wanted)}, ()))")
    return Rewrite(module=changes.applied()) if taken else None


def _join(view: View, loop: cst.For) -> _Join | None:
    match loop:
        case cst.For(
            asynchronous=None,
            target=cst.Name(value=item),
            iter=cst.Name(value=old) as source,
            body=cst.IndentedBlock(body=[cst.If(orelse=None, test=test)]),
        ):
            sides = _sides(view, _first(test), item)
            point = hoist_point(view, old, source)
            if sides is None or point is None or not _is_quiet(view, item, point, loop):
                return None
            return _Join(loop=loop, old=old, item=item, key=sides[0], wanted=sides[1], point=point)
        case _:
            return None


def _first(test: cst.BaseExpression) -> cst.BaseExpression:
    """Return the condition that is asked first, and without which the rest does not matter."""
    while isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        test = test.left
    return test


def _sides(view: View, test: cst.BaseExpression, item: str) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=right)]):
            for key, wanted in ((left, right), (right, left)):
                # a constant on the other side is a filter, for which no index pays
                root = _root(wanted)
                if _root(key) == item and root not in {None, item} and view.bindings(root or ""):
                    return key, wanted
            return None
        case _:
            return None


def _root(node: cst.BaseExpression) -> str | None:
    """Return the variable at the root of `a`, `a.b`, `a["c"]` and their like."""
    match node:
        case cst.Name(value=name):
            return name
        case cst.Attribute(value=inner):
            return _root(inner)
        case cst.Subscript(value=inner, slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() | cst.Integer(), star=None))]):
            return _root(inner)
        case _:
            return None


def _is_quiet(view: View, item: str, point: cst.BaseStatement, loop: cst.For) -> bool:
    """Whether nothing visibly changes keys in the outer loop, and the inner loop's variable is its own."""
    references = view.of(item)
    if len(view.bindings(item)) != 1 or not all(view.holds(loop, reference.node) for reference in references):
        return False
    if any(reference.use is Use.METHOD and reference.method not in _READING_METHODS for reference in references):
        return False
    targets = (
        n.target for n in view.nodes if isinstance(n, cst.AssignTarget | cst.AugAssign | cst.AnnAssign | cst.Del) and view.holds(point, n)
    )
    return all(_is_harmless_target(view, target) for target in targets)


def _is_harmless_target(view: View, target: cst.BaseExpression) -> bool:
    if isinstance(target, cst.Subscript):
        return isinstance(target.value, cst.Name) and kind_of(view, target.value.value) is not None
    if isinstance(target, cst.Tuple | cst.List):
        return all(_is_harmless_target(view, element.value) for element in target.elements)
    return isinstance(target, cst.Name)


RULE = Rule(name="equality-join", version=1, summary="looks up matching elements instead of comparing all", rewrite=_rewrite)
