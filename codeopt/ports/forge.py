"""The seam to a code host; the others are in `codeopt.ports`.

Its fake is `codeopt.adapters.fake_forge`, its conformance suite `tests/conformance/forge_suite.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from codeopt.model.access import GitAccess
from codeopt.model.forge import (
    CheckRun,
    Comment,
    FailedDelivery,
    InstalledRepository,
    OwnPullRequest,
    Permission,
    PullRequest,
    PullRequestDraft,
    Reaction,
    RepositoryInfo,
    RepositoryName,
)

__all__ = ["Forge"]


class Forge(Protocol):
    """A code host, as far as the bot needs one.

    Asynchronous, as `Proposer` is: its calls wait for a network, and for a host that asks to wait, and must hold up neither the service's
    other work nor its shutdown. Belongs to one event loop.

    Whatever is created has a key, and is made once for it: a repeat, after a crash or a lost answer, finds what the first attempt made.
    Only what the App itself made counts, whatever others write into their texts. Git itself (clone, push) is the work of
    `codeopt.adapters.git`, by the access that `git_access` gives.

    Every method raises:
        ForgeUnavailable: it cannot be asked now; with `retry_after_s` where it asks to wait for longer than is waited here.
        ForgeRefused: it will not do this: the App is not installed on the repository, lacks a permission, or there is no such thing.
    """

    async def repositories(self) -> Sequence[InstalledRepository]:
        """Return the repositories that the App is installed on, by name, without archived ones and suspended installations.

        An installation that refuses is passed over, so that it does not stand in the way of all others.
        """
        ...

    async def failed_deliveries(self, since_s: float) -> Sequence[FailedDelivery]:
        """Return what was first delivered to the App's webhook since a time and never had a good answer, oldest first.

        Of a host with very many deliveries the newest alone are looked at.
        """
        ...

    async def redeliver(self, delivery_id: int) -> None:
        """Have a delivery made again, with the id that it had; there may be two of it when an answer is lost.

        Raises:
            ForgeRefused: there is none of that number, or it is too old.
        """
        ...

    async def repository(self, repository: RepositoryName) -> RepositoryInfo:
        """Return what a repository is at."""
        ...

    async def permission(self, repository: RepositoryName, login: str) -> Permission:
        """Return what a person may do in a repository; NONE for nobody."""
        ...

    async def branch_head(self, repository: RepositoryName, branch: str) -> str | None:
        """Return the commit that a branch is at; None when there is no such branch."""
        ...

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str, limit_bytes: int = 1_000_000) -> bytes | None:
        """Return a file as it is at a branch or commit; None when it is not there or is no file.

        Raises:
            ForgeRefused: it is larger than `limit_bytes`.
        """
        ...

    async def pull_request(self, repository: RepositoryName, number: int) -> PullRequest:
        """Return a pull request."""
        ...

    async def own_pull_requests(self, repository: RepositoryName) -> Sequence[OwnPullRequest]:
        """Return all pull requests that the App has opened, open and closed ones, the newest first."""
        ...

    async def open_pull_request(self, repository: RepositoryName, draft: PullRequestDraft) -> PullRequest:
        """Open a pull request, or return the one that the App opened from the same branch before, whatever became of it since."""
        ...

    async def update_pull_request(self, repository: RepositoryName, number: int, *, key: str, title: str, body: str) -> None:
        """Give one of the App's own pull requests another title and text.

        Raises:
            ForgeRefused: it is somebody else's.
        """
        ...

    async def close_pull_request(self, repository: RepositoryName, number: int) -> None:
        """Close one of the App's own pull requests; one that is closed or merged stays as it is.

        Raises:
            ForgeRefused: it is somebody else's.
        """
        ...

    async def put_comment(self, repository: RepositoryName, number: int, *, key: str, body: str) -> Comment:
        """Write the comment of that key on an issue or a pull request: a new one, or another text in the one that is there."""
        ...

    async def react(self, repository: RepositoryName, comment_id: int, reaction: Reaction) -> None:
        """Put a reaction under a comment of anybody's; it is there once, however often it is put there."""
        ...

    async def unreact(self, repository: RepositoryName, comment_id: int, reaction: Reaction) -> None:
        """Take the App's own reaction away again; nothing happens where there is none."""
        ...

    async def put_check(self, repository: RepositoryName, check: CheckRun) -> int:
        """Make the check run of that key and commit say this, and return its number: a new one, or the one that is there.

        Annotations that are there already, from an attempt before, are not made again.
        """
        ...

    async def git_access(self, repository: RepositoryName, *, push: bool) -> GitAccess:
        """Return git's way to a repository, good for that one alone and for some ten minutes at least; `push` asks for one that may."""
        ...
