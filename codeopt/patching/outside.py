"""Knows what SEARCH/REPLACE blocks may change of a file: bodies of functions that may change, new imports, definitions of new names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.model.code import Function
from codeopt.patching.code import Definition, FunctionNode
from codeopt.patching.companions import allowed_names, helpers_in
from codeopt.patching.function import check_promises, definitions
from codeopt.patching.gate import parse_python
from codeopt.patching.imports import imports_in, missing_imports
from codeopt.patching.names import BUILTINS, bound_at_top, free_words

__all__ = ["Edited", "check_outside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A file that blocks change: what of it may change, in a text of plain line ends and in bytes.

    The first of `functions` must stay, and may change with its helpers; the others may change too.
    """

    path: str
    functions: tuple[Function, ...]
    text: str
    source: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of the target's file: its lines, its statements, the target and the helpers that may change with it among them."""

    lines: tuple[str, ...]
    module: ast.Module
    target: FunctionNode
    helpers: tuple[FunctionNode, ...]

    def outside(self) -> tuple[list[str], list[str]]:
        """Return the lines above and below the target that are neither blank nor part of an import or a helper."""
        own = [*(node for node in self.module.body if _is_import(node)), *self.helpers]
        left_out = {line for node in own for line in _lines_of(node)}
        span = _lines_of(self.target)
        kept = [(number, line.rstrip()) for number, line in enumerate(self.lines, 1) if line.strip() and number not in left_out]
        return [line for number, line in kept if number < span.start], [line for number, line in kept if number >= span.stop]

    def items(self) -> list[tuple[str, str, ast.stmt]]:
        """Return what the module does, each import alone, as (what to compare, what to show, statement).

        The target and its helpers have no body there.
        """
        found: list[tuple[str, str, ast.stmt]] = []
        for node in self.module.body:
            if _is_import(node):
                found += [(item.statement, item.statement, node) for item in imports_in([node])]
            else:
                found.append((ast.dump(node), ast.unparse(node).partition("\n")[0][:80], node))
        return found


def _version(file: Edited, where: str) -> _Version:
    first, *others = file.functions
    module = parse_python(file.source, where)
    target = _definition(module, first)
    if target is None:
        raise PatchError(f"the answer removes `{first.name.qualname}`; keep it under its own name")
    allowed = allowed_names(first)
    helpers = [helper for _, helper in helpers_in(module.body, target, class_name=first.class_name) if helper.name in allowed]
    also = [found for other in others if (found := _definition(module, other)) is not None and found not in helpers]
    return _Version(
        lines=tuple(file.text.replace("\r", "\n").split("\n")),
        module=module,
        target=target,
        helpers=(*helpers, *also),
    )


def _definition(module: ast.Module, function: Function) -> FunctionNode | None:
    found = definitions(module.body, function.name.qualname)
    return found[function.name.ordinal] if len(found) > function.name.ordinal else None


def check_outside(before: Edited, after: Edited) -> None:
    """Accept blocks that change the bodies of a function and its helpers, and add imports and definitions of new names to the module.

    Raises:
        PatchError: they change a header, or anything else of the file.
    """
    old, new = _version(before, before.path), _version(after, "the patched file")
    check_promises(old.target, new.target)
    only = f"outside the body of `{before.functions[0].name.qualname}`; change only that, and add imports or helpers of new names"
    was, now = old.outside(), new.outside()
    for version in (old, new):
        for function in (version.target, *version.helpers):
            function.body = [ast.Pass()]
    shown = {key: show for key, show, _ in old.items()}
    lost, added = _difference([key for key, _, _ in old.items()], [key for key, _, _ in new.items()])
    if lost is not None:
        raise PatchError(f"{before.path}: the answer changes `{shown[lost]}` {only}")
    items = new.items()
    _check_added([items[at][2] for at in added], old.module, only)
    for above, below in zip(was, now, strict=True):
        line, _ = _difference(above, below)
        if line is not None:
            raise PatchError(f"{before.path}: the answer changes the line `{line.strip()[:80]}` {only}")


def _check_added(statements: Sequence[ast.stmt], module: ast.Module, only: str) -> None:
    imports = [node for node in statements if _is_import(node)]
    wanted = imports_in(imports)
    missing_imports(wanted, [item.bound for item in wanted], module)
    taken = free_words(module) | BUILTINS
    for node in statements:
        names = bound_at_top([node])
        if node not in imports:
            if not _is_definition(node):
                raise PatchError(f"the answer adds `{ast.unparse(node).partition(chr(10))[0][:80]}` {only}")
            clash = sorted(name for name in names if name in taken or name.startswith("__"))
        else:
            clash = sorted(names & BUILTINS)
        if clash:
            raise PatchError(f"the answer gives the name `{clash[0]}` another meaning {only}")
    twice = [
        name
        for name, count in Counter(name for node in statements if node not in imports for name in bound_at_top([node])).items()
        if count > 1
    ]
    if twice:
        raise PatchError(f"the answer defines `{twice[0]}` twice; give each helper a name of its own")


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[str | None, list[int]]:
    """Return the first of `old` that `new` does not have in the same order, and the places in `new` of what is not in `old`."""
    added: list[int] = []
    found = 0
    for at, each in enumerate(new):
        if found < len(old) and each == old[found]:
            found += 1
        else:
            added.append(at)
    return (old[found] if found < len(old) else None), added


def _is_import(node: ast.stmt) -> bool:
    """Whether a statement is an import that brings nothing but the names it shows."""
    plain = isinstance(node, ast.ImportFrom) and node.module != "__future__" and all(alias.name != "*" for alias in node.names)
    return plain or isinstance(node, ast.Import)


def _is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(
            isinstance(each, ast.Name) for target in targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])
        )
    return isinstance(node, Definition)


def _lines_of(node: ast.stmt) -> range:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return range(min([node.lineno, *(each.lineno for each in decorators)]), (node.end_lineno or node.lineno) + 1)
