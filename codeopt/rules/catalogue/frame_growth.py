"""`df = pd.concat([df, piece])` in a loop collects the pieces in a list, and joins them once after the loop.

It looks for a frame that pandas makes before the loop, and that the loop does nothing else with, and for pieces that nothing in the
loop touches once they are added, nor changes what they are made of: calls, or variables that each round binds anew. Loops inside `try`
and `with`, and loops that return, are left alone: there the frame may be wanted as it is.

Left to the verifier: pieces of different types, which join by twos to other types than all at once, and functions that return
the same frame each time, and change it.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.frames import changes_part, makes_frame, pandas_name
from codeopt.rules.loops import loop_that_grows, mentions
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.uses import Use
from codeopt.rules.view import View
from codeopt.rules.wholes import is_whole

__all__ = ["RULE"]

_JOINED = """if {parts}:
    {out} = {pandas}.concat([{out}, *{parts}]{options})
"""
_OPTIONS = frozenset({"axis", "ignore_index", "sort"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """`out = pd.concat([out, piece], ...)`, with the text of its options."""

    statement: cst.Assign
    piece: cst.BaseExpression
    options: str


def _rewrite(view: View) -> Rewrite | None:
    pandas = pandas_name(view)
    if pandas is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    taken: list[str] = []
    for name in view.references:
        steps = [step for binding in view.bindings(name) if (step := _step(view, binding.node, pandas))]
        found = loop_that_grows(view, name, [step.statement for step in steps])
        if found is None or len({step.options for step in steps}) != 1 or not _starts_as_frame(view, found[1]):
            continue
        if not all(_is_left_alone(view, step, found[0]) for step in steps):
            continue
        taken.append(view.new_name(f"{name}_parts", taken=taken))
        changes.before(found[0], f"{taken[-1]} = []\n")
        changes.after(found[0], _JOINED.format(parts=taken[-1], out=name, pandas=pandas, options=steps[0].options))
        for step in steps:
            changes.replace(step.statement, cst.Expr(cst.parse_expression(f"{taken[-1]}.append({view.text(step.piece)})")))
    return Rewrite(module=changes.applied()) if changes else None


def _step(view: View, node: cst.Name, pandas: str) -> _Step | None:
    assignment = view.assignment(node)
    match assignment:
        case cst.Assign(
            value=cst.Call(
                func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="concat")),
                args=[
                    cst.Arg(
                        keyword=None,
                        star="",
                        value=cst.List(elements=[cst.Element(value=cst.Name(value=grown)), cst.Element(value=piece)]),
                    ),
                    *options,
                ],
            )
        ) if (owner, grown) == (pandas, node.value) and not mentions(view, piece, grown) and all(map(_is_constant, options)):
            texts = [f", {option.keyword.value}={view.text(option.value)}" for option in options if option.keyword]
            return _Step(statement=assignment, piece=piece, options="".join(texts))
        case _:
            return None


def _is_constant(option: cst.Arg) -> bool:
    match option:
        case cst.Arg(keyword=cst.Name(value=name), value=cst.Name(value="True" | "False") | cst.Integer()):
            return name in _OPTIONS
        case _:
            return False


def _starts_as_frame(view: View, node: cst.Name) -> bool:
    assignment = view.assignment(node)
    return assignment is not None and makes_frame(view, assignment.value)


def _is_left_alone(view: View, step: _Step, loop: cst.For | cst.While) -> bool:
    """Whether a piece is a value of its own, or a variable of the round that nothing uses after the step."""
    if isinstance(step.piece, cst.Call):
        return _is_of_steady_parts(view, step.piece, loop)
    if not isinstance(step.piece, cst.Name):
        return False
    name = step.piece.value
    references = view.of(name)
    inside = all(view.holds(loop, reference.node) for reference in references)
    is_last = references[-1].node is step.piece
    value = view.value(name)
    steady = value is None or _is_of_steady_parts(view, value, loop)
    return inside and is_last and steady and _is_bound_anew(view, name, view.loops(step.statement)[-1])


def _is_of_steady_parts(view: View, value: cst.BaseExpression, loop: cst.CSTNode) -> bool:
    """Whether the loop changes nothing in place that a piece is made of, and whose memory it may share."""
    names = [name for name in view.references if mentions(view, value, name)]
    others = [other for name in names for other in view.of(name) if view.holds(loop, other.node)]
    return not any(changes_part(view, other) or (other.use is Use.AUGMENT and not is_whole(view, other.node)) for other in others)


def _is_bound_anew(view: View, name: str, innermost: cst.CSTNode) -> bool:
    """Whether each round of a loop gives a variable its one value: as the loop's own, or by a statement of the loop's body."""
    match view.bindings(name), innermost:
        case [binding], cst.For(target=target, body=body):
            statement = view.statement(binding.node)
            return target is binding.node or (view.assignment(binding.node) is not None and statement in body.body)
        case _:
            return False


RULE = Rule(name="frame-growth", version=1, summary="joins the pieces of a frame once, after the loop", rewrite=_rewrite)
