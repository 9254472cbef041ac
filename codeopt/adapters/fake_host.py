"""A code host in memory, from the side of people: what they write, open and close, and what they see there. `FakeForge` is the App's side.

Repositories are bare ones on disk, which can be cloned and pushed to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from codeopt.adapters.fake_origin import Origin
from codeopt.errors import ForgeRefused
from codeopt.model.forge import (
    CheckRun,
    InstalledRepository,
    Permission,
    PullRequest,
    PullRequestState,
    Reaction,
    RepositoryName,
)

__all__ = ["BOT", "FakeHost", "HostedRepository", "SeenComment", "SeenDelivery"]

BOT = "codeopt[bot]"
_WEB = "https://forge.example"
_REDELIVERED_S = 3 * 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenComment:
    """A comment as it stands there. `key` is None for one of somebody else's; `reactions` are the App's."""

    id: int
    number: int
    author: str
    body: str
    key: str | None = None
    reactions: frozenset[Reaction] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDelivery:
    """An attempt at a delivery to the App's webhook, and the status that it was answered with; 0 where nobody answered."""

    id: int
    guid: str
    event: str
    delivered_s: float
    redelivery: bool
    status: int


@dataclass(slots=True, kw_only=True)
class HostedRepository:
    """A repository and all that was written there."""

    name: RepositoryName
    origin: Origin
    default_branch: str
    private: bool
    archived: bool
    installed: bool = True
    permissions: dict[str, Permission] = field(default_factory=dict)
    issues: set[int] = field(default_factory=set)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    opened_s: dict[int, float] = field(default_factory=dict)
    closed_s: dict[int, float] = field(default_factory=dict)
    comments: dict[int, SeenComment] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)

    def url(self, number: int) -> str:
        """Return the page of an issue or pull request."""
        return f"{_WEB}/{self.name}/pull/{number}"

    def pull(self, number: int) -> PullRequest:
        """Return a pull request; an open one is at what its branches are at now.

        Raises:
            ForgeRefused: there is none.
        """
        if number not in self.pulls:
            raise ForgeRefused(f"{self.name}: there is no pull request #{number}; check the number")
        return self.pulls[number]


