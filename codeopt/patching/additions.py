"""Knows what a new function brings along: the imports, helper functions and constants of an answer that it needs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.patching.code import Code, Definition, FunctionNode, Indent, indent_of
from codeopt.patching.imports import Import, imports_in, missing_imports
from codeopt.patching.known import known_imports
from codeopt.patching.names import BUILTINS, bound_at_top, free_names, names_in, stored_names

__all__ = ["Additions", "additions_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """Imports for the head of a file, and helpers, whole top-level texts that are to stand above the function."""

    imports: tuple[Import, ...] = ()
    helpers: tuple[str, ...] = ()


def additions_for(node: FunctionNode, answer: Code, module: ast.Module, *, elsewhere: Iterable[ast.stmt] = ()) -> Additions:
    """Return what the function `node` of an answer needs that the file (`module`) does not have.

    `elsewhere` are statements of the answer's other parts, of which only imports are taken; well-known names of the standard library that
    nobody imports are imported. What the file already defines stays as the file has it; demonstrations (`print`, `assert`, calls of the
    function) are left out.

    Raises:
        PatchError: the answer gives a built-in, or a name of the file, another meaning, or adds members to the function's class.
    """
    home = next((statement for statement in answer.body if any(inner is node for inner in ast.walk(statement))), node)
    _check_members(node, home, module)
    needed, chosen = _closure(node, [statement for statement in answer.body if statement is not home], module)
    wanted = imports_in([*answer.body, *elsewhere])
    hidden = sorted(needed & BUILTINS & bound_at_top(chosen))
    if hidden:
        raise PatchError(f"the answer redefines the built-in `{hidden[0]}`; use another name")
    bound = bound_at_top(module.body) | bound_at_top(chosen) | {item.bound for item in wanted}
    if "*" not in bound:
        wanted += known_imports(ast.Module(body=[node, *chosen], type_ignores=[]), needed - BUILTINS - bound)
    return Additions(
        imports=tuple(missing_imports(wanted, needed, module)),
        helpers=tuple(_text(answer, statement) for statement in chosen),
    )


def _closure(node: FunctionNode, others: Sequence[ast.stmt], module: ast.Module) -> tuple[frozenset[str], list[ast.stmt]]:
    """Return all names that the function and its helpers need, and the helpers, in the answer's order."""
    present = bound_at_top(module.body)
    candidates = [statement for statement in others if not _is_demo(statement, node.name)]
    # the header stays the original's, so the names of its annotations are not needed
    needed = frozenset().union(*map(free_names, node.body)) - stored_names(node)
    chosen: list[ast.stmt] = []
    while True:
        found = [s for s in candidates if s not in chosen and _is_needed(s, needed - present, chosen, present)]
        if not found:
            return needed, [statement for statement in others if statement in chosen]
        chosen += found
        needed = needed.union(*(free_names(statement) for statement in found), *(bound_at_top([statement]) for statement in found))


def _is_needed(statement: ast.stmt, wanted: frozenset[str], chosen: Sequence[ast.stmt], present: frozenset[str]) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return False
    bound = bound_at_top([statement])
    if bound & wanted and not (bound & present):
        return True
    # a loop or a call that fills a table belongs to the table
    tables = bound_at_top(s for s in chosen if isinstance(s, ast.Assign | ast.AnnAssign)) - present
    return not isinstance(statement, Definition) and bool(names_in([statement]) & tables)


def _is_demo(statement: ast.stmt, target: str) -> bool:
    if isinstance(statement, Definition):
        return False
    if isinstance(statement, ast.Assert) or (isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call)):
        return True
    return not names_in([statement]).isdisjoint({target, "print", "__name__"})


def _check_members(node: FunctionNode, home: ast.stmt, module: ast.Module) -> None:
    if not isinstance(home, ast.ClassDef):
        return
    known = next((inner for inner in ast.walk(module) if isinstance(inner, ast.ClassDef) and inner.name == home.name), None)
    used = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    added = (bound_at_top(home.body) - bound_at_top(known.body if known else ())) & used
    if known and added:
        raise PatchError(f"the answer needs a new member `{min(added)}` of class {home.name}; use a local name or a top-level helper")


def _text(answer: Code, statement: ast.stmt) -> str:
    decorators = statement.decorator_list if isinstance(statement, Definition) else []
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    space = indent_of(answer.lines[first - 1])
    while first > 1 and answer.lines[first - 2].startswith(f"{space}#") and first - 1 not in answer.frozen:
        first -= 1
    return answer.moved(first, statement.end_lineno or 0, source=Indent(prefix=space, unit="    "), to=Indent(prefix="", unit="    "))
