"""Knows how a patch is laid over files held in memory, and taken off again. Opens no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from codeopt.errors import PatchError
from codeopt.model.patch import Edit, Patch

__all__ = ["apply", "check_path", "revert"]


def apply(patch: Patch, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the new content of each file that the patch touches.

    Raises:
        PatchError: a path is missing or not relative, or a file does not hold the text that an edit replaces.
    """
    return {path: _rewrite(_content(path, files), edits) for path, edits in _by_path(patch.edits)}


def revert(patch: Patch, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the content that each touched file had before the patch was applied.

    Raises:
        PatchError: a path is missing or not relative, or a file does not hold the text that the patch put there.
    """
    return {path: _rewrite(_content(path, files), _inverse(edits)) for path, edits in _by_path(patch.edits)}


def check_path(path: str) -> None:
    """Accept a POSIX path that stays inside the repository.

    Raises:
        PatchError: it is empty, absolute, or climbs with `..`.
    """
    if not path or path.startswith("/") or "\\" in path or "\0" in path or not set(path.split("/")).isdisjoint({"", ".", ".."}):
        raise PatchError(f"{path!r}: not a path inside the repository; write it relative, with single slashes and without `..`")


def _by_path(edits: Iterable[Edit]) -> Iterator[tuple[str, list[Edit]]]:
    return ((path, list(group)) for path, group in groupby(edits, key=lambda edit: edit.path))


def _content(path: str, files: Mapping[str, bytes]) -> bytes:
    check_path(path)
    try:
        return files[path]
    except KeyError:
        raise PatchError(f"{path}: the patch changes a file that does not exist; make the patch against this version") from None


def _inverse(edits: Iterable[Edit]) -> Iterator[Edit]:
    shift = 0
    for edit in edits:
        yield replace(edit, start_byte=edit.start_byte + shift, before=edit.after, after=edit.before)
        shift += len(edit.after) - len(edit.before)


def _rewrite(content: bytes, edits: Iterable[Edit]) -> bytes:
    parts: list[bytes] = []
    position = 0
    for edit in edits:
        if edit.start_byte < position or not _holds(content, edit):
            line = content.count(b"\n", 0, max(edit.start_byte, 0)) + 1
            raise PatchError(f"{edit.path}:{line}: the text that the patch replaces is not there; make the patch against this version")
        parts += (content[position : edit.start_byte], edit.after)
        position = edit.end_byte
    return b"".join((*parts, content[position:]))


def _holds(content: bytes, edit: Edit) -> bool:
    return edit.end_byte <= len(content) and content.startswith(edit.before, edit.start_byte)
