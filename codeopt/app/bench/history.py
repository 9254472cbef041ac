"""Reads the history of a project's clone, bare or not: what merged a pull request, what that changed, and the files of a commit.

Git's objects are read as they are: no filter, no attribute and no index of the clone has a part in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from codeopt.adapters.git.program import Git
from codeopt.adapters.git.repository import git_in
from codeopt.errors import RepositoryError
from codeopt.model.bench import Commit

__all__ = ["Change", "History", "Merge", "files_of"]

_REGULAR = frozenset({"100644", "100755"})
_AT_ONCE = 200
_LOGGED = re.compile(r"^(?P<commit>[0-9a-f]{40,64})\t(?P<parents>[0-9a-f ]*)\t(?P<subject>.*)$", re.MULTILINE)
_MERGED = re.compile(r"Merge pull request #(\d+) ")
_SQUASHED = re.compile(r"\(#(\d+)\)$")
_HEAD = re.compile(rb"[0-9a-f]+ blob (\d+)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The commit that brought a pull request in, and the one that it came on top of."""

    commit: str
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path whose content a commit changed: `status` is git's letter, `A` for added, `D` for deleted; `blob` names the new content.

    `regular` says whether it is a plain file now.
    """

    path: str
    status: str
    blob: str
    regular: bool


class History:
    """The history of the branch that a clone is at."""

    def __init__(self, clone: Path) -> None:
        """Keep where the clone lies."""
        self.clone = clone
        self._git = _git(clone)

    @cached_property
    def merges(self) -> Mapping[int, Merge]:
        """Return what merged each pull request: a merge commit by its number, else the commit that it was squashed to; the first one.

        Raises:
            RepositoryError: this is no clone, or git fails.
        """
        found: tuple[dict[int, Merge], dict[int, Merge]] = ({}, {})
        logged = self._git("log", "--first-parent", "--reverse", "--format=%H%x09%P%x09%s", "HEAD").decode(errors="replace")
        for line in _LOGGED.finditer(logged):
            parents = line["parents"].split()
            for kind, number in zip(found, (_MERGED.match(line["subject"]), _SQUASHED.search(line["subject"])), strict=True):
                if number and parents:
                    kind.setdefault(int(number[1]), Merge(commit=line["commit"], base=parents[0]))
        merged, squashed = found
        return {**squashed, **merged}

    def changes(self, merge: Merge) -> tuple[Change, ...]:
        """Return what a merge changed; a file that was renamed is one deleted and one added.

        Raises:
            RepositoryError: git fails.
        """
        words = self._git("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", merge.base, merge.commit).split(b"\0")
        return tuple(_change(head.decode(), os.fsdecode(path)) for head, path in zip(words[::2], words[1::2], strict=False))

    def blobs(self, commit: str) -> Mapping[str, str]:
        """Return the names of the contents of the plain files of a commit, by path.

        Raises:
            RepositoryError: git fails.
        """
        return dict(_listed(self._git, commit))

    def contents(self, blobs: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
        """Return (path, content) for the names of contents by path.

        Raises:
            RepositoryError: the clone lacks one, or git fails.
        """
        return tuple(_contents(self._git, list(blobs.items())))


def files_of(commit: Commit) -> Iterator[tuple[str, bytes]]:
    """Yield the plain files of a commit with their contents; links and submodules are left out.

    Raises:
        RepositoryError: the clone lacks one, or git fails.
    """
    git = _git(commit.clone)
    listed = list(_listed(git, commit.name))
    for start in range(0, len(listed), _AT_ONCE):
        yield from _contents(git, listed[start : start + _AT_ONCE])


def _git(clone: Path) -> Git:
    # a folder that is no clone must not be taken for a part of the repository that it happens to lie in
    return replace(git_in(clone), env={"GIT_CEILING_DIRECTORIES": str(clone.parent.resolve())})


def _change(head: str, path: str) -> Change:
    _, mode, _, blob, status = head.removeprefix(":").split(" ")
    return Change(path=path, status=status, blob=blob, regular=mode in _REGULAR)


def _listed(git: Git, commit: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, git("ls-tree", "-r", "-z", commit).split(b"\0")):
        head, _, path = line.partition(b"\t")
        mode, _, blob = head.decode().split(" ")
        if mode in _REGULAR:
            yield os.fsdecode(path), blob


def _contents(git: Git, named: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    answer, at = git("cat-file", "--batch", stdin="".join(f"{blob}\n" for _, blob in named).encode()), 0
    for path, blob in named:
        head = _HEAD.match(answer, at)
        if head is None:
            raise RepositoryError(f"{git.folder}: lacks the content of {path} ({blob[:12]}): make it a whole clone (git fetch --refetch)")
        yield path, answer[head.end() : head.end() + int(head[1])]
        at = head.end() + int(head[1]) + 1
