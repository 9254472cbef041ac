"""Knows what a comment asks for: a `/codeopt` command at the start of a line of its own text, as GitHub renders it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from codeopt.model.bot import JobKind

__all__ = ["Command", "command_in"]

_WORD = "/codeopt"
# GitHub takes no longer comments.
_LONGEST = 65_536
# A function as people name it; neither an absolute path nor one that climbs.
_TARGET = re.compile(r"(?!/)(?!(?:.*/)?\.\.?/)[\w.+@=,~/-]{1,200}\.pyi?::[\w.<>]{1,200}(?:#\d{1,4})?")
_PLAIN = re.compile(r"[\w./:#-]{1,60}")
_KINDS = {kind.value: kind for kind in (JobKind.OPTIMIZE, JobKind.VERIFY, JobKind.CHECK, JobKind.HELP)}
# Only what makes text no text is told apart: code, HTML and the ends of lines. Names such as `__init__` are no emphasis.
_MARKDOWN = MarkdownIt("commonmark").disable(["emphasis", "link", "image", "autolink", "entity", "escape"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is asked for; a command that cannot be followed is HELP with one argument that says why."""

    kind: JobKind
    arguments: tuple[str, ...] = ()


def command_in(body: str) -> Command | None:
    """Return the first command of a comment; None where there is none.

    Quotes, code, lists, headings and HTML comments hold no commands: they repeat what somebody else said, or show how it is said.
    """
    if _WORD not in body:
        return None
    for line in _lines(_MARKDOWN.parse(body[:_LONGEST])):
        words = line.split()
        if line.startswith(_WORD) and words[0] == _WORD:
            return _read(words[1:])
    return None


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the lines of paragraphs that stand in nothing else; a line that begins in code or HTML is none."""
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0:
            yield from _split(inline.children or ())


def _split(children: Sequence[Token]) -> Iterator[str]:
    line, begins_as_text = "", True
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            if begins_as_text:
                yield line
            line, begins_as_text = "", True
            continue
        if not line:
            begins_as_text = child.type == "text"
        line += child.content
    if begins_as_text:
        yield line


def _read(words: Sequence[str]) -> Command:
    if not words:
        return Command(kind=JobKind.HELP)
    kind, rest = _KINDS.get(words[0].lower()), words[1:]
    if kind is None:
        return _help(f"there is no command {words[0]}" if _PLAIN.fullmatch(words[0]) else "there is no such command")
    if kind is JobKind.OPTIMIZE and len(rest) == 1 and _TARGET.fullmatch(rest[0]):
        return Command(kind=kind, arguments=(rest[0],))
    if kind is JobKind.OPTIMIZE and rest:
        return _help("optimize takes one function, as path/to/file.py::function, or none")
    if rest and kind is not JobKind.HELP:
        return _help(f"{kind} takes nothing after it")
    return Command(kind=kind)


def _help(problem: str) -> Command:
    return Command(kind=JobKind.HELP, arguments=(problem,))
