"""Nouns of `codeopt bot`: what GitHub delivers, the jobs that come of it, and how a queue holds them."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Claim", "Counts", "Delivery", "Job", "JobKind", "JobOrigin", "JobState", "Offer", "Retries"]


class JobKind(enum.StrEnum):
    """What is to be done.

    `FOLLOW` is a default branch that moved: what the repository's `.github/codeopt.toml` asks for on a push, and a second look at the open
    pull requests of codeopt itself. `INSTALLED` and `REMOVED` are repositories that codeopt was given, and that were taken from it.
    """

    OPTIMIZE = "optimize"
    VERIFY = "verify"
    CHECK = "check"
    HELP = "help"
    FOLLOW = "follow"
    INSTALLED = "installed"
    REMOVED = "removed"


class JobOrigin(enum.StrEnum):
    """Why a job is there."""

    COMMENT = "comment"
    PULL_REQUEST = "pull request"
    PUSH = "push"
    INSTALLATION = "installation"
    SCHEDULE = "schedule"


class JobState(enum.StrEnum):
    """Where a job is: WAITING for its turn or for another attempt, RUNNING under a lease, or at its end, DONE or FAILED."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event as it was delivered.

    `id` is the sender's (X-GitHub-Delivery; `schedule:...` where a clock is the sender). `content_key` is the same for whatever tells of
    the same event, under whichever id. `repository` is the full name, empty where the event is about an installation alone.
    `received_s` is seconds since the epoch, `payload` the body byte for byte.
    """

    id: str
    event: str
    action: str
    content_key: str
    repository: str
    installation: int
    received_s: float
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to do for a repository.

    `id` is made of the content of the event, so the same event makes the same job: what the job changes at the forge bears it. `number` is
    the issue or pull request (0: none), `comment` the comment's own number (0: none), `commit` the full SHA that the event is about
    (empty: none, the forge is asked). `asked_by` is a login; an event does not show that it may ask, so the forge is asked for its
    rights. `attempts` counts claims, `effect` says what came of a DONE job, `fault` why the last attempt failed.
    """

    id: str
    repository: str
    installation: int
    kind: JobKind
    origin: JobOrigin
    asked_by: str
    arguments: tuple[str, ...] = ()
    number: int = 0
    comment: int = 0
    commit: str = ""
    state: JobState = JobState.WAITING
    attempts: int = 0
    effect: str = ""
    fault: str = ""

    def __post_init__(self) -> None:
        """Restore the tuple that a serializer turned into a list."""
        object.__setattr__(self, "arguments", tuple(self.arguments))

    @property
    def lane(self) -> str:
        """What jobs wait in line for: one job of a lane runs at a time, in the order in which they came."""
        return self.repository or f"installation/{self.installation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in a worker's hands. `token` is good until the lease lapses and somebody else claims the job."""

    job: Job
    delivery: Delivery
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many jobs there are in each state, and how many seconds the oldest waiting one has been there (0 when none waits)."""

    jobs: Mapping[JobState, int]
    oldest_waiting_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a job is tried, and how long it waits in between: `first_s`, then twice as long each time, up to `longest_s`."""

    attempts: int = 5
    first_s: float = 15.0
    longest_s: float = 900.0

    def delay_s(self, job: str, attempt: int) -> float:
        """Return the seconds to wait after a job's failed attempt (the first is 1), off by up to a quarter that differs from job to job."""
        whole = min(self.longest_s, self.first_s * 2.0 ** min(attempt - 1, 60))
        share = zlib.crc32(f"{job}/{attempt}".encode()) / 2**32
        return whole * (0.75 + share / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What became of a proven patch: the address of its pull request, or the reason why it has none. `key` is the candidate's."""

    key: str
    url: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Reject an offer that says both, or nothing."""
        if bool(self.url) == bool(self.reason):
            msg = "an offer has either the address of a pull request or the reason why there is none"
            raise ValueError(msg)
