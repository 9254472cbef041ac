"""Knows how two versions of a file become a patch, and how several patches become one. Sees lines of bytes, never Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from codeopt.errors import PatchError
from codeopt.model.patch import Edit, Patch

__all__ = ["LineChange", "line_changes", "lines_of", "merge", "patch_between"]


class LineChange(NamedTuple):
    """Lines `old_start` to `old_end` of one version are lines `new_start` to `new_end` of the other (from 0, half-open)."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def lines_of(content: bytes) -> list[bytes]:
    r"""Split after each `\n` and nowhere else, as git does; the lines join to `content`."""
    lines = content.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def line_changes(old: Sequence[bytes], new: Sequence[bytes]) -> list[LineChange]:
    """Return what differs between two lists of lines, in order, with at least one equal line between any two changes."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    matcher = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    return [LineChange(i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]


def patch_between(path: str, before: bytes, after: bytes) -> Patch:
    """Return the patch, by whole lines, that makes `after` of `before`; it has no edits when they are equal."""
    old, new = lines_of(before), lines_of(after)
    starts = list(accumulate(map(len, old), initial=0))
    return Patch(
        edits=tuple(
            Edit(
                path=path,
                start_byte=starts[c.old_start],
                before=b"".join(old[c.old_start : c.old_end]),
                after=b"".join(new[c.new_start : c.new_end]),
            )
            for c in line_changes(old, new)
        )
    )


def merge(patches: Sequence[Patch]) -> Patch:
    """Return one patch that does what all of them do.

    Identical edits are kept once. Whole lines that several patches insert at one place are all kept, in the order of the patches,
    import statements without repeats.

    Raises:
        PatchError: two patches change the same text.
    """
    places: dict[tuple[str, int, bytes], list[Edit]] = {}
    for edit in dict.fromkeys(edit for patch in patches for edit in patch.edits):
        places.setdefault((edit.path, edit.start_byte, edit.before), []).append(edit)
    try:
        return Patch(edits=tuple(edit for group in places.values() for edit in _join(group)))
    except ValueError as error:
        raise PatchError(f"the patches do not go together: {error}; take one of them") from error


def _common(first: Sequence[bytes], second: Sequence[bytes]) -> int:
    for index, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return index
    return min(len(first), len(second))


def _join(group: list[Edit]) -> list[Edit]:
    if len(group) == 1 or any(edit.before or not edit.after.endswith(b"\n") for edit in group):
        return group
    lines = [line for edit in group for line in lines_of(edit.after)]
    kept = dict.fromkeys(lines) if _only_imports(lines) else lines
    return [Edit(path=group[0].path, start_byte=group[0].start_byte, before=b"", after=b"".join(kept))]


def _only_imports(lines: Iterable[bytes]) -> bool:
    return all(line.startswith((b"import ", b"from ")) and b"(" not in line and b"\\" not in line for line in lines)
