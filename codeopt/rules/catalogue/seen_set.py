"""A list that collects what was seen, and is asked `x in seen` in the same loop, gets a set beside it, or becomes one.

It looks for a local list that starts empty, grows by `append` alone, and is otherwise only read or returned. A list that is used
for nothing but `append` and the test becomes a set.

Left to the verifier: elements that cannot be hashed (the set raises TypeError), and `__eq__` and `__hash__` that disagree.
"""

from __future__ import annotations

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import hashes_visibly_not, is_plain, is_private, is_simple, runs_at_once
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["RULE"]

_READS = frozenset({Use.MEMBER, Use.READ, Use.ITEM, Use.LOOP, Use.TRUTH, Use.RETURN})


def _rewrite(view: View) -> Rewrite | None:
    if not is_plain(view) or not view.is_builtin("set"):
        return None
    changes = Changes(view=view)
    found = [name for name in view.references if _applies(view, name)]
    taken: list[str] = []
    for name in found:
        if _only_tested(view, name):
            _become_set(view, changes, name)
        else:
            taken.append(view.new_name(f"{name}_set", taken=taken))
            _add_companion(view, changes, name, taken[-1])
    return Rewrite(module=changes.applied()) if found else None


def _applies(view: View, name: str) -> bool:
    value = view.value(name)
    if value is None or not _is_empty_list(value) or not is_private(view, name):
        return False
    binding, *others = view.of(name)
    appends = [reference for reference in others if reference.use is Use.METHOD]
    tests = [reference for reference in others if reference.use is Use.MEMBER]
    return (
        isinstance(view.statement(binding.node), cst.SimpleStatementLine)
        and all(_appended(view, reference) is not None for reference in appends)
        and all(reference.use in _READS or reference in appends for reference in others)
        and all(_is_usable_test(view, reference) for reference in tests)
        and any(view.in_loop(reference.node, of=binding.node) for reference in tests)
        and any(view.in_loop(reference.node, of=binding.node) for reference in appends)
        and (_only_tested(view, name) or all(_on_own_line(view, reference) for reference in appends))
    )


def _is_empty_list(value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.List):
        return not value.elements
    return isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "list" and not value.args


def _appended(view: View, reference: Reference) -> cst.BaseExpression | None:
    """Return what `name.append(...)` appends, where that is a statement and its value may go into a set."""
    call = view.parents[view.parents[reference.node]]
    if reference.method != "append" or not isinstance(call, cst.Call) or not isinstance(view.parents[call], cst.Expr):
        return None
    if len(call.args) != 1 or call.args[0].keyword or call.args[0].star or hashes_visibly_not(call.args[0].value):
        return None
    return call.args[0].value


def _is_usable_test(view: View, reference: Reference) -> bool:
    comparison = view.parents[view.parents[reference.node]]
    single = isinstance(comparison, cst.Comparison) and len(comparison.comparisons) == 1 and not hashes_visibly_not(comparison.left)
    return single and runs_at_once(view, reference.node)


def _only_tested(view: View, name: str) -> bool:
    plain = isinstance(view.assignment(view.of(name)[0].node), cst.Assign)
    return plain and all(reference.use in {Use.BIND, Use.MEMBER, Use.METHOD} for reference in view.of(name))


def _on_own_line(view: View, reference: Reference) -> bool:
    value, line = _appended(view, reference), view.statement(reference.node)
    return value is not None and is_simple(value) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def _become_set(view: View, changes: Changes, name: str) -> None:
    value = view.value(name)
    if value is not None:
        changes.replace(value, "set()")
    for reference in view.of(name):
        if reference.use is Use.METHOD:
            changes.replace(view.parents[reference.node], f"{name}.add")


def _add_companion(view: View, changes: Changes, name: str, new: str) -> None:
    for reference in view.of(name):
        line, value = view.statement(reference.node), _appended(view, reference) if reference.use is Use.METHOD else None
        if reference.use is Use.BIND and line is not None:
            changes.after(line, f"{new} = set()\n")
        elif reference.use is Use.MEMBER:
            changes.replace(reference.node, new)
        elif value is not None and line is not None:
            changes.after(line, f"{new}.add({view.text(value)})\n")


RULE = Rule(name="seen-set", version=1, summary="asks a set, not the list, what was seen before", rewrite=_rewrite)
