"""Knows how a person tells codeopt to leave a function or a file alone: by a comment `# codeopt: ignore`, or `# codeopt: ignore-file`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Sequence

__all__ = ["ignored"]

_HEAD_LINES = 20
_FUNCTION = re.compile(r"#\s*codeopt\s*:\s*ignore(?![\w-])", re.IGNORECASE)
_FILE = re.compile(r"#\s*codeopt\s*:\s*ignore-file(?![\w-])", re.IGNORECASE)
_EITHER = re.compile(r"codeopt\s*:\s*ignore", re.IGNORECASE)
# Either is for Python what it is not for all that reads lines.
_ODD = re.compile(r"\r(?!\n)|\0")


def ignored(source: str, first_line: int, last_line: int) -> bool:
    """Whether the function in these lines (from 1, decorators included, both inclusive), or its whole file, is to be left alone.

    The comment is in the function's lines or alone on the line above them; for a file, in its first twenty lines. It may go on with the
    reason. What only a string says does not count. In a file that this interpreter cannot read, any text that says so does.
    """
    if not _EITHER.search(source):
        return False
    comments = _comments(source)
    if comments is None:
        return True
    return any(_speaks(comment, first_line, last_line) for comment in comments)


def _speaks(comment: tokenize.TokenInfo, first_line: int, last_line: int) -> bool:
    line, column = comment.start
    if line <= _HEAD_LINES and _FILE.search(comment.string):
        return True
    above = line == first_line - 1 and not comment.line[:column].strip()
    return (above or first_line <= line <= last_line) and _FUNCTION.search(comment.string) is not None


def _comments(source: str) -> Sequence[tokenize.TokenInfo] | None:
    """Return the comments; None where they cannot be told from the rest."""
    if _ODD.search(source):
        return None
    try:
        tokens = tokenize.generate_tokens(io.StringIO(source, newline="\n").readline)
        return [token for token in tokens if token.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        return None
