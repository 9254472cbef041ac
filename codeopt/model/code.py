"""Nouns of source code: where a function is, and which one is to be made faster."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Function", "FunctionKind", "Span", "Target", "TargetName"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of bytes, with the lines it covers (from 1, both inclusive)."""

    start_byte: int
    end_byte: int
    start_line: int
    end_line: int

    def __post_init__(self) -> None:
        """Reject a span that ends before it starts."""
        if not 0 <= self.start_byte <= self.end_byte or not 1 <= self.start_line <= self.end_line:
            msg = f"impossible span: {self.start_byte}..{self.end_byte}, lines {self.start_line}..{self.end_line}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetName:
    """A function's address, `PATH::QUALNAME` or `PATH::QUALNAME#ORDINAL`.

    Qualified names repeat within a file (overloads, `if` branches, property setters): `ordinal` counts the functions of the same
    qualified name from 0, in source order.
    """

    path: str
    qualname: str
    ordinal: int = 0

    def __str__(self) -> str:
        """Write the address as the command line takes it."""
        return f"{self.path}::{self.qualname}" + (f"#{self.ordinal}" if self.ordinal else "")


class FunctionKind(enum.StrEnum):
    """Where a function stands."""

    FUNCTION = "function"
    METHOD = "method"
    NESTED = "nested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or method as tree-sitter sees it.

    `span` covers the decorators; `def_line` is the line of `def`. `body_span` covers the statements, docstring included.
    `source_sha` is the SHA-256 of the bytes of `span`. `calls` holds the dotted names called in the body, in source order
    without repeats; `names` every identifier that the body reads. `class_name` is the qualified name of the enclosing class.
    """

    name: TargetName
    kind: FunctionKind
    span: Span
    body_span: Span
    def_line: int
    decorators: tuple[str, ...]
    parameters: str
    is_async: bool
    loops: int
    calls: tuple[str, ...]
    names: tuple[str, ...]
    class_name: str | None
    docstring: str | None
    source_sha: str

    def __post_init__(self) -> None:
        """Restore the tuples that a serializer turned into lists."""
        for field in ("decorators", "calls", "names"):
            object.__setattr__(self, field, tuple(getattr(self, field)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A function that codeopt tries to make faster; `share` is its part of the workload's time, callees included (0 to 1)."""

    name: TargetName
    span: Span
    source_sha: str
    share: float

    def __post_init__(self) -> None:
        """Reject a share that is no share."""
        if not 0.0 <= self.share <= 1.0:
            msg = f"share must lie in 0..1, got {self.share}"
            raise ValueError(msg)
