"""Knows import statements: which ones code needs that a file does not have, and where a file takes them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.patching.names import bound_at_top, top_statements

__all__ = ["Import", "import_lines", "import_place", "imports_in", "missing_imports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported name: `import name as asname`, or `from origin import name as asname` (`origin` with its leading dots)."""

    name: str
    origin: str | None = None
    asname: str | None = None

    @property
    def bound(self) -> str:
        """The name that the statement binds."""
        return self.asname or (self.name if self.origin is not None else self.name.partition(".")[0])

    @property
    def statement(self) -> str:
        """The statement that imports this name alone."""
        alias = f"{self.name} as {self.asname}" if self.asname else self.name
        return f"import {alias}" if self.origin is None else f"from {self.origin} import {alias}"

    @property
    def binds_package(self) -> bool:
        """Whether the bound name is the package itself, whichever of its modules is imported."""
        return self.origin is None and self.asname is None


def imports_in(statements: Iterable[ast.stmt]) -> list[Import]:
    """Return what the import statements among `statements` import; `__future__` and stars are left out."""
    found: list[Import] = []
    for statement in statements:
        if isinstance(statement, ast.Import):
            found += (Import(name=alias.name, asname=_other(alias)) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
            origin = "." * statement.level + (statement.module or "")
            found += (Import(name=alias.name, origin=origin, asname=_other(alias)) for alias in statement.names if alias.name != "*")
    return found


def missing_imports(wanted: Iterable[Import], used: Iterable[str], module: ast.Module) -> list[Import]:
    """Return the imports that bind a used name and that the module does not have, in order, without repeats.

    Raises:
        PatchError: the module gives one of these names another meaning.
    """
    names = frozenset(used)
    present = imports_in(top_statements(module.body))
    bound = bound_at_top(module.body)
    missing = [item for item in dict.fromkeys(wanted) if item.bound in names and item not in present]
    for item in missing:
        same_package = item.binds_package and any(other.binds_package and other.bound == item.bound for other in present)
        if item.bound in bound and not same_package:
            raise PatchError(f"the answer's `{item.statement}` would change what `{item.bound}` means in the file; use another name")
    return missing


def import_lines(imports: Sequence[Import]) -> str:
    """Return one statement a line."""
    return "".join(f"{item.statement}\n" for item in imports)


def import_place(source: bytes, module: ast.Module, *, before_line: int) -> int:
    """Return how many lines of the file stand before new imports: up to its last import above `before_line`.

    Without one, they follow the docstring; without that, the comments that open the file.
    """
    heads = [statement for statement in module.body if statement.lineno < before_line and _is_head(statement, module)]
    if not heads:
        return _opening_comments(source)
    line = heads[-1].end_lineno or 0
    for statement in module.body:
        # several statements may share a line with the import, and the last of them may go on
        if statement.lineno <= line < (statement.end_lineno or 0):
            line = statement.end_lineno or 0
    return line


def _other(alias: ast.alias) -> str | None:
    return alias.asname if alias.asname != alias.name else None


def _is_head(statement: ast.stmt, module: ast.Module) -> bool:
    docstring = statement is module.body[0] and ast.get_docstring(module, clean=False) is not None
    return docstring or isinstance(statement, ast.Import | ast.ImportFrom)


def _opening_comments(source: bytes) -> int:
    count = 0
    for line in source.removeprefix(b"\xef\xbb\xbf").splitlines():
        if not line.startswith(b"#"):
            break
        count += 1
    return count
