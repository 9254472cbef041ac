"""Knows how to show code in few characters: signatures, and callers around the lines where they call."""

from __future__ import annotations

import re
from dataclasses import replace

from codeopt.model.code import Function, Span
from codeopt.syntax.text import unindented

__all__ = ["caller_excerpt", "signature"]

_WHOLE_LINES = 16  # a caller up to this long is shown whole
_AROUND = 3  # lines on each side of a call in a longer one
_ELLIPSIS = "..."


def signature(source: bytes, function: Function) -> str:
    """Return decorators and `def` line (or lines) of a function, with `...` for its body, at the margin."""
    head = unindented(source, _head(function)).rstrip()
    # The comment that may follow the colon would swallow what stands behind it.
    return f"{head}\n    {_ELLIPSIS}" if "#" in head.rpartition("\n")[2] else f"{head} {_ELLIPSIS}"


def caller_excerpt(source: bytes, caller: Function, callee: Function) -> str:
    """Return a caller under a comment with its name: whole when it is short, else its head and the lines around its calls."""
    lines = unindented(source, caller.span).split("\n")
    if len(lines) > _WHOLE_LINES:
        lines = _shortened(lines, caller, callee)
    return "\n".join((f"# {caller.name}", *lines))


def _shortened(lines: list[str], caller: Function, callee: Function) -> list[str]:
    head = caller.body_span.start_line - caller.span.start_line or 1
    call = re.compile(rf"\b{re.escape(_called_as(callee))}\s*\(")
    near = {
        number
        for hit, line in enumerate(lines)
        if hit >= head and call.search(line)
        for number in range(max(hit - _AROUND, head), min(hit + _AROUND + 1, len(lines)))
    }
    shown: list[str] = []
    for number in sorted(set(range(head)) | near):
        if number and number - 1 not in near and number >= head:
            shown.append(f"    {_ELLIPSIS}")
        shown.append(lines[number])
    return shown if len(lines) - 1 in near else [*shown, f"    {_ELLIPSIS}"]


def _called_as(function: Function) -> str:
    owner, _, name = function.name.qualname.rpartition(".")
    return owner.rpartition(".")[2] if name == "__init__" else name


def _head(function: Function) -> Span:
    span, body = function.span, function.body_span
    return replace(span, end_byte=body.start_byte, end_line=body.start_line)