class FakeHost:
    """All repositories. `folder` takes the bare ones; `now_s` is the time, which a test may move.

    `webhook` is called with the GUID of what is delivered again, and returns the status that it is answered with.
    """

    def __init__(self, folder: Path, *, now_s: float = 1_767_225_600.0) -> None:
        """Start without repositories."""
        self.now_s = now_s
        self._folder = folder
        self._repositories: dict[str, HostedRepository] = {}
        self._numbers = itertools.count(1)
        self._deliveries: dict[int, SeenDelivery] = {}
        self.webhook: Callable[[str], int] = lambda _guid: 202

    def number(self) -> int:
        """Return a number that nothing else has."""
        return next(self._numbers)

    def hosted(self, name: RepositoryName | str) -> HostedRepository:
        """Return a repository.

        Raises:
            ForgeRefused: there is none, or the App is not installed on it.
        """
        there = self._repositories.get(str(name).casefold())
        if there is None or not there.installed:
            raise ForgeRefused(f"{_WEB}: the App is not installed on {name}; install it from the App's page")
        return there

    def installed(self) -> tuple[InstalledRepository, ...]:
        """Return the repositories that the App is installed on, by name, without the archived ones."""
        owners = list(dict.fromkeys(there.name.owner.casefold() for there in self._repositories.values()))
        return tuple(
            InstalledRepository(name=there.name, installation=1 + owners.index(there.name.owner.casefold()))
            for _, there in sorted(self._repositories.items())
            if there.installed and not there.archived
        )

    def add_repository(
        self, name: str, files: Mapping[str, str], *, default_branch: str = "main", private: bool = False, archived: bool = False
    ) -> Origin:
        """Make a repository that the App is installed on, with one commit unless there are no files; return its bare repository."""
        origin = Origin(self._folder / f"{name}.git")
        origin.git("symbolic-ref", "HEAD", f"refs/heads/{default_branch}")
        if files:
            origin.commit(files, branch=default_branch, message="begin")
        known = RepositoryName.parse(name)
        made = HostedRepository(name=known, origin=origin, default_branch=default_branch, private=private, archived=archived)
        self._repositories[name.casefold()] = made
        return origin

    def uninstall(self, name: str) -> None:
        """Take the App off a repository."""
        self.hosted(name).installed = False

    def permit(self, name: str, login: str, permission: Permission) -> None:
        """Give a person a permission."""
        self.hosted(name).permissions[login.casefold()] = permission

    def add_issue(self, name: str) -> int:
        """Have somebody open an issue; return its number."""
        number = self.number()
        self.hosted(name).issues.add(number)
        return number

    def add_comment(self, name: str, number: int, *, author: str, body: str) -> int:
        """Have a person comment on an issue or pull request; return the comment's number."""
        comment = SeenComment(id=self.number(), number=number, author=author, body=body)
        self.hosted(name).comments[comment.id] = comment
        return comment.id

    def add_pull_request(self, name: str, *, author: str, branch: str, body: str = "", fork: str | None = None) -> int:
        """Have a person open a pull request to the default branch, from a branch of the repository itself or of that fork."""
        there = self.hosted(name)
        head = self.hosted(fork or name)
        return self.open(there, head, author=author, key=None, title="change", body=body, branch=branch, base=there.default_branch).number

    def close(self, name: str, number: int, *, merged: bool = False) -> None:
        """Have a person close or merge a pull request."""
        there = self.hosted(name)
        state = PullRequestState.MERGED if merged else PullRequestState.CLOSED
        there.pulls[number] = replace(there.pull(number), state=state)
        there.closed_s[number] = self.now_s

    def add_delivery(self, guid: str, *, status: int, ago_s: float = 0.0, redelivery: bool = False, event: str = "push") -> int:
        """Have the webhook been delivered to some seconds ago; return the attempt's number."""
        number = self.number()
        self._deliveries[number] = SeenDelivery(
            id=number, guid=guid, event=event, delivered_s=self.now_s - ago_s, redelivery=redelivery, status=status
        )
        return number

    def deliveries(self) -> tuple[SeenDelivery, ...]:
        """Return all attempts at deliveries, in the order in which they were made."""
        return tuple(sorted(self._deliveries.values(), key=lambda one: (one.delivered_s, one.id)))

    def redeliver(self, number: int) -> None:
        """Make a delivery again.

        Raises:
            ForgeRefused: there is none of that number, or it is older than three days.
        """
        known = self._deliveries.get(number)
        if known is None or known.delivered_s < self.now_s - _REDELIVERED_S:
            raise ForgeRefused(f"{_WEB}: there is no delivery {number} of the last three days; list them anew")
        self.add_delivery(known.guid, status=self.webhook(known.guid), redelivery=True, event=known.event)

    def comments(self, name: str, number: int) -> tuple[SeenComment, ...]:
        """Return the comments on an issue or pull request, in order."""
        return tuple(comment for comment in self.hosted(name).comments.values() if comment.number == number)

    def checks(self, name: str) -> tuple[CheckRun, ...]:
        """Return the check runs, in order."""
        return tuple(self.hosted(name).checks.values())

    def pull_requests(self, name: str) -> tuple[PullRequest, ...]:
        """Return all pull requests, in order."""
        there = self.hosted(name)
        return tuple(self.current(there, number) for number in there.pulls)

    def current(self, there: HostedRepository, number: int) -> PullRequest:
        """Return a pull request as it is now: an open one follows its branches.

        Raises:
            ForgeRefused: there is none.
        """
        kept = there.pull(number)
        if kept.state is not PullRequestState.OPEN or kept.head_repository is None:
            return kept
        head = self.hosted(kept.head_repository).origin.head(f"refs/heads/{kept.head_branch}") or kept.head_sha
        base = there.origin.head(f"refs/heads/{kept.base_branch}") or kept.base_sha
        there.pulls[number] = replace(kept, head_sha=head, base_sha=base)
        self._hold(there, number)
        return there.pulls[number]

    def open(
        self,
        there: HostedRepository,
        head: HostedRepository,
        *,
        author: str,
        key: str | None,
        title: str,
        body: str,
        branch: str,
        base: str,
    ) -> PullRequest:
        """Open a pull request from a branch of `head` to the branch `base`.

        Raises:
            ForgeRefused: a branch is not there, or there is nothing between them.
        """
        head_sha, base_sha = head.origin.head(f"refs/heads/{branch}"), there.origin.head(f"refs/heads/{base}")
        if head_sha is None or base_sha is None or head_sha == base_sha:
            raise ForgeRefused(f"{there.name}: no pull request from {branch} to {base}: a branch is not there, or nothing is between them")
        number = self.number()
        there.opened_s[number] = self.now_s
        there.pulls[number] = PullRequest(
            repository=there.name,
            number=number,
            key=key,
            state=PullRequestState.OPEN,
            title=title,
            body=body,
            author=author,
            base_branch=base,
            base_sha=base_sha,
            head_branch=branch,
            head_sha=head_sha,
            head_repository=head.name,
            url=there.url(number),
        )
        self._hold(there, number)
        return there.pulls[number]

    def _hold(self, there: HostedRepository, number: int) -> None:
        """Keep the ref of a pull request's head, which also those can fetch who have no way to the fork."""
        pull = there.pulls[number]
        if pull.head_repository is not None and there.origin.head(pull.head_ref) != pull.head_sha:
            there.origin.fetch(self.hosted(pull.head_repository).origin, f"refs/heads/{pull.head_branch}", to=pull.head_ref)
