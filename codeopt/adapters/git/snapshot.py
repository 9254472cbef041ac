"""Copies the files of a working tree, tracked ones and those that git would add, without touching the tree, its index or `.git`."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from codeopt.adapters.git.repository import Repository, git_in
from codeopt.errors import RepositoryError, StoreError

__all__ = ["link_problem", "snapshot"]

OWN = ".codeopt"


def snapshot(repository: Repository, dest: Path, *, note: Callable[[str], object] | None = None) -> tuple[str, ...]:
    """Copy the files into `dest` and return their paths, relative to `repository.root`, sorted.

    Files that the working tree lacks are skipped. So are submodules, repositories within the repository, links that lead outside, and
    what is neither file nor link: `note` is told of each in one line. File modes are kept.

    Raises:
        RepositoryError: git or a file cannot be read.
        StoreError: the copy cannot be written.
    """
    copied = []
    for path in _listed(repository):
        problem = _problem(repository.root, path)
        if problem is None:
            _copy(repository.root / path, dest / path)
            copied.append(path)
        elif problem and note is not None:
            note(f"{path}: {problem}; left out")
    return tuple(copied)


def _listed(repository: Repository) -> list[str]:
    git = git_in(repository.root)
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".").split(b"\0")
    return sorted({os.fsdecode(path) for path in listed if path and path.split(b"/")[0] != OWN.encode()})


def _problem(root: Path, path: str) -> str | None:
    """Say why a path is not copied; empty when it is simply not there, None when it is copied."""
    full = root / path
    if full.parent.resolve() != root / Path(path).parent:
        return "lies behind a symbolic link"
    try:
        mode = full.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    if stat.S_ISDIR(mode):
        return "is a submodule or a repository of its own"
    if stat.S_ISLNK(mode):
        return link_problem(root, full)
    return None if stat.S_ISREG(mode) else "is no regular file"


def link_problem(root: Path, full: Path) -> str | None:
    """Say why a link is not kept: the copy's link must lead to the copy's own files."""
    if full.readlink().is_absolute():
        return "is a symbolic link to an absolute path"
    # A link to a link is followed to its end; a loop ends nowhere.
    target = Path(os.path.realpath(full))
    inside = target.is_relative_to(root) and target.relative_to(root).parts[:1] not in {(".git",), (OWN,)}
    return None if inside else "is a symbolic link that leads outside"


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(source.readlink())
            return
        with _readable(source) as reader, target.open("xb") as writer:
            shutil.copyfileobj(reader, writer)
        # Owner bits are added so that the copy can be patched and removed.
        target.chmod(source.stat().st_mode & 0o777 | 0o600)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}; free some space or make the folder writable") from error


def _readable(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise RepositoryError(f"{source}: cannot be read: {error.strerror}; check its permissions") from error
