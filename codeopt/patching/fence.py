"""Knows how chat models wrap code: reasoning, fences, prose. Knows nothing of what the code says, but whether it is Python."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.patching.gate import parse_python

__all__ = ["Block", "bare_code", "code_blocks", "without_reasoning"]

_REASONING_START = re.compile(r"\s*<(think|thinking)>")
_REASONING_END = re.compile(r"</(?:think|thinking)>[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_CODE_START = re.compile(r"^[ \t]*(?:@\w|(?:async[ \t]+)?def[ \t]+\w|class[ \t]+\w|import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import[ \t])")
_MAX_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a fence holds; `closed` is False when the answer ends before the fence does."""

    text: str
    closed: bool


def without_reasoning(answer: str) -> str:
    """Return the answer without `<think>` blocks, also where the prompt opened the first one.

    Raises:
        PatchError: the answer ends inside its reasoning.
    """
    text = answer
    while found := _REASONING_START.match(text):
        _, end, text = text.partition(f"</{found[1]}>")
        if not end:
            raise PatchError("the answer was cut off inside its reasoning; allow more tokens")
    # a prompt may have opened the reasoning, so that the answer only closes it
    closed = _REASONING_END.search(text)
    return text[closed.end() :] if closed else text


def code_blocks(text: str) -> list[Block]:
    """Return the content of the fences, in order; a fence that is indented gives its content without that indentation."""
    blocks: list[Block] = []
    lines: list[str] = []
    opening: tuple[int, str] | None = None
    for line in io.StringIO(text, newline="\n"):
        found = _FENCE.match(line.rstrip("\n"))
        if opening is None:
            if found:
                opening, lines = (len(found[1].expandtabs(4)), found[2]), []
        elif found and _closes(found, opening):
            blocks.append(Block(text="".join(lines), closed=True))
            opening = None
        else:
            lines.append(_outdented(line, opening[0]))
    if opening is not None:
        blocks.append(Block(text="".join(lines), closed=False))
    return blocks


def bare_code(text: str) -> str | None:
    """Return the code of an answer that has no fence, prose before and after it left out; None when there is none that parses."""
    lines = list(io.StringIO(text, newline="\n"))
    start = next((index for index, line in enumerate(lines) if _CODE_START.match(line)), None)
    if start is None:
        return None
    for end in _ends(lines, start):
        code = "".join(lines[start:end])
        if _parses(code):
            return code
    return None


def _closes(found: re.Match[str], opening: tuple[int, str]) -> bool:
    indent, mark = opening
    # a fence inside a docstring is indented deeper than the one around the function
    return found[2].startswith(mark) and not found[3].strip() and len(found[1].expandtabs(4)) < indent + 4


def _outdented(line: str, width: int) -> str:
    space = line[: len(line) - len(line.lstrip(" \t"))]
    return line[min(len(space), width) :]


def _ends(lines: list[str], start: int) -> Iterator[int]:
    """Yield where the code may end: at the end, or before prose, which stands at the margin after a blank line."""
    yield len(lines)
    tries = 0
    for index in range(len(lines) - 1, start, -1):
        at_margin = lines[index].strip() and not lines[index][0].isspace()
        if at_margin and not lines[index - 1].strip() and not _CODE_START.match(lines[index]):
            yield index
            tries += 1
            if tries >= _MAX_TRIES:
                return


def _parses(code: str) -> bool:
    for text in (code, f"if 1:\n{code}"):
        try:
            parse_python(text, "the answer")
        except PatchError:
            continue
        return True
    return False
