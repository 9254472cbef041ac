"""What the GitHub of the tests holds: the App, repositories, what people and the App wrote there, and tokens."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from codeopt.adapters.fake_host import SeenDelivery
from codeopt.adapters.fake_origin import Origin

__all__ = ["APP_ID", "APP_LOGIN", "GRANTED", "CheckState", "CommentState", "Hub", "Issued", "PullState", "RepositoryState", "stamp"]

APP_ID = 4711
APP_LOGIN = "codeopt[bot]"
GRANTED = {"checks": "write", "contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write"}
_TOKEN_S = 3600.0


def stamp(seconds: float) -> str:
    """Return a time as GitHub writes it."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True, kw_only=True)
class CommentState:
    """A comment; reactions are (number, login, content)."""

    id: int
    issue: int
    login: str
    body: str
    reactions: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class PullState:
    """An issue, or (where `head` is set) a pull request."""

    number: int
    login: str
    title: str
    body: str
    created_s: float
    state: str = "open"
    closed_s: float | None = None
    merged_s: float | None = None
    head: str = ""
    head_repository: str | None = None
    head_sha: str = ""
    base: str = ""
    base_sha: str = ""


@dataclass(slots=True, kw_only=True)
class CheckState:
    """A check run."""

    id: int
    name: str
    head_sha: str
    external_id: str
    status: str = "queued"
    conclusion: str | None = None
    title: str = ""
    summary: str = ""
    text: str = ""
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RepositoryState:
    """A repository; `installation` is None where the App is not installed, `granted` what it may do there."""

    id: int
    full_name: str
    origin: Origin
    default_branch: str
    private: bool
    archived: bool
    installation: int | None
    granted: dict[str, str] = field(default_factory=lambda: dict(GRANTED))
    roles: dict[str, str] = field(default_factory=dict)
    threads: dict[int, PullState] = field(default_factory=dict)
    comments: dict[int, CommentState] = field(default_factory=dict)
    checks: dict[int, CheckState] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The part behind the slash."""
        return self.full_name.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """An installation token."""

    text: str
    installation: int
    repositories: frozenset[str]
    permissions: dict[str, str]
    expires_s: float

    def allows(self, permission: str, level: str) -> bool:
        """Whether it may do something."""
        held = self.permissions.get(permission)
        return held == "write" or (held == "read" and level == "read")


class Hub:
    """All of it. `shift_s` moves the time of the whole server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shift_s = 0.0
        self.repositories: dict[str, RepositoryState] = {}
        self.tokens: dict[str, Issued] = {}
        self.users: dict[str, int] = {}
        self.remaining = 5000
        self.base_url = ""
        self.suspended = False
        self.deliveries: list[SeenDelivery] = []
        self.webhook: Callable[[str], int] = lambda _guid: 202
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """Return a number that nothing else has."""
        return next(self._numbers)

    def now_s(self) -> float:
        """Return the server's time, in whole seconds as GitHub's are."""
        return float(int(time.time() + self.shift_s))

    def user(self, login: str) -> dict[str, Any]:
        """Return an account as it stands in answers."""
        self.users.setdefault(login.casefold(), len(self.users) + 1)
        return {"login": login, "id": self.users[login.casefold()], "type": "Bot" if login.endswith("[bot]") else "User"}

    def repository(self, full_name: str) -> RepositoryState | None:
        """Return a repository by its name, in any case."""
        return self.repositories.get(full_name.casefold())

    def deliver(self, guid: str, *, status: int, ago_s: float = 0.0, redelivery: bool = False, event: str = "push") -> int:
        """Note an attempt at a delivery, some seconds ago; return its number."""
        made = SeenDelivery(
            id=self.number(), guid=guid, event=event, delivered_s=self.now_s() - ago_s, redelivery=redelivery, status=status
        )
        self.deliveries.append(made)
        return made.id

    def issue_token(self, installation: int, repositories: frozenset[str], permissions: dict[str, str]) -> Issued:
        """Make a token, of the length that GitHub's have since 2026."""
        text = f"ghs_{APP_ID}_" + ".".join(secrets.token_urlsafe(size) for size in (20, 120, 60))
        made = Issued(
            text=text,
            installation=installation,
            repositories=repositories,
            permissions=permissions,
            expires_s=self.now_s() + _TOKEN_S,
        )
        self.tokens[text] = made
        return made

    def holder(self, text: str) -> Issued | None:
        """Return a token that is good now."""
        found = self.tokens.get(text)
        return found if found and found.expires_s > self.now_s() else None

    def pull(self, repository: RepositoryState, thread: PullState) -> PullState:
        """Bring an open pull request to where its branches are now, with the ref that holds its head."""
        head = self.repository(thread.head_repository) if thread.head_repository else None
        if thread.state == "open" and head is not None:
            thread.head_sha = head.origin.head(f"refs/heads/{thread.head}") or thread.head_sha
            thread.base_sha = repository.origin.head(f"refs/heads/{thread.base}") or thread.base_sha
            ref = f"refs/pull/{thread.number}/head"
            if head is repository:
                repository.origin.put(ref, thread.head_sha)
            elif repository.origin.head(ref) != thread.head_sha:
                repository.origin.fetch(head.origin, f"refs/heads/{thread.head}", to=ref)
        return thread
