"""A list that is sorted again after each `append` takes each new element at its place.

It looks for `names.append(x)` right before `names.sort()` in a loop, on a local list that starts empty or as `sorted(...)`, that
nobody else can hold, and that nothing else disturbs: `bisect.insort` puts an element behind its equals, as the stable sort does.

Left to the verifier: elements without a total order (NaN, sets), and a list that is read after a comparison has raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import libcst as cst

from codeopt.rules.changes import Changes
from codeopt.rules.rule import Rewrite, Rule
from codeopt.rules.safety import is_plain, is_private
from codeopt.rules.uses import Reference, Use
from codeopt.rules.view import View

__all__ = ["RULE"]

_READS = frozenset({Use.MEMBER, Use.READ, Use.ITEM, Use.TRUTH, Use.RETURN, Use.LOOP})
# Methods after which a sorted list is still sorted.
_HARMLESS = frozenset({"pop", "remove", "clear", "index", "count", "copy"})


def _rewrite(view: View) -> Rewrite | None:
    insort = view.symbol("bisect", "insort")
    if insort is None or not is_plain(view):
        return None
    changes = Changes(view=view)
    found = False
    for name in view.references:
        pairs = list(_pairs(view, name))
        if pairs and _stays_sorted(view, name, pairs):
            found = True
            for append, sort in pairs:
                argument = _only_call(append, name, "append") or append
                changes.replace(append.body[0], cst.Expr(cst.parse_expression(f"{insort.text}({name}, {view.text(argument)})")))
                changes.remove(sort)
    return Rewrite(module=changes.applied(), imports=insort.imports) if found else None


def _pairs(view: View, name: str) -> Iterator[tuple[cst.SimpleStatementLine, cst.SimpleStatementLine]]:
    for block in view.nodes:
        if isinstance(block, cst.IndentedBlock):
            for first, second in pairwise(block.body):
                if not isinstance(first, cst.SimpleStatementLine) or not isinstance(second, cst.SimpleStatementLine):
                    continue
                if _only_call(first, name, "append") is not None and _only_call(second, name, "sort") is not None:
                    yield first, second


def _only_call(line: cst.SimpleStatementLine, name: str, method: str) -> cst.CSTNode | None:
    """Return the argument of a line `name.method(argument)`, or the line itself where there is none and none is needed."""
    match line.body:
        case [cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=called)), args=arguments))]:
            if owner != name or called != method:
                return None
            if method == "sort":
                return None if arguments else line
            plain = len(arguments) == 1 and arguments[0].keyword is None and not arguments[0].star
            return arguments[0].value if plain else None
        case _:
            return None


def _stays_sorted(view: View, name: str, pairs: list[tuple[cst.SimpleStatementLine, cst.SimpleStatementLine]]) -> bool:
    value = view.value(name)
    if value is None or not _starts_sorted(view, value) or not is_private(view, name):
        return False
    binding, *others = view.of(name)
    if not any(view.in_loop(append, of=binding.node) for append, _ in pairs):
        return False
    lines = [line for pair in pairs for line in pair]
    return all(view.statement(reference.node) in lines or _keeps_order(reference) for reference in others)


def _keeps_order(reference: Reference) -> bool:
    return reference.use in _READS or (reference.use is Use.METHOD and reference.method in _HARMLESS)


def _starts_sorted(view: View, value: cst.BaseExpression) -> bool:
    match value:
        case cst.List(elements=[]):
            return True
        case cst.Call(func=cst.Name(value="list"), args=[]):
            return view.is_builtin("list")
        case cst.Call(func=cst.Name(value="sorted"), args=[cst.Arg(keyword=None, star="")]):
            return view.is_builtin("sorted")
        case _:
            return False


RULE = Rule(name="sorted-insert", version=1, summary="inserts at the right place instead of sorting again", rewrite=_rewrite)
