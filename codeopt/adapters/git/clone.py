"""A clone that nobody else works in: who signs in it, which commit lies in its working tree, and what lies between two commits."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from codeopt.adapters.git.repository import Repository, git_in
from codeopt.errors import PatchError

__all__ = ["check_out", "diff_between", "move", "sign_as", "signer_of"]


def sign_as(repository: Repository, name: str, address: str) -> None:
    """Have commits that are made in a clone bear a name and an address, whatever the user's own are.

    Raises:
        RepositoryError: its configuration cannot be written.
    """
    git = git_in(repository.root)
    git("config", "--local", "user.name", name)
    git("config", "--local", "user.email", address)


def signer_of(repository: Repository, commit: str) -> str:
    """Return the address of who made a commit, as the commit says; anybody can write anything there.

    Raises:
        RepositoryError: there is no such commit.
    """
    return git_in(repository.root)("log", "-1", "--format=%ce", "--end-of-options", commit).decode(errors="replace").strip()


def check_out(repository: Repository, commit: str) -> None:
    """Have the working tree hold a commit, with a detached HEAD.

    Raises:
        RepositoryError: there is no such commit, or the files cannot be written.
    """
    git_in(repository.root)("checkout", "--quiet", "--detach", "--force", commit, "--")


def diff_between(repository: Repository, base: str, head: str) -> bytes:
    """Return what changes from one commit to another, as a diff that `git apply` takes.

    Raises:
        RepositoryError: there is no such commit.
    """
    words = ("diff", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", base, head, "--")
    return git_in(repository.root)(*words)


def move(repository: Repository, head: str, *, since: str, onto: str) -> str:
    """Make one commit on top of `onto` of what `head` changes since another commit, with the message of `head`; return its name.

    No branch and no file of the working tree changes.

    Raises:
        PatchError: the change does not apply there.
        RepositoryError: there is no such commit.
    """
    git = git_in(repository.root)
    message = git("log", "-1", "--format=%B", "--end-of-options", head)
    with tempfile.TemporaryDirectory(prefix="codeopt-index-") as folder:
        indexed = replace(git, env={"GIT_INDEX_FILE": str(Path(folder) / "index")})
        indexed("read-tree", onto)
        applied = indexed.ask("apply", "--cached", "-", stdin=diff_between(repository, since, head))
        if applied.status:
            raise PatchError(f"{head[:12]} does not apply on {onto[:12]}: {applied.problem}")
        tree = indexed("write-tree").decode().strip()
    return git("commit-tree", tree, "-p", onto, "-F", "-", stdin=message).decode().strip()
