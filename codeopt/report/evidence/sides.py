"""A unified diff as two columns of highlighted code: knows hunks and lexers, and makes no markup.

Whoever shows the pieces escapes them; their kinds are words of this module.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

from codeopt.report.visible import visible

__all__ = ["FileDiff", "Line", "Piece", "Row", "sides"]

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Builtin, "name"),
    (Name.Function, "name"),
    (Name.Class, "name"),
    (Name.Decorator, "name"),
)
_HIGHLIGHTED = 100_000  # characters; beyond that colour is not worth the time


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line; `kind` is `comment`, `string`, `number`, `keyword`, `name`, or empty."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of one side, by its number in the file; `changed` when the other side does not have it."""

    number: int
    pieces: tuple[Piece, ...]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What stands side by side; None where a side has nothing. `gap` says that lines between hunks are left out above."""

    old: Line | None
    new: Line | None
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """What a diff changes in one file."""

    path: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class _Hunk:
    old: int
    new: int
    lines: tuple[_Raw, ...]


def sides(diff: str) -> tuple[FileDiff, ...]:
    """Return the files of a unified diff; a line that belongs to no hunk says nothing, and is left out."""
    found = []
    coloured = len(diff) <= _HIGHLIGHTED
    for path, hunks in _files(diff):
        rows: list[Row] = []
        for hunk in hunks:
            made = _rows(hunk.lines, old=hunk.old, new=hunk.new, coloured=coloured and path.endswith((".py", ".pyi", ".pyx")))
            rows += [Row(old=row.old, new=row.new, gap=bool(rows) and number == 0) for number, row in enumerate(made)]
        if rows:
            found.append(FileDiff(path=path, rows=tuple(rows)))
    return tuple(found)


def _files(diff: str) -> Iterator[tuple[str, list[_Hunk]]]:
    path = ""
    hunks: list[_Hunk] = []
    lines = iter(diff.split("\n"))
    for line in lines:
        head = _HUNK.match(line)
        if line.startswith(("--- ", "diff ")):
            if hunks:
                yield path, hunks
            path, hunks = "", []
        elif line.startswith("+++ "):
            path = visible(line[4:].removeprefix("b/").partition("\t")[0])
        elif head is not None:
            old, old_count, new, new_count = (int(part) if part else 1 for part in head.groups())
            hunks.append(_Hunk(old, new, tuple(_hunk(lines, old_count, new_count))))
    if hunks:
        yield path, hunks


def _hunk(lines: Iterator[str], old: int, new: int) -> Iterator[_Raw]:
    """Take as many lines as the head of the hunk tells: a line that was taken out may look like a head."""
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            return
        sign, text = line[:1] or " ", line[1:]
        if sign == "\\":
            continue
        old -= sign != "+"
        new -= sign != "-"
        yield _Raw(sign if sign in "+-" else " ", text)


def _rows(lines: Sequence[_Raw], *, old: int, new: int, coloured: bool) -> Iterator[Row]:
    left = iter(_lines([line for line in lines if line.sign != "+"], first=old, coloured=coloured))
    right = iter(_lines([line for line in lines if line.sign != "-"], first=new, coloured=coloured))
    for same, group in itertools.groupby(lines, key=lambda line: line.sign == " "):
        members = list(group)
        if same:
            yield from (Row(old=next(left), new=next(right)) for _ in members)
            continue
        olds = [next(left) for line in members if line.sign == "-"]
        news = [next(right) for line in members if line.sign == "+"]
        yield from (Row(old=one, new=other) for one, other in itertools.zip_longest(olds, news))


def _lines(lines: Sequence[_Raw], *, first: int, coloured: bool) -> Iterator[Line]:
    texts = [visible(line.text, lines=True).replace("\n", "\\n") for line in lines]
    pieces = _coloured(texts) if coloured else [(Piece(text),) for text in texts]
    for number, (line, made) in enumerate(zip(lines, pieces, strict=True), start=first):
        yield Line(number=number, pieces=made, changed=line.sign != " ")


def _coloured(texts: Sequence[str]) -> list[tuple[Piece, ...]]:
    whole = "\n".join(texts)
    found: list[list[Piece]] = [[]]
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(whole):
        for number, part in enumerate(value.split("\n")):
            if number:
                found.append([])
            if part:
                found[-1].append(Piece(part, _kind(kind)))
    kept = [tuple(_joined(pieces)) for pieces in found]
    # A lexer that changes what it reads must not change what is shown.
    if ["".join(piece.text for piece in pieces) for pieces in kept] != list(texts):
        return [(Piece(text),) for text in texts]
    return kept


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for kind, group in itertools.groupby(pieces, key=lambda piece: piece.kind):
        yield Piece("".join(piece.text for piece in group), kind)


def _kind(token: _TokenType) -> str:
    return next((kind for parent, kind in _KINDS if token[: len(parent)] == parent), "")
