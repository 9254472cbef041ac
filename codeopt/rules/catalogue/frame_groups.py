"""`df[df["k"] == key]` in a loop over keys looks up the rows of each key in a table that is made once before the loop.

It looks for a variable that visibly holds a pandas frame, which nothing in the loop rebinds, changes or passes on, and for a key that is
a name. The rows of a key that the table does not have are searched as before.

Left to the verifier: keys that cannot be hashed, and functions called in the loop that change the frame behind its back. It is slower
where the loop asks for few of the keys, which only measuring tells.
"""

from __future__ import annotations

from functools import partial

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import column_of, is_frame, name_for, reads_frame
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hoist_point, is_plain
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    tables: dict[tuple[str, str, cst.CSTNode], str] = {}
    for node in view.nodes:
        match node:
            case cst.Subscript(
                value=cst.Name(value=name) as frame,
                slice=[
                    cst.SubscriptElement(
                        slice=cst.Index(
                            value=cst.Comparison(
                                left=left, comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=cst.Name(value=key))]
                            )
                        )
                    )
                ],
            ):
                column = column_of(left, name) if key != name and is_frame(view, name) else None
                point = hoist_point(view, name, frame, reads=partial(reads_frame, view)) if column else None
                if column is None or point is None or not _is_asked_for(view, key, point):
                    continue
                table = tables.get((name, column, point)) or name_for(view, f"{name}_places", column, taken=[*tables.values()])
                tables[name, column, point] = table
                changes.before(point, f"{table} = {name}.groupby({column}, sort=False, observed=True).indices\n")
                changes.replace(node, f"({name}.iloc[{table}[{key}]] if {key} in {table} else {view.text(node)})")
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


def _is_asked_for(view: View, key: str, loop: cst.CSTNode) -> bool:
    """Whether a loop gives the key its values."""
    return any(view.holds(loop, binding.node) for binding in view.bindings(key))


RULE = Rule(name="frame-groups", version=1, summary="looks up the rows of a key in a table that is made once", rewrite=_rewrite)
