"""Finds commits by what the user calls them, and writes their files into a folder, past the user's index and working tree."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from codeopt.adapters.git.repository import Repository, git_in
from codeopt.adapters.git.snapshot import link_problem
from codeopt.errors import RepositoryError, StoreError

__all__ = ["branch_point", "commits_between", "export", "resolve"]


def resolve(repository: Repository, name: str) -> str:
    """Return the full name of the commit that a branch, a tag or an expression such as `HEAD~3` means.

    Raises:
        RepositoryError: there is none.
    """
    git = git_in(repository.root)
    found = git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.status or name.startswith("-"):
        shallow = git.ask("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        way_out = "the clone is shallow: fetch its history (fetch-depth: 0)" if shallow else "git fetch it, or name another"
        raise RepositoryError(f"{repository.root}: no commit {name!r}: {way_out}")
    return found.stdout.decode().strip()


def branch_point(repository: Repository, base: str, head: str) -> str:
    """Return the commit at which `head` left `base`, so that what happened on `base` since then is not held against `head`.

    `base` itself where the two share no history that is here, or where `head` is an ancestor of `base`.
    """
    found = git_in(repository.root).ask("merge-base", base, head)
    point = found.stdout.decode().strip()
    return base if found.status or point == head else point


def commits_between(repository: Repository, base: str, head: str) -> tuple[str, ...]:
    """Return the commits after `base` up to `head`, the oldest first, along first parents.

    Raises:
        RepositoryError: git fails.
    """
    listed = git_in(repository.root)("rev-list", "--first-parent", "--reverse", f"{base}..{head}")
    return tuple(listed.decode().split())


def export(repository: Repository, commit: str, dest: Path, *, note: Callable[[str], object] | None = None) -> None:
    """Write the files of a commit, those of the user's folder alone, into a new folder `dest`.

    Submodules are left out; so are links that lead outside, of which `note` is told.

    Raises:
        RepositoryError: the commit does not hold the folder, or git fails.
        StoreError: the files cannot be written.
    """
    git = git_in(repository.toplevel)
    try:
        dest.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="codeopt-index-") as folder:
            indexed = replace(git, env={"GIT_INDEX_FILE": str(Path(folder) / "index")})
            tree = f"{commit}:{repository.prefix.rstrip('/')}" if repository.prefix else commit
            read = indexed.ask("read-tree", tree)
            if read.status:
                raise RepositoryError(f"{repository.root}: commit {commit[:12]} does not hold this folder ({read.problem}); name another")
            indexed("checkout-index", "--all", "--force", f"--prefix={dest}{os.sep}")
    except OSError as error:
        raise StoreError(f"cannot write {dest} ({error.strerror}): free some space, or set TMPDIR") from error
    _drop_links(dest, note)


def _drop_links(dest: Path, note: Callable[[str], object] | None) -> None:
    root = dest.resolve()
    for path in sorted(root.rglob("*")):
        problem = link_problem(root, path) if path.is_symlink() else None
        if problem is not None:
            path.unlink()
            if note is not None:
                note(f"{path.relative_to(root)}: {problem}; left out")
