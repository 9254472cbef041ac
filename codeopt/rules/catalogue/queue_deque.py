"""A list that is used as a queue, `pop(0)` in a loop, becomes a deque.

It looks for a local list that nobody else can hold and that is only appended to, extended, popped at its ends, measured, and tested
for emptiness.

Left to the verifier: the text of the IndexError of an empty queue, which says `deque` instead of `list`.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_private, kind_of_value
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["RULE"]


def _rewrite(view: View) -> Rewrite | None:
    deque = view.symbol("collections", "deque")
    if deque is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    found = [name for name in view.references if _applies(view, name)]
    for name in found:
        value = view.value(name)
        if value is not None:
            changes.replace(value, f"{deque.text}({_content(view, value)})")
        for reference in view.of(name):
            method = _front_method(view, reference)
            if method is not None:
                _use_front(view, changes, reference, method)
    return Rewrite(module=changes.applied(), imports=deque.imports) if found else None


def _applies(view: View, name: str) -> bool:
    value = view.value(name)
    if value is None or kind_of_value(view, value) != "list" or not is_private(view, name):
        return False
    binding, *others = view.of(name)
    if not isinstance(view.assignment(binding.node), cst.Assign) or not all(_is_queue_use(view, reference) for reference in others):
        return False
    fronts = [reference for reference in others if _front_method(view, reference)]
    return any(view.in_loop(reference.node, of=binding.node) for reference in fronts)


def _is_queue_use(view: View, reference: Reference) -> bool:
    parent = view.parents[reference.node]
    match reference.use:
        case Use.TRUTH:
            return True
        case Use.READ:
            call = view.parents[parent]
            return isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value == "len"
        case Use.ITEM:
            return isinstance(parent, cst.Subscript) and view.text(parent)[len(reference.node.value) :] in {"[0]", "[-1]"}
        case Use.METHOD:
            return reference.method in {"append", "extend", "clear"} or _is_end_pop(view, reference) or bool(_front_method(view, reference))
        case _:
            return False


def _arguments(view: View, reference: Reference) -> list[str]:
    call = view.parents[view.parents[reference.node]]
    return [view.text(argument.value) for argument in call.args if not argument.keyword] if isinstance(call, cst.Call) else []


def _is_end_pop(view: View, reference: Reference) -> bool:
    return reference.method == "pop" and not _arguments(view, reference)


def _front_method(view: View, reference: Reference) -> str | None:
    """Return the deque's method for a call at the front of the list."""
    if reference.use is not Use.METHOD:
        return None
    arguments = _arguments(view, reference)
    if reference.method == "pop" and arguments == ["0"]:
        return "popleft"
    return "appendleft" if reference.method == "insert" and arguments[:1] == ["0"] and len(arguments) == 1 + 1 else None


def _use_front(view: View, changes: Changes, reference: Reference, method: str) -> None:
    attribute = view.parents[reference.node]
    call = view.parents[attribute]
    if isinstance(call, cst.Call):
        changes.replace(attribute, f"{reference.node.value}.{method}")
        changes.remove(call.args[0])


def _content(view: View, value: cst.BaseExpression) -> str:
    if isinstance(value, cst.List) and not value.elements:
        return ""
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "list":
        return ", ".join(view.text(argument.value) for argument in value.args)
    return view.text(value)


RULE = Rule(name="queue-deque", version=1, summary="takes from the front of a deque instead of a list", rewrite=_rewrite)
