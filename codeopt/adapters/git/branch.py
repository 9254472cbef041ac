"""Commits accepted patches on a new branch, leaving working tree, index and current branch as they are."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codeopt.adapters.git.program import IDENTITY, Git
from codeopt.adapters.git.repository import Repository, git_in
from codeopt.errors import RepositoryError

__all__ = ["CommitPlan", "commit_on_branch", "require_branch_free"]

SELF = {name: "codeopt" if name.endswith("NAME") else "codeopt@localhost" for name in IDENTITY}
FILE_MODES = (b"100644", b"100755")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitPlan:
    """One commit: its message, and the whole new content of each file by its path relative to `Repository.root`.

    Contents include what earlier plans of the same branch changed in the file.
    """

    message: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """How a file lies in a commit: its mode, and what tells `git hash-object` to turn content into what the commit holds."""

    mode: bytes
    filtered: str


def commit_on_branch(repository: Repository, branch: str, commits: Sequence[CommitPlan], *, base: str, before: Mapping[str, bytes]) -> str:
    """Make a new branch with one commit for each plan on top of the commit `base`, and return the name of the last commit.

    `before` holds each file as it was when the patches were proven, as it lay in the working tree. What HEAD and the working tree
    are at by now does not matter. Contents pass the filters of the repository (line ends) as with `git add`. Where the user has no
    name in git, codeopt signs.

    Raises:
        RepositoryError: the branch exists or cannot be so called, there is nothing to commit, `base` is gone, or a file to be changed
            was not in it as the patches were proven on it.
    """
    git = git_in(repository.root)
    _check_name(git, branch)
    if not commits or not all(plan.files for plan in commits):
        raise RepositoryError(f"branch {branch!r}: nothing to commit; accept at least one patch first")
    if git.ask("cat-file", "-e", f"{base}^{{commit}}").status:
        raise RepositoryError(f"{repository.root}: commit {base[:12]}, on which the patches were proven, is gone; run again")
    paths = sorted({path for plan in commits for path in plan.files})
    parent = base
    with tempfile.TemporaryDirectory(prefix="codeopt-index-") as folder:
        indexed = replace(git, env={"GIT_INDEX_FILE": str(Path(folder) / "index"), **_identity(git)})
        indexed("read-tree", parent)
        entries = {path: _entry(indexed, repository, path, base=base, before=before[path]) for path in paths}
        for plan in commits:
            parent = _commit(indexed, repository, plan, entries=entries, parent=parent)
    result = git.ask("update-ref", "-m", "codeopt: accepted patches", f"refs/heads/{branch}", parent, "0" * len(parent))
    if result.status:
        raise RepositoryError(f"branch {branch!r} cannot be made: {result.problem}; choose another name")
    return parent


def require_branch_free(repository: Repository, branch: str) -> None:
    """Check that a branch of this name could be made.

    Raises:
        RepositoryError: it exists, or cannot be so called.
    """
    _check_name(git_in(repository.root), branch)


def _commit(git: Git, repository: Repository, plan: CommitPlan, *, entries: Mapping[str, _Entry], parent: str) -> str:
    lines = []
    for path, content in sorted(plan.files.items()):
        full = repository.prefix + path
        blob = git("hash-object", "-w", "--stdin", entries[path].filtered, stdin=content).strip()
        lines.append(entries[path].mode + b" " + blob + b"\t" + os.fsencode(full))
    git("update-index", "-z", "--index-info", stdin=b"\0".join(lines) + b"\0")
    tree = git("write-tree").decode().strip()
    # The message goes in as bytes: what the user set as its encoding would be claimed for it.
    plain = replace(git, settings=(*git.settings, "i18n.commitEncoding=UTF-8"))
    return plain("commit-tree", tree, "-p", parent, "-F", "-", stdin=plan.message.encode(errors="replace")).decode().strip()


def _check_name(git: Git, branch: str) -> None:
    if branch.startswith("-") or branch == "HEAD" or git.ask("check-ref-format", f"refs/heads/{branch}").status:
        raise RepositoryError(f"{branch!r} cannot be the name of a branch; write something like codeopt/faster-parse")
    if git.ask("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").status == 0:
        raise RepositoryError(f"branch {branch!r} exists already; choose another name or delete it: git branch -D {branch}")


def _entry(git: Git, repository: Repository, path: str, *, base: str, before: bytes) -> _Entry:
    """Return how a file lies in the commit, after making sure that it holds what the patches were proven on."""
    kind, _, name = git("ls-tree", "-z", base, "--", path).partition(b"\t")
    mode, _, blob = kind.split(b" ") if name else (b"", b"", b"")
    if mode not in FILE_MODES:
        raise RepositoryError(
            f"{repository.root / path}: was not committed when the run began: no file of commit {base[:12]}; commit it, then run again"
        )
    # A file may have been committed past the filters: then so is the new one, and its lines stay as they are.
    for filtered in (f"--path={path}", "--no-filters"):
        if git("hash-object", "--stdin", filtered, stdin=before).strip() == blob:
            return _Entry(mode=mode, filtered=filtered)
    raise RepositoryError(
        f"{repository.root / path}: was not committed when the run began: the patches were proven on other content than that of commit"
        f" {base[:12]}; commit it, then run again"
    )


def _identity(git: Git) -> dict[str, str]:
    """Return what git lacks to sign a commit: nothing where the user has set a name and an address."""
    known = all(git.ask("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT").status == 0 for role in ("AUTHOR", "COMMITTER"))
    return {} if known else {name: os.environ.get(name, value) for name, value in SELF.items()}
