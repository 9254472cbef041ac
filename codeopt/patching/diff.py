"""Knows the unified diff that `git apply` takes. Shows a patch; reads none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from codeopt.model.patch import Patch
from codeopt.patching.apply import apply
from codeopt.patching.versions import LineChange, line_changes, lines_of

__all__ = ["unified_diff"]

_CONTEXT = 3
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def unified_diff(patch: Patch, files: Mapping[str, bytes]) -> str:
    """Return the patch as a git diff with three lines of context; empty when nothing changes.

    `files` holds the original content. Bytes that are not UTF-8 become surrogates: encode with `surrogateescape` to get them back.

    Raises:
        PatchError: the patch does not apply to `files`.
    """
    return "".join(_file_diff(path, files[path], after) for path, after in apply(patch, files).items() if after != files[path])


def _file_diff(path: str, before: bytes, after: bytes) -> str:
    # git ends a name that holds a space with a tab, so that the name is not taken for a name and a date
    end = "\t\n" if " " in path else "\n"
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    head = f"diff --git {old} {new}\n--- {old}{end}+++ {new}{end}"
    old_lines, new_lines = lines_of(before), lines_of(after)
    return head + "".join(_hunk(group, old_lines, new_lines) for group in _groups(line_changes(old_lines, new_lines)))


def _quoted(name: str) -> str:
    if not re.search(r'["\\\x00-\x1f\x7f]', name):
        return name
    body = (_ESCAPES.get(char) or (f"\\{ord(char):03o}" if ord(char) < ord(" ") or char == "\x7f" else char) for char in name)
    return f'"{"".join(body)}"'


def _groups(changes: Sequence[LineChange]) -> Iterator[list[LineChange]]:
    group: list[LineChange] = []
    for change in changes:
        if group and change.old_start - group[-1].old_end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(group: Sequence[LineChange], old: Sequence[bytes], new: Sequence[bytes]) -> str:
    lead = min(_CONTEXT, group[0].old_start)
    trail = min(_CONTEXT, len(old) - group[-1].old_end)
    old_range = _range(group[0].old_start - lead, group[-1].old_end + trail)
    new_range = _range(group[0].new_start - lead, group[-1].new_end + trail)
    lines: list[str] = []
    position = group[0].old_start - lead
    for change in group:
        lines += _marked(" ", old[position : change.old_start])
        lines += _marked("-", old[change.old_start : change.old_end])
        lines += _marked("+", new[change.new_start : change.new_end])
        position = change.old_end
    lines += _marked(" ", old[position : position + trail])
    return f"@@ -{old_range} +{new_range} @@\n" + "".join(lines)


def _range(start: int, end: int) -> str:
    if end - start == 1:
        return str(end)
    return f"{start + 1 if end > start else start},{end - start}"


def _marked(mark: str, lines: Sequence[bytes]) -> Iterator[str]:
    for line in lines:
        text = line.decode("utf-8", "surrogateescape")
        yield mark + text + ("" if text.endswith("\n") else "\n\\ No newline at end of file\n")
