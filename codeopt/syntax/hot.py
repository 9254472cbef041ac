"""Shows the lines of a function on which its time is spent."""

from __future__ import annotations

from collections.abc import Iterable

from codeopt.model.code import Span

__all__ = ["hot_lines"]

_MOST = 8
_LEAST = 0.01


def hot_lines(source: bytes, span: Span, seconds: Iterable[tuple[int, float]]) -> tuple[str, ...]:
    """Return its slowest lines in their order, each as `share  text`, from (line, own seconds) of the file; those under 1% are left out."""
    lines = source.decode(errors="replace").splitlines()
    own = [(line, spent) for line, spent in seconds if span.start_line <= line <= min(span.end_line, len(lines))]
    total = sum(spent for _, spent in own)
    if total <= 0:
        return ()
    slowest = sorted(sorted(own, key=lambda each: -each[1])[:_MOST])
    return tuple(f"{spent / total:4.0%}  {lines[line - 1].strip()}" for line, spent in slowest if spent / total >= _LEAST)
