"""Knows what names an import statement binds; not where their modules lie."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from codeopt.syntax.parsed import ImportedName

__all__ = ["imported_names"]


def imported_names(statement: tree_sitter.Node) -> Iterator[ImportedName]:
    """Yield the names that an `import` or `from ... import` statement binds, in source order."""
    module = _module(statement)
    if module is not None and any(child.type == "wildcard_import" for child in statement.named_children):
        yield ImportedName(name="*", module=module, attribute="*")
    for node in statement.children_by_field_name("name"):
        imported, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        name = _dotted(imported if imported is not None else node)
        bound = name if alias is None else _dotted(alias)
        if module is None:
            yield ImportedName(name=bound, module=name)
        else:
            yield ImportedName(name=bound, module=module, attribute=name)


def _module(statement: tree_sitter.Node) -> str | None:
    """Return the module of a `from` import, leading dots included; None for a plain import."""
    if statement.type == "import_statement":
        return None
    node = statement.child_by_field_name("module_name")
    return "__future__" if node is None else _dotted(node)


def _dotted(node: tree_sitter.Node) -> str:
    return "".join((node.text or b"").decode(errors="replace").split())
