"""Knows how a file is rewritten around one function: new text for it, imports at the head, helpers above it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import accumulate

from codeopt.model.code import Span
from codeopt.patching.additions import Additions
from codeopt.patching.gate import parse_python
from codeopt.patching.imports import import_lines, import_place
from codeopt.patching.splice import encoded

__all__ = ["placed"]


def placed(source: bytes, span: Span, *, path: str, text: str, additions: Additions) -> bytes:
    r"""Return the file with `text` in place of a function's span, and with the additions; lines of `text` end in `\n`.

    Every byte outside the span stays.

    Raises:
        PatchError: the file does not parse, or its encoding cannot express the text.
    """
    module = parse_python(source, path)
    lines = source.splitlines(keepends=True)
    starts = list(accumulate(map(len, lines), initial=0))
    above = _line_above(module, lines, span.start_line)
    head = min(above, import_place(source, module, before_line=above + 1)) if additions.imports else above
    head_byte = max(starts[head], 3 if source.startswith(b"\xef\xbb\xbf") else 0)
    above_byte = max(starts[above], head_byte)
    return b"".join(
        (
            source[:head_byte],
            encoded(_import_text(additions, module, lines, head), source, path),
            source[head_byte:above_byte],
            encoded(_helper_text(additions.helpers), source, path),
            source[above_byte : span.start_byte],
            encoded(text, source, path),
            source[span.end_byte :],
        )
    )


def _line_above(module: ast.Module, lines: Sequence[bytes], line: int) -> int:
    """Return how many lines stand before the top-level statement that holds a line, the comments right above it not counted."""
    first, previous_end = line, 0
    for statement in module.body:
        start = min([statement.lineno, *(decorator.lineno for decorator in getattr(statement, "decorator_list", []))])
        end = statement.end_lineno or start
        if start <= line <= end:
            first = start
            break
        previous_end = end
    # comments that open the file belong to the file
    while previous_end and first - 1 > previous_end and lines[first - 2].startswith(b"#"):
        first -= 1
    return first - 1


def _import_text(additions: Additions, module: ast.Module, lines: Sequence[bytes], head: int) -> str:
    if not additions.imports:
        return ""
    follows_import = any(isinstance(s, ast.Import | ast.ImportFrom) and s.end_lineno == head for s in module.body)
    before = "" if follows_import or not head or not lines[head - 1].strip() else "\n"
    after = "" if follows_import or (head < len(lines) and not lines[head].strip()) else "\n"
    return f"{before}{import_lines(additions.imports)}{after}"


def _helper_text(helpers: Sequence[str]) -> str:
    parts: list[str] = []
    for index, helper in enumerate(helpers):
        following = helpers[index + 1] if index + 1 < len(helpers) else None
        # constants that follow each other stand together
        short = following is not None and "\n" not in helper.rstrip("\n") and "\n" not in following.rstrip("\n")
        parts += (helper.rstrip("\n"), "\n" if short else "\n\n\n")
    return "".join(parts)
