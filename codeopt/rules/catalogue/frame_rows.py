"""`for i, row in df.iterrows()` goes over the columns that the loop reads, and makes no Series of each row.

It looks for loops and comprehensions that use the row in nothing but `row["a"]`, read, with columns that are written as texts, and that
leave the frame alone. A helper gives the values that the rows would have held, in the type that they would have had there; where the
rows hold nothing but times, or times and missing values, or the columns are doubled or missing, it goes over the rows as before.

Left to the verifier: None in a row of nothing else but texts, of which pandas 3 makes NaN, a column that the frame does not have and
no round asks for, and functions called in the loop that change the frame behind its back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import column_of, name_for, reads_frame, row_reader
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_steady
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["RULE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """`for label, row in frame.iterrows()`, where `scope` is the loop or the comprehension, and the variables of its columns."""

    targets: cst.Tuple
    call: cst.BaseExpression
    label: cst.BaseExpression
    row: str
    frame: str
    scope: cst.CSTNode
    columns: dict[str, str] = field(default_factory=dict)


def _rewrite(view: View) -> Rewrite | None:
    reader = row_reader(view, by_itself=True)
    if reader is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    found = list(_all_rows(view))
    for name in {rows.row: None for rows in found}:
        own = [rows for rows in found if rows.row == name]
        reads = _reads(view, name, own)
        if not reads:
            continue
        for node, rows, column in reads:
            if column not in rows.columns:
                rows.columns[column] = name_for(view, name, column, taken=taken)
                taken.append(rows.columns[column])
            changes.replace(node, rows.columns[column])
        for rows in own:
            if rows.columns:
                changes.replace(rows.targets, _targets(view, rows))
                changes.replace(rows.call, f"{reader[0]}({', '.join([rows.frame, *rows.columns])})")
    return Rewrite(module=changes.applied(), constants=(reader[1],)) if changes else None


def _all_rows(view: View) -> Iterator[_Rows]:
    for node in view.nodes:
        match node:
            case cst.For(asynchronous=None) | cst.CompFor(asynchronous=None):
                scope = node if isinstance(node, cst.For) else next(o for o in view.ancestors(node) if isinstance(o, cst.BaseComp))
                found = _rows(node, scope)
                if found is not None:
                    yield found
            case _:
                pass


def _rows(loop: cst.For | cst.CompFor, scope: cst.CSTNode) -> _Rows | None:
    match loop.target, loop.iter:
        case (
            cst.Tuple(elements=[cst.Element(value=label), cst.Element(value=cst.Name(value=row))]) as targets,
            cst.Call(func=cst.Attribute(value=cst.Name(value=frame), attr=cst.Name(value="iterrows")), args=[]) as call,
        ):
            return _Rows(targets=targets, call=call, label=label, row=row, frame=frame, scope=scope)
        case _:
            return None


def _targets(view: View, rows: _Rows) -> Callable[[cst.Tuple], cst.CSTNode]:
    made = cst.parse_expression(", ".join([view.text(rows.label), *rows.columns.values()]))
    return lambda old: made.with_changes(lpar=old.lpar, rpar=old.rpar)


def _reads(view: View, name: str, own: list[_Rows]) -> list[tuple[cst.CSTNode, _Rows, str]]:
    """Return each `row["a"]` with the loop that it belongs to; nothing if the row is seen in any other way, or a frame changes."""
    if any(view.holds(rows.scope, other.scope) for rows in own for other in own if other is not rows):
        return []
    if not all(is_steady(view, rows.frame, rows.scope, reads=partial(reads_frame, view)) for rows in own):
        return []
    found: list[tuple[cst.CSTNode, _Rows, str]] = []
    for reference in view.of(name):
        rows = next((rows for rows in own if view.holds(rows.scope, reference.node)), None)
        if rows is not None and view.holds(rows.targets, reference.node):
            continue
        column = _column(view, reference)
        if rows is None or column is None or view.holds(rows.call, reference.node):
            return []
        found.append((view.parents[reference.node], rows, column))
    return found


def _column(view: View, reference: Reference) -> str | None:
    return column_of(view.parents[reference.node], reference.node.value) if reference.use is Use.ITEM else None


RULE = Rule(name="frame-rows", version=1, summary="goes over a frame's columns, not over a Series for each row", rewrite=_rewrite)
