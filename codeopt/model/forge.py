"""Nouns of a code host (a forge): repositories, people's permissions, pull requests, comments and check runs.

Nothing here knows a particular host. Times are seconds since 1970 (`_s`), in UTC.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

__all__ = [
    "BRANCH_PREFIX",
    "Annotation",
    "AnnotationLevel",
    "CheckConclusion",
    "CheckRun",
    "CheckStatus",
    "Comment",
    "FailedDelivery",
    "InstalledRepository",
    "OwnPullRequest",
    "Permission",
    "PullRequest",
    "PullRequestDraft",
    "PullRequestState",
    "Reaction",
    "RepositoryInfo",
    "RepositoryName",
    "is_key",
]

# Everything that codeopt pushes lies below this, so that it can overwrite nothing of anybody else's.
BRANCH_PREFIX = "codeopt/"

_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_])?")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_KEY = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9._:])*")
_KEY_CHARACTERS = 100


def is_key(text: str) -> bool:
    """Whether a text may be the key of something that is created: up to 100 letters, digits, `.`, `_`, `:` and single hyphens."""
    return len(text) <= _KEY_CHARACTERS and _KEY.fullmatch(text) is not None


def _check_key(key: str) -> None:
    if not is_key(key):
        msg = f"{key[:_KEY_CHARACTERS]!r} is no key: up to {_KEY_CHARACTERS} letters, digits, '.', '_', ':' and single hyphens"
        raise ValueError(msg)


class Permission(enum.StrEnum):
    """What a person may do in a repository."""

    NONE = "none"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    @property
    def may_write(self) -> bool:
        """Whether the person may push."""
        return self in {Permission.WRITE, Permission.ADMIN}


class PullRequestState(enum.StrEnum):
    """Where a pull request is in its life."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Reaction(enum.StrEnum):
    """A small picture under a comment."""

    EYES = "eyes"
    ROCKET = "rocket"
    THUMBS_UP = "+1"
    THUMBS_DOWN = "-1"
    CONFUSED = "confused"


class CheckStatus(enum.StrEnum):
    """How far a check run is."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class CheckConclusion(enum.StrEnum):
    """How a check run ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    TIMED_OUT = "timed_out"
    ACTION_REQUIRED = "action_required"


class AnnotationLevel(enum.StrEnum):
    """How an annotation is shown."""

    NOTICE = "notice"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryName:
    """What a repository is called: `owner/name`. Only names that a path or a URL can hold as they are exist."""

    owner: str
    name: str

    def __post_init__(self) -> None:
        """Reject what is no name."""
        if not _OWNER.fullmatch(self.owner) or not _NAME.fullmatch(self.name):
            msg = f"{f'{self.owner}/{self.name}'[:250]!r} is no name of a repository; write it as owner/name"
            raise ValueError(msg)

    @classmethod
    def parse(cls, text: str) -> RepositoryName:
        """Read `owner/name`.

        Raises:
            ValueError: it is no such name.
        """
        owner, _, name = text.partition("/")
        return cls(owner=owner, name=name)

    def __str__(self) -> str:
        """Return `owner/name`."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryInfo:
    """What a repository is at; `name` is spelled as the host does. `head_sha` is the commit of the default branch; None without commits."""

    name: RepositoryName
    default_branch: str
    head_sha: str | None
    private: bool
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledRepository:
    """A repository that the App is installed on; `installation` is the number of what gives it that, one for each account."""

    name: RepositoryName
    installation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDelivery:
    """A delivery to the App's webhook that no attempt brought a good answer (a status of 200 to 299).

    `id` is the number of its newest attempt, `attempted_s` when that was; `redeliveries` counts the attempts after the first, whoever asked
    for them.
    """

    id: int
    guid: str
    event: str
    attempted_s: float
    redeliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request of anybody's, to `repository`.

    `base_sha` and `head_sha` are the commits that the host compares. `head_repository` is where the head branch lies: another one for a
    fork, None for one that is gone. `author` is a login. `key` is that of codeopt's own, None for all others. `body` is without the key.
    """

    repository: RepositoryName
    number: int
    key: str | None
    state: PullRequestState
    title: str
    body: str
    author: str
    base_branch: str
    base_sha: str
    head_branch: str
    head_sha: str
    head_repository: RepositoryName | None
    url: str

    @property
    def from_fork(self) -> bool:
        """Whether its code comes from elsewhere, so that people without any right to the repository may have written it."""
        here, head = str(self.repository).casefold(), str(self.head_repository).casefold()
        return here != head

    @property
    def head_ref(self) -> str:
        """The ref in `repository` that holds the head commit, for forks as well."""
        return f"refs/pull/{self.number}/head"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPullRequest:
    """A pull request of codeopt's own in a list of them. `key` is None where somebody took it out of the text."""

    number: int
    key: str | None
    state: PullRequestState
    title: str
    created_s: float
    closed_s: float | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestDraft:
    """A pull request to be opened, once for its `key`, from a branch of codeopt's in the repository itself; `body` is Markdown."""

    key: str
    title: str
    body: str
    head_branch: str
    base_branch: str

    def __post_init__(self) -> None:
        """Reject keys and branches that cannot be codeopt's."""
        _check_key(self.key)
        if not self.head_branch.startswith(BRANCH_PREFIX):
            msg = f"{self.head_branch!r} is no branch of codeopt's: those begin with {BRANCH_PREFIX}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of codeopt's own on an issue or a pull request; `body` is Markdown, without the key."""

    id: int
    key: str
    body: str
    url: str

    def __post_init__(self) -> None:
        """Reject what is no key."""
        _check_key(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark on lines of a file in a check run; lines count from 1."""

    path: str
    start_line: int
    end_line: int
    level: AnnotationLevel
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """What the check run of a commit is to say; there is one for each `key` and commit.

    `conclusion` belongs to a completed one, and so do `annotations`: a host adds them to those that are there, so they are given once, all
    of them. `summary` and `text` are Markdown.
    """

    key: str
    name: str
    head_sha: str
    status: CheckStatus
    conclusion: CheckConclusion | None = None
    title: str
    summary: str
    text: str = ""
    annotations: tuple[Annotation, ...] = ()

    def __post_init__(self) -> None:
        """Restore tuples, and reject runs that a host would."""
        object.__setattr__(self, "annotations", tuple(self.annotations))
        _check_key(self.key)
        if (self.conclusion is not None) != (self.status is CheckStatus.COMPLETED):
            msg = f"a check run that is {self.status} with the conclusion {self.conclusion}: a completed one has one, and no other"
            raise ValueError(msg)
        if self.annotations and self.conclusion is None:
            msg = "annotations belong to a completed check run: a host cannot take them back"
            raise ValueError(msg)
