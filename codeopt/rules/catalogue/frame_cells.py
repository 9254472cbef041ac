"""`df.loc[i, "a"]` in a loop becomes `df.at[i, "a"]`, which is made for one value, where it is read and where it is set.

It looks for a variable that visibly holds a pandas frame, and for labels that are visibly whole numbers, or that a loop takes from the
index of a frame. It sets what visibly is one value, of a column that the function has read or set before the loop.

Left to the verifier: labels that the frame does not have, at which pandas 3 warns where it adds a row, and columns that hold lists.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import column_of, is_frame
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.scalars import makes_one_value
from codeopt.rules.uses import is_target
from codeopt.rules.view import View
from codeopt.rules.wholes import is_whole

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    changes = Changes(view=view)
    for node in view.nodes:
        frame = _frame_of_cell(view, node)
        if frame is None or not view.loops(node) or not is_frame(view, frame):
            continue
        if _is_read(view, node) or _is_set_to_one_value(view, cst.ensure_type(node, cst.Subscript), frame):
            # only the word is replaced, so that cells in the label are as well
            changes.replace(cst.ensure_type(cst.ensure_type(node, cst.Subscript).value, cst.Attribute).attr, "at")
    return Rewrite(module=changes.applied()) if changes else None


def _frame_of_cell(view: View, node: cst.CSTNode) -> str | None:
    """Return the variable of `df.loc[i, "a"]`, where `i` is visibly one label; None where a node is something else."""
    match node:
        case cst.Subscript(
            value=cst.Attribute(value=cst.Name(value=frame), attr=cst.Name(value="loc")),
            slice=[
                cst.SubscriptElement(slice=cst.Index(value=label)),
                cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key)),
            ],
        ) if isinstance(key.evaluated_value, str) and (is_whole(view, label) or _is_of_index(view, label)):
            return frame
        case _:
            return None


def _is_of_index(view: View, label: cst.BaseExpression) -> bool:
    """Whether a loop gives a variable its values, and takes them from the index of a frame."""
    bindings = view.bindings(label.value) if isinstance(label, cst.Name) else []
    return bool(bindings) and all(_goes_over_index(view, binding.node) for binding in bindings)


def _goes_over_index(view: View, node: cst.Name) -> bool:
    parent = view.parents[node]
    match parent:
        case cst.For(iter=source) | cst.CompFor(iter=source):
            return isinstance(source, cst.Attribute) and source.attr.value == "index" and _is_frame_name(view, source.value)
        case cst.Element():
            targets = view.parents[parent]
            loop = view.parents[targets]
            match targets, loop:
                case (
                    cst.Tuple(elements=[cst.Element(value=first), _]),
                    cst.For(iter=cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="iterrows")), args=[])),
                ):
                    return first is node and _is_frame_name(view, owner)
                case _:
                    return False
        case _:
            return False


def _is_frame_name(view: View, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and is_frame(view, node.value)


def _is_read(view: View, node: cst.CSTNode) -> bool:
    parent = view.parents[node]
    changed = isinstance(parent, cst.AugAssign) and parent.target is node
    # a part of the value may be changed in place: that is the value's own affair
    return not changed and not is_target(node, view.parents)


def _is_set_to_one_value(view: View, node: cst.Subscript, frame: str) -> bool:
    def is_one(value: cst.BaseExpression) -> bool:
        return _frame_of_cell(view, value) is not None or is_whole(view, value)

    target = view.parents[node]
    match target:
        case cst.AugAssign(value=value):
            return makes_one_value(view, value, is_one)
        case cst.AssignTarget():
            statement = view.parents[target]
            single = isinstance(statement, cst.Assign) and len(statement.targets) == 1
            return single and makes_one_value(view, cst.ensure_type(statement, cst.Assign).value, is_one) and _is_known(view, node, frame)
        case _:
            return False


def _is_known(view: View, node: cst.Subscript, frame: str) -> bool:
    """Whether `df["a"]` stands before the loop, so that the frame has the column."""
    key = view.text(node.slice[1].slice)
    outermost = view.loops(node)[0]
    for other in view.nodes:
        if other is outermost:
            return False
        if column_of(other, frame) == key:
            return True
    return False


RULE = Rule(name="frame-cells", version=1, summary="reads and sets single values of a frame by `at`", rewrite=_rewrite)
