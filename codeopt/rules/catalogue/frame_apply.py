"""`df.apply(lambda row: row["a"] * row["b"], axis=1)` computes its values over the columns, and makes no Series of each row.

It looks for lambdas that compute one value of `row["a"]`, constants, and parameters annotated `int` or `float`: by operators, choices,
and calls of harmless built-in functions and string methods. A helper gives the values that the rows would have held, in the type that
they would have had there; a frame without rows is given to `apply` as before.

Left to the verifier: columns that hold lists, and a column that the frame does not have and the lambda does not always ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import column_of, name_for, pandas_name, row_reader
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import only_parameter
from codeopt.rules.scalars import makes_one_value
from codeopt.rules.view import View

__all__ = ["RULE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Applied:
    """`frame.apply(lambda row: body, axis=1)`, and the nodes of `row["a"]` in its body with their columns."""

    call: cst.Call
    frame: str
    reads: dict[cst.CSTNode, str]


def _rewrite(view: View) -> Rewrite | None:
    pandas, reader = pandas_name(view), row_reader(view, by_itself=False)
    if pandas is None or reader is None or not view.is_builtin("len"):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for node in view.nodes:
        applied = _applied(view, node) if isinstance(node, cst.Call) else None
        if applied is None:
            continue
        names: dict[str, str] = {}
        for read, column in applied.reads.items():
            if column not in names:
                names[column] = name_for(view, applied.frame, column, taken=taken)
                taken.append(names[column])
            changes.replace(read, names[column])
        changes.replace(applied.call, _replacement(view, applied, pandas=pandas, reader=reader[0], names=names))
    return Rewrite(module=changes.applied(), constants=(reader[1],)) if changes else None


def _applied(view: View, call: cst.Call) -> _Applied | None:
    match call:
        case cst.Call(
            func=cst.Attribute(value=cst.Name(value=frame), attr=cst.Name(value="apply")),
            args=[
                cst.Arg(keyword=None, star="", value=cst.Lambda(body=body) as made),
                cst.Arg(keyword=cst.Name(value="axis"), value=cst.Integer(value="1") | cst.SimpleString(value="'columns'" | '"columns"')),
            ],
        ):
            row = only_parameter(made)
        case _:
            return None
    reads: dict[cst.CSTNode, str] = {}

    def is_element(node: cst.BaseExpression) -> bool:
        column = column_of(node, row) if row else None
        if column is not None:
            reads[node] = column
        return column is not None

    whole = frame != row and makes_one_value(view, body, is_element)
    return _Applied(call=call, frame=frame, reads=reads) if whole and reads else None


def _replacement(
    view: View, applied: _Applied, *, pandas: str, reader: str, names: dict[str, str]
) -> Callable[[cst.Call], cst.BaseExpression]:
    frame = applied.frame

    def made(call: cst.Call) -> cst.BaseExpression:
        value = view.text(cst.ensure_type(call.args[0].value, cst.Lambda).body)
        each = f"for {', '.join(['_', *names.values()])} in {reader}({', '.join([frame, *names])})"
        series = f"{pandas}.Series([{value} {each}], index={frame}.index)"
        return cst.parse_expression(f"({series} if len({frame}) else {view.text(applied.call)})")

    return made


RULE = Rule(name="frame-apply", version=1, summary="computes a column in a comprehension, not by a Series for each row", rewrite=_rewrite)
