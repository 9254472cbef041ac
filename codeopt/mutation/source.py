"""Knows a file as lines of bytes: how to put a text in the place of a piece of it so that every other line keeps its number."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.mutation.shapes import is_atom

__all__ = ["Replacement", "Source", "written"]

Replacement = ast.expr | Sequence[ast.stmt]
"""What stands in the place of an expression, or of a statement."""

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """A file's lines, in UTF-8 as positions of syntax trees count them, and the encoding that it has on disk."""

    lines: tuple[bytes, ...]
    encoding: str

    @classmethod
    def of(cls, data: bytes) -> Source:
        """Decode a file as Python does.

        Raises:
            SyntaxError: it declares an encoding that does not exist.
            ValueError: it is no text of its encoding.
        """
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = codecs.decode(data, encoding)
        ends = [found.end() for found in _NEWLINE.finditer(text)]
        pairs = zip([0, *ends], [*ends, len(text)], strict=True)
        return cls(tuple(text[start:end].encode() for start, end in pairs), encoding)

    def data(self) -> bytes:
        """Return the file as bytes."""
        return codecs.encode(b"".join(self.lines).decode(), self.encoding)

    def block(self, first: int, last: int) -> str:
        """Return the lines `first` to `last` (from 1, included) alone, at their numbers."""
        text = b"".join(self.lines[first - 1 : last]).decode()
        return "\n" * (first - 1) + _NEWLINE.sub("\n", text)

    def replaced(self, node: ast.expr | ast.stmt, replacement: Replacement) -> Source | None:
        """Put something in the place of a node; None where it would need more lines than the node has."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before = self.lines[first][: node.col_offset]
        after = self.lines[last][node.end_col_offset :]
        removed = b"".join(self.lines[first : last + 1])[len(before) :].removesuffix(after).decode()
        text = _fitted(replacement, _NEWLINE.findall(removed), brackets=isinstance(node, ast.GeneratorExp))
        if text is None:
            return None
        middle = before + text.encode() + after
        changed = [part.encode() for part in re.split(r"(?<=\n)|(?<=\r)(?!\n)", middle.decode())]
        return Source((*self.lines[:first], *changed[: last - first + 1], *self.lines[last + 1 :]), self.encoding)


def written(replacement: Replacement | ast.stmt) -> str:
    """Return the code of an expression, a statement, or several statements on one line."""
    if isinstance(replacement, ast.AST):
        return ast.unparse(replacement)
    return "; ".join(ast.unparse(statement) for statement in replacement)


def _fitted(replacement: Replacement, newlines: Sequence[str], *, brackets: bool) -> str | None:
    """Return a text with as many line ends as there were; brackets keep it one expression, whatever stands around it."""
    text = written(replacement)
    padding = newlines[text.count("\n") :]
    if len(padding) + text.count("\n") != len(newlines):
        return None
    end = "".join(padding)
    if isinstance(replacement, ast.expr) and (end or brackets or not is_atom(replacement)):
        return f"({text}{end})"
    return text + end
