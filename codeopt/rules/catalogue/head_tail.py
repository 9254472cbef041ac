"""`while xs: x = xs[0]; xs = xs[1:]` goes through a copy of the sequence once, instead of copying what is left in each round.

It looks for a loop that begins so (also as `x, xs = xs[0], xs[1:]`), does not use `xs` otherwise, and after which nobody asks for it.

Left to the verifier: objects with an `__iter__` that does not agree with their items.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain
from codeopt.rules.uses import Use
from codeopt.rules.view import View

__all__ = ["RULE"]

# The test, the head, the tail, and the name that the tail is given.
_PLACES = 4


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view):
        return None
    changes = Changes(view=view)
    for node in view.nodes:
        match node:
            case cst.While(test=cst.Name(value=name), orelse=None, body=cst.IndentedBlock(body=lines)) if not view.loops(node):
                head, count = _head(view, lines, name) or ("", 0)
                if head and _is_used_up(view, name, node):
                    changes.replace(node, _Replacement(head=head, name=name, skipped=count))
            case _:
                pass
    return Rewrite(module=changes.applied()) if changes else None


class _Replacement:
    """Makes the new loop of the old one, in which other changes may have been made."""

    def __init__(self, *, head: str, name: str, skipped: int) -> None:
        self._head, self._name, self._skipped = head, name, skipped

    def __call__(self, loop: cst.While) -> cst.CSTNode:
        block = cst.ensure_type(loop.body, cst.IndentedBlock)
        body = block.with_changes(body=block.body[self._skipped :] or [cst.SimpleStatementLine([cst.Pass()])])
        whole = cst.parse_expression(f"{self._name}[:]")
        return cst.For(target=cst.Name(self._head), iter=whole, body=body, leading_lines=loop.leading_lines)


def _head(view: View, lines: object, name: str) -> tuple[str, int] | None:
    """Return the variable that takes the first element, and how many lines it takes to do so."""
    match lines:
        case [cst.SimpleStatementLine(body=[first]), cst.SimpleStatementLine(body=[second]), *_]:
            head = _target(view, first, f"{name}[0]")
            if head and _target(view, second, f"{name}[1:]") == name:
                return (head, 2) if head != name else None
    match lines:
        case [
            cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[
                            cst.AssignTarget(target=cst.Tuple(elements=[cst.Element(value=cst.Name(value=head)), cst.Element(value=left)]))
                        ],
                        value=value,
                    )
                ]
            ),
            *_,
        ] if view.text(value).strip("()") == f"{name}[0], {name}[1:]":
            return (head, 1) if view.text(left) == name and head != name else None
        case _:
            return None


def _target(view: View, statement: cst.BaseSmallStatement, value: str) -> str | None:
    """Return the name that a statement gives a value to."""
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))], value=given):
            return target if view.text(given) == value else None
        case _:
            return None


def _is_used_up(view: View, name: str, loop: cst.While) -> bool:
    references = view.of(name)
    inside = [reference for reference in references if view.holds(loop, reference.node)]
    return len(inside) == _PLACES and references[-1] in inside and all(reference.use is not Use.ESCAPE for reference in inside)


RULE = Rule(name="head-tail", version=1, summary="goes through a sequence without copying what is left of it", rewrite=_rewrite)
