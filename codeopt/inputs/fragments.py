"""Splits texts of code into the literal parts that inputs may hold: the texts are words, or patterns and formats made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["fragments_of", "spread"]

T = TypeVar("T")
MOST = 30
_OF_OWN = 20
_LONGEST_TEXT = 400
_LONGEST = 16
_WHOLE = 12
_PARTS = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|[^\W_]+|_+|\s+|.", re.DOTALL)
_PATTERN = re.compile(r"\\[^\\]|\(\?|\[.+\]|\(.+\)|[\w)\]][*+?]|\.[*+]|\{\d|\A\^|\$\Z", re.DOTALL)
_GROUP = re.compile(r"\(\?(?:[aiLmsux]+\)|:|<?[=!]|P<\w+>)")
_SIGNS = frozenset("()[]{}?*+|^$.\\")
_CLASSES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "s": " ", "d": "7", "w": "a", "S": "a", "D": "-", "W": "-"}
_NOTHING = frozenset("bBAZ0123456789")


def fragments_of(own: Sequence[object], reached: Sequence[object]) -> tuple[str, ...]:
    """Return fragments of the texts among constants, a bounded number from all over them: most of a function's own, where there are."""
    first = list(dict.fromkeys(part for text in own if isinstance(text, str) for part in _parts(text)))
    known = set(first)
    then = list(dict.fromkeys(part for text in reached if isinstance(text, str) for part in _parts(text) if part not in known))
    kept = spread(first, max(_OF_OWN, MOST - len(then)))
    return (*kept, *spread(then, MOST - len(kept)))


def spread(items: Sequence[T], most: int) -> tuple[T, ...]:
    """Return that many items at most, from all over them."""
    if len(items) <= most:
        return tuple(items)
    return tuple(items[at * len(items) // most] for at in range(most))


def _parts(text: str) -> Iterator[str]:
    if not text or len(text) > _LONGEST_TEXT:
        return
    is_pattern = bool(_PATTERN.search(text))
    if not is_pattern and len(text) <= _WHOLE:
        yield text
    for run in _runs(_GROUP.sub("(", text), _SIGNS) if is_pattern else _runs(text, frozenset()):
        if is_pattern and len(run) > 1:
            yield from _short("".join(run))
        for part in run:
            yield from _short(part)


def _short(part: str) -> Iterator[str]:
    if 0 < len(part) <= _LONGEST:
        yield part


def _runs(text: str, signs: frozenset[str]) -> Iterator[list[str]]:
    """Yield words and signs, escapes undone, each lot between those of the `signs` that stand for something else."""
    run: list[str] = []
    for found in _PARTS.findall(text):
        if found in signs:
            yield run
            run = []
        else:
            run.append(_undone(found[1:]) if found[0] == "\\" and len(found) > 1 else found)
    yield run


def _undone(escaped: str) -> str:
    """Return what an escape stands for, or a sign of the kind that it stands for; nothing for a place between signs."""
    if len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return "" if escaped in _NOTHING else _CLASSES.get(escaped, escaped)
