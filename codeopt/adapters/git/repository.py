"""Knows what a repository is: where it begins, which part of it the user means, and what it is at."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from codeopt.adapters.git.program import Git
from codeopt.errors import RepositoryError

__all__ = ["Repository", "git_in", "open_repository"]

FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"
BEGIN = "git init && git add -A && git commit -m begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A directory of a git working tree.

    `root` is the directory that the user gave (absolute, links resolved), `toplevel` the working tree that it lies in, and `prefix`
    the way from the second to the first (`""`, or ending in `/`). `commit` is the full name of HEAD's commit; `dirty` says whether
    anything within `root` differs from it, untracked files included.
    """

    root: Path
    toplevel: Path
    prefix: str
    commit: str
    dirty: bool


def open_repository(path: Path) -> Repository:
    """Return the repository that a directory is, or is a part of.

    Raises:
        RepositoryError: it is no directory, not in a working tree, has no commit, or git is missing.
    """
    root = path.resolve()
    if not root.is_dir():
        raise RepositoryError(f"{path}: " + ("is no directory; give the folder of a repository" if root.exists() else "does not exist"))
    git = _working_tree(root)
    head = git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head.status:
        raise RepositoryError(f"{root}: the repository has no commit yet; make one: git add -A && git commit -m begin")
    toplevel = _line(git("rev-parse", "--show-toplevel"))
    prefix = _line(git("rev-parse", "--show-prefix"))
    status = git("status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=all", "--untracked-files=normal", "--", ".")
    entries = [entry for entry in status.split(b"\0") if entry and not _own(os.fsdecode(entry[3:]), prefix)]
    return Repository(root=root, toplevel=Path(toplevel), prefix=prefix, commit=_line(head.stdout), dirty=bool(entries))


def git_in(root: Path) -> Git:
    """Return git for a checkout, also where git itself would refuse because it belongs to somebody else.

    Then the checkout's configuration is somebody else's, too, and the filters that it names are not started.
    """
    git = Git(folder=root)
    if "dubious ownership" not in git.ask("rev-parse", "--git-dir").stderr:
        return git
    git = replace(git, settings=("safe.directory=*",))
    found = git.ask("config", "--name-only", "-z", "--get-regexp", FILTERS).stdout
    names = sorted({os.fsdecode(name) for name in found.split(b"\0") if name})
    return replace(git, settings=(*git.settings, *(f"{name}={'false' if name.endswith('.required') else ''}" for name in names)))


def _working_tree(root: Path) -> Git:
    git = git_in(root)
    result = git.ask("rev-parse", "--is-bare-repository", "--is-inside-work-tree")
    if result.status:
        if "not a git repository" not in result.stderr:
            raise RepositoryError(f"{root}: cannot be read as a repository: {result.problem}")
        raise RepositoryError(f"{root}: is no git repository; make it one: {BEGIN}")
    if result.stdout.split() != [b"false", b"true"]:
        raise RepositoryError(
            f"{root}: is a bare repository, or git's own folder, without files; give a checkout: git clone {root} CHECKOUT"
        )
    return git


def _own(path: str, prefix: str) -> bool:
    """Whether a path is codeopt's own folder of runs."""
    return path.removeprefix(prefix).split("/")[0] == ".codeopt"


def _line(output: bytes) -> str:
    return os.fsdecode(output).removesuffix("\n")
