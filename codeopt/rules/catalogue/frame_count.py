"""`len(df[df["a"] == x])` adds up where the condition holds, and makes no frame of the rows.

It looks for a variable that visibly holds a pandas frame, for `len(df[...])`, `len(df.loc[...])` and `df[...].shape[0]`, and for
comparisons of columns of the same frame with names and constants, alone or joined by `&`, `|` and `~`.

Left to the verifier: two columns of one name, and an annotation that is wrong.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import column_of, is_frame
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_simple
from codeopt.rules.view import View

__all__ = ["RULE"]

_COMPARISONS = (cst.Equal, cst.NotEqual, cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)


def _rewrite(view: View) -> Rewrite | None:
    if not view.is_builtin("len", "int"):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        chosen = _counted(node)
        match chosen:
            case cst.Subscript(
                value=cst.Name(value=name) | cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="loc")),
                slice=[cst.SubscriptElement(slice=cst.Index(value=condition))],
            ) if is_frame(view, name) and _is_condition(condition, name):
                changes.replace(node, f"int(({view.text(condition)}).sum())")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _counted(node: cst.CSTNode) -> cst.BaseExpression | None:
    """Return what is counted by `len(...)`, or by the first number of its shape."""
    match node:
        case cst.Call(func=cst.Name(value="len"), args=[cst.Arg(keyword=None, star="", value=counted)]):
            return counted
        case cst.Subscript(
            value=cst.Attribute(value=counted, attr=cst.Name(value="shape")),
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value="0")))],
        ):
            return counted
        case _:
            return None


def _is_condition(node: cst.BaseExpression, name: str) -> bool:
    """Whether an expression says of each row of a frame whether it is chosen."""
    match node:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
            others = column_of(right, name) is not None or _is_value(right, name)
            return isinstance(operator, _COMPARISONS) and column_of(left, name) is not None and others
        case cst.BinaryOperation(left=left, operator=cst.BitAnd() | cst.BitOr(), right=right):
            return _is_condition(left, name) and _is_condition(right, name)
        case cst.UnaryOperation(operator=cst.BitInvert(), expression=inner):
            return _is_condition(inner, name)
        case _:
            return False


def _is_value(node: cst.BaseExpression, name: str) -> bool:
    inner = node.expression if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus) else node
    is_own = isinstance(inner, cst.Name) and inner.value == name
    return is_simple(inner) and not isinstance(inner, cst.Tuple) and not is_own


RULE = Rule(name="frame-count", version=1, summary="counts a frame's rows without making a frame of them", rewrite=_rewrite)
