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


def commit_on_branch(repository: Repository, branch: str, commits: Sequence[CommitPlan]) -> str:
    """Make a new branch with one commit for each plan on top of `repository.commit`, and return the name of the last commit.

    Contents pass the filters of the repository (line ends) as with `git add`. Where the user has no name in git, codeopt signs.

    Raises:
        RepositoryError: the branch exists or cannot be so called, there is nothing to commit, or a file to be changed is not
            committed, or differs from its commit in the working tree.
    """
    git = git_in(repository.root)
    _check_name(git, branch)
    if not commits or not all(plan.files for plan in commits):
        raise RepositoryError(f"branch {branch!r}: nothing to commit; accept at least one patch first")
    modes = {path: _mode(git, repository, path) for plan in commits for path in plan.files}
    parent = repository.commit
    with tempfile.TemporaryDirectory(prefix="codeopt-index-") as folder:
        indexed = replace(git, env={"GIT_INDEX_FILE": str(Path(folder) / "index"), **_identity(git)})
        indexed("read-tree", parent)
        for plan in commits:
            parent = _commit(indexed, repository, plan, modes=modes, parent=parent)
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


def _commit(git: Git, repository: Repository, plan: CommitPlan, *, modes: Mapping[str, bytes], parent: str) -> str:
    entries = []
    for path, content in sorted(plan.files.items()):
        full = repository.prefix + path
        blob = git("hash-object", "-w", "--stdin", f"--path={path}", stdin=content).strip()
        entries.append(modes[path] + b" " + blob + b"\t" + os.fsencode(full))
    git("update-index", "-z", "--index-info", stdin=b"\0".join(entries) + b"\0")
    tree = git("write-tree").decode().strip()
    # The message goes in as bytes: what the user set as its encoding would be claimed for it.
    plain = replace(git, settings=(*git.settings, "i18n.commitEncoding=UTF-8"))
    return plain("commit-tree", tree, "-p", parent, "-F", "-", stdin=plan.message.encode(errors="replace")).decode().strip()


def _check_name(git: Git, branch: str) -> None:
    if branch.startswith("-") or branch == "HEAD" or git.ask("check-ref-format", f"refs/heads/{branch}").status:
        raise RepositoryError(f"{branch!r} cannot be the name of a branch; write something like codeopt/faster-parse")
    if git.ask("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").status == 0:
        raise RepositoryError(f"branch {branch!r} exists already; choose another name or delete it: git branch -D {branch}")


def _mode(git: Git, repository: Repository, path: str) -> bytes:
    """Return the mode of a file in the commit, after making sure that the working tree holds the same."""
    entry = git("ls-tree", "-z", repository.commit, "--", path)
    mode = entry.split(b" ", 1)[0]
    if mode not in FILE_MODES:
        raise RepositoryError(f"{repository.root / path}: is no file of commit {repository.commit[:12]}; commit it first")
    differs = git.ask("diff", "--quiet", "--no-ext-diff", "--no-textconv", repository.commit, "--", path)
    if differs.status:
        raise RepositoryError(
            f"{repository.root / path}: differs from commit {repository.commit[:12]}, and the patch was proven on the working tree;"
            " commit it first, then run again"
        )
    return mode


def _identity(git: Git) -> dict[str, str]:
    """Return what git lacks to sign a commit: nothing where the user has set a name and an address."""
    known = all(git.ask("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT").status == 0 for role in ("AUTHOR", "COMMITTER"))
    return {} if known else {name: os.environ.get(name, value) for name, value in SELF.items()}
