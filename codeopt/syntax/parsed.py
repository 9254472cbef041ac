"""Knows the nouns of a parsed file; not how they are found."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.model.code import Function, Span

__all__ = ["ClassDefinition", "Definition", "ImportedName", "ParsedFile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A module-level assignment (or type alias), and the plain names that it binds."""

    names: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDefinition:
    """A class: `span` covers its decorators, `header` runs from `class` to the colon."""

    qualname: str
    span: Span
    header: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedName:
    """A name that an import statement binds, anywhere in the file.

    `import a.b` binds `a.b` to module `a.b`; `from .m import f as g` binds `g` to attribute `f` of module `.m`; for a star import
    name and attribute are `*`. `attribute` is empty when the name stands for the module.
    """

    name: str
    module: str
    attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """What codeopt knows of a file; `sha` is the SHA-256 of its bytes.

    `imports` and `constants` are those of the module's own scope, branches of `if` and `try` included. All tuples are in source order.
    `problem` is one line without the path that says why the file could not be read; such a file holds nothing else.
    """

    path: str
    sha: str
    functions: tuple[Function, ...] = ()
    imports: tuple[Span, ...] = ()
    imported: tuple[ImportedName, ...] = ()
    constants: tuple[Definition, ...] = ()
    classes: tuple[ClassDefinition, ...] = ()
    problem: str | None = None
