"""Knows SEARCH/REPLACE blocks: how they are written, and the one place in a file that each of them means."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codeopt.errors import PatchError
from codeopt.patching.code import indent_of

__all__ = ["SearchReplace", "edited", "has_blocks", "read_blocks"]

_SEARCH = re.compile(r"^[ \t]*<{5,9} ?SEARCH\b.*$")
_DIVIDER = re.compile(r"^={7}[ \t]*$")
_REPLACE = re.compile(r"^[ \t]*>{5,9} ?REPLACE\b.*$")
_NAME_DECORATION = re.compile(r"^(?:[#>*\s`]|//|[Ff]ile(?:name)?:)+|[*\s`:]+$")
_PATH = re.compile(r"^[\w.@+\- /]+\.\w+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReplace:
    r"""In `path`, the lines `search` become the lines `replace`; every line ends in `\n`."""

    path: str
    search: tuple[str, ...]
    replace: tuple[str, ...]


def has_blocks(text: str) -> bool:
    """Whether a text holds SEARCH/REPLACE blocks."""
    return any(_SEARCH.match(line) for line in text.split("\n"))


def read_blocks(text: str, paths: Sequence[str]) -> list[SearchReplace]:
    """Return the blocks of an answer, in order; a block that names no file is for the file of the block before, or the first of `paths`.

    Raises:
        PatchError: a block is not closed, has an empty SEARCH, or names a file that is not among `paths`.
    """
    blocks: list[SearchReplace] = []
    path, previous = paths[0], ""
    lines = iter(io.StringIO(text, newline="\n"))
    for line in lines:
        if _SEARCH.match(line.rstrip("\n")):
            path = _path_in(previous, paths) or path
            blocks.append(_block(lines, path))
            previous = ""
        elif name := line.strip(" \t\n`~"):
            previous = previous if name.isalpha() and line.lstrip().startswith(("```", "~~~")) else name
    return blocks


def edited(text: str, block: SearchReplace) -> str:
    r"""Return a file's text (lines end in `\n`) after one block.

    SEARCH must match one place. White space at line ends is ignored, and so is an indentation that all lines lack or have too much, as
    long as one place alone matches.

    Raises:
        PatchError: it matches nowhere, or in several places.
    """
    lines = list(io.StringIO(text, newline="\n"))
    size, head = len(block.search), block.search[0].strip()
    starts = [at for at in range(len(lines) - size + 1) if lines[at].strip() == head]
    for key in (_exact, _stripped, _outdented):
        wanted = key(block.search)
        places = [at for at in starts if key(lines[at : at + size]) == wanted]
        if len(places) > 1:
            raise PatchError(f"{block.path}: a SEARCH block matches {len(places)} places: {head[:80]!r}; add lines around it")
        if places:
            old = lines[places[0] : places[0] + size]
            new = _reindented(block.replace, block.search, old) if key is _outdented else list(block.replace)
            return "".join((*lines[: places[0]], *_ended(new, old), *lines[places[0] + size :]))
    raise PatchError(f"{block.path}: a SEARCH block matches nothing: {head[:80]!r}; copy the lines as they are")


def _block(lines: Iterator[str], path: str) -> SearchReplace:
    search, closed = _until(lines, _DIVIDER)
    replace, ended = _until(lines, _REPLACE)
    if not (closed and ended):
        raise PatchError("the answer was cut off inside a SEARCH/REPLACE block; allow more tokens")
    if any(_DIVIDER.match(line) for line in replace) or any(_REPLACE.match(line) or _SEARCH.match(line) for line in (*search, *replace)):
        raise PatchError(f"{path}: a SEARCH/REPLACE block has a marker too many; write each marker once")
    if not any(line.strip() for line in search):
        raise PatchError(f"{path}: a SEARCH block is empty; search for the lines around the place")
    return SearchReplace(path=path, search=tuple(search), replace=tuple(replace))


def _until(lines: Iterator[str], marker: re.Pattern[str]) -> tuple[list[str], bool]:
    found: list[str] = []
    for line in lines:
        if marker.match(line.rstrip("\n")):
            return found, True
        found.append(line)
    return found, False


def _path_in(line: str, paths: Sequence[str]) -> str | None:
    name = _NAME_DECORATION.sub("", line)
    found = [path for path in paths if path == name] or [path for path in paths if path.endswith(f"/{name}") or name.endswith(f"/{path}")]
    if len(found) == 1:
        return found[0]
    if name and _PATH.match(name) and (found or "/" in name or name.endswith(".py")) and " " not in name:
        raise PatchError(f"{name}: a SEARCH/REPLACE block is for a file that may not be changed; the files are {', '.join(paths)}")
    return None


def _exact(lines: Sequence[str]) -> list[str]:
    return [line.rstrip("\n") for line in lines]


def _stripped(lines: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in lines]


def _outdented(lines: Sequence[str]) -> list[str]:
    width = len(_margin(lines))
    return [line[width:].rstrip() if line.strip() else "" for line in lines]


def _margin(lines: Sequence[str]) -> str:
    indents = [indent_of(line) for line in lines if line.strip()]
    shortest = min(indents, key=len, default="")
    return shortest if all(indent.startswith(shortest) for indent in indents) else ""


def _reindented(replace: Sequence[str], search: Sequence[str], old: Sequence[str]) -> list[str]:
    was, now = _margin(search), _margin(old)
    if not all(line.startswith(was) or not line.strip() for line in replace):
        raise PatchError(f"a REPLACE block is indented less than its SEARCH: {replace[0].strip()[:80]!r}; copy the lines as they are")
    return [now + line[len(was) :] if line.strip() else line for line in replace]


def _ended(new: Sequence[str], old: Sequence[str]) -> list[str]:
    if new and old and not old[-1].endswith("\n"):
        return [*new[:-1], new[-1].rstrip("\n")]
    return list(new)
