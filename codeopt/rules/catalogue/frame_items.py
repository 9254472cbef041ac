"""`df["a"].iloc[i]` and `df.iloc[i]["a"]` in a loop read from the column's array, which is taken once before the loop.

It looks for a variable that visibly holds a pandas frame, which nothing in the loop rebinds, changes or passes on, and for places that
are visibly whole numbers. Of rows the column is taken in the type that it has there.

Left to the verifier: a missing column that no round asks for, and functions called in the loop that change the frame behind its back.
"""

from __future__ import annotations

from functools import partial

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import column_of, is_frame, name_for, reads_frame
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hoist_point, is_plain
from codeopt.rules.view import View
from codeopt.rules.wholes import is_whole

__all__ = ["RULE"]

_OF_COLUMN = "{new} = {frame}[{column}].array\n"
_KIND = "{kind} = {frame}.iloc[:0].to_numpy().dtype\n"
_OF_ROWS = "{new} = ({frame}[{column}] if {kind} == object else {frame}[{column}].astype({kind})).array\n"


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("object"):
        return None
    changes = Changes(view=view)
    arrays: dict[tuple[str, str, str, cst.CSTNode], str] = {}
    for node in view.nodes:
        found = _item(view, node) if isinstance(node, cst.Subscript) else None
        if found is None:
            continue
        frame, column, place, form = found
        point = hoist_point(view, frame.value, frame, reads=partial(reads_frame, view))
        if point is None or not is_frame(view, frame.value) or not is_whole(view, place):
            continue
        key = (frame.value, column, form, point)
        if key not in arrays:
            arrays[key] = name_for(view, frame.value, column, taken=[*arrays.values()])
        kind = view.new_name(f"{frame.value}_kind", taken=[*arrays.values()])
        if form is _OF_ROWS:
            changes.before(point, _KIND.format(frame=frame.value, kind=kind))
        changes.before(point, form.format(new=arrays[key], frame=frame.value, column=column, kind=kind))
        changes.replace(node, f"{arrays[key]}[{view.text(place)}]")
    return Rewrite(module=changes.applied()) if changes else None


def _item(view: View, node: cst.Subscript) -> tuple[cst.Name, str, cst.BaseExpression, str] | None:
    """Return the frame, the column, the place, and the form in which the column is taken."""
    match node:
        case cst.Subscript(
            value=cst.Attribute(value=cst.Subscript(value=cst.Name() as frame) as taken, attr=cst.Name(value="iloc" | "iat")),
            slice=[cst.SubscriptElement(slice=cst.Index(value=place))],
        ):
            column = column_of(taken, frame.value)
            return (frame, column, place, _OF_COLUMN) if column else None
        case cst.Subscript(
            value=cst.Subscript(
                value=cst.Attribute(value=cst.Name() as frame, attr=cst.Name(value="iloc")),
                slice=[cst.SubscriptElement(slice=cst.Index(value=place))],
            ),
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))],
        ) if isinstance(key.evaluated_value, str):
            return frame, view.text(key), place, _OF_ROWS
        case _:
            return None


RULE = Rule(name="frame-items", version=1, summary="reads a frame's items from the column's array", rewrite=_rewrite)
