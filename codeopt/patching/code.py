"""Knows a piece of Python text together with its syntax tree: which lines a node has, and how to move them to another indentation."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.patching.gate import parse_python

__all__ = ["Code", "Definition", "FunctionNode", "Indent", "encoding_of", "indent_of", "newline_of", "parse_code", "width_of"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Definition = FunctionNode | ast.ClassDef

_TAB = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Indent:
    """How a block stands in a text: the white space before its statements, and that of one further level."""

    prefix: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    r"""Lines (ending in `\n`) and their top-level statements; `frozen` are the lines (from 1) that begin inside a string."""

    lines: tuple[str, ...]
    body: tuple[ast.stmt, ...]
    frozen: frozenset[int]

    def text(self, first: int, last: int) -> str:
        """Return the lines `first` to `last`, both counted from 1 and included."""
        return "".join(self.lines[first - 1 : last])

    def moved(self, first: int, last: int, *, source: Indent, to: Indent) -> str:
        """Return the lines at another indentation; blank lines lose theirs, lines inside strings stay as they are."""
        base, unit = width_of(source.prefix), max(1, width_of(source.unit))
        return "".join(
            line if number in self.frozen else _moved(line, base, unit, to)
            for number, line in enumerate(self.lines[first - 1 : last], start=first)
        )

    def tokens_from(self, line: int) -> Iterator[tokenize.TokenInfo]:
        """Yield the tokens from the start of a line on; their own lines count from 1 there."""
        return tokenize.generate_tokens(iter(self.lines[line - 1 :]).__next__)


def parse_code(text: str, where: str) -> Code:
    r"""Parse a text that may be indented as a whole; its lines must end in `\n`.

    Raises:
        PatchError: it is not Python; `where` names it in the message.
    """
    shifted = indent_of(next((line for line in text.splitlines() if line.strip()), "")) != ""
    # an indented text parses below an `if`, which moves no line inside a string
    whole = f"if 1:\n{text}" if shifted else text
    module = parse_python(whole, where)
    first = module.body[0] if module.body else None
    body = (*first.body, *module.body[1:]) if shifted and isinstance(first, ast.If) else tuple(module.body)
    return Code(lines=tuple(io.StringIO(whole, newline="\n")), body=body, frozen=_frozen(whole, where))


def newline_of(source: bytes) -> str:
    r"""Return the line ending that most lines of a source have, `\n` or `\r\n`."""
    return "\r\n" if source.count(b"\r\n") * 2 > source.count(b"\n") else "\n"


def encoding_of(source: bytes, path: str) -> str:
    """Return the encoding that a source declares, `utf-8` unless it says otherwise.

    Raises:
        PatchError: it declares one that does not exist.
    """
    try:
        found, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    except SyntaxError as error:
        raise PatchError(f"{path}: {error.msg}; the file cannot be edited") from error
    return "utf-8" if found == "utf-8-sig" else found


def indent_of(line: str) -> str:
    """Return the white space that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def width_of(space: str) -> int:
    """Return the columns that an indentation takes, a tab being four."""
    return len(space.expandtabs(_TAB))


def _moved(line: str, base: int, unit: int, to: Indent) -> str:
    stripped = line.lstrip(" \t")
    if not stripped.strip():
        return "\n" if line.endswith("\n") else ""
    levels, rest = divmod(max(0, width_of(indent_of(line)) - base), unit)
    return to.prefix + to.unit * levels + " " * rest + stripped


def _frozen(text: str, where: str) -> frozenset[int]:
    lines: set[int] = set()
    starts: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name.endswith("STRING_START"):
                starts.append(token.start[0])
            elif name.endswith("STRING_END") or name == "STRING":
                lines.update(range((starts.pop() if starts else token.start[0]) + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError) as error:
        raise PatchError(f"{where} does not parse: {error.args[0]}") from error
    return frozenset(lines)
