"""The seams of codeopt: every outside system is reached through one of these protocols.

Each has a fake that ships (`codeopt.adapters.fake_*`, and `memory` in `adapters.store` and `adapters.queue`) and a conformance suite
(`tests/conformance/`) that every implementation passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from codeopt.model.bot import Claim, Counts, Delivery, Job, JobState
from codeopt.model.evidence import Machine, Verdict, Weather
from codeopt.model.patch import Candidate
from codeopt.model.proposal import Proposal, ProposalRequest
from codeopt.model.report import RunInfo
from codeopt.model.work import Command, Environment, ExecResult

__all__ = ["Channel", "Proposer", "Queue", "Reporter", "Sandbox", "SandboxProvider", "Store"]


class Proposer(Protocol):
    """Something that proposes patches."""

    @property
    def name(self) -> str:
        """`rules`, `model` or `fake`."""
        ...

    @property
    def busy_here(self) -> bool:
        """Whether proposing loads this machine, so that nothing may be measured meanwhile."""
        ...

    async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
        """Answer with up to `request.samples` proposals; a useless answer is a `Proposal` with a `problem`.

        Raises:
            EndpointUnavailable: nothing could be asked.
        """
        ...


class Channel(Protocol):
    """Frames to and from a program in a sandbox, over a pipe of their own.

    A frame is a 4-byte big-endian length and that many bytes. Nothing that is received is executed.
    """

    def send(self, frame: bytes) -> None:
        """Send one frame.

        Raises:
            ContestantError: the program is gone.
            SandboxUnavailable: the sandbox is gone.
        """
        ...

    def receive(self, *, timeout_s: float, limit_bytes: int = 64_000_000) -> bytes:
        """Wait for one frame.

        Raises:
            ContestantError: the program is gone, is too slow, or announces more than `limit_bytes`.
            SandboxUnavailable: the sandbox is gone.
        """
        ...


class Sandbox(Protocol):
    """One tree, in a place where its code may run. Not to be shared between threads, but for `close` of its provider.

    `tree`, `out` and `tools` are absolute paths as programs in the sandbox see them: the repository, a folder that they may write,
    and codeopt's own programs (read-only). `python` is the interpreter.
    """

    tree: str
    out: str
    tools: str
    python: str

    def run(self, command: Command) -> ExecResult:
        """Run a command to its end, or kill it with all its children at `timeout_s`.

        Raises:
            SandboxUnavailable: the sandbox is gone; never because of what the command did.
        """
        ...

    def open_channel(self, command: Command) -> AbstractContextManager[Channel]:
        """Start a program whose standard input and output are a `Channel`; leaving the context kills it.

        `timeout_s` bounds its whole life; `stdin` is not used.
        """
        ...

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, by absolute path within `out`."""
        ...

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return the bytes of a file within `out`; None when it does not exist, is no regular file, or is larger."""
        ...

    def renew(self) -> None:
        """End every program, and put the tree, `out` and every other place that programs may write back as they were at the opening.

        Nothing that a program left remains, and nothing that `write` put into `out`. What it costs may fall due at the next operation.

        Raises:
            ContestantError: an earlier program brought the sandbox down.
            SandboxUnavailable: the sandbox is gone.
            ValueError: a channel is open.
        """
        ...

    def cpu_s(self) -> float | None:
        """Return the processor seconds that all programs of the sandbox have used so far, by the system's count rather than theirs.

        Only differences mean anything, and only between two readings without a `renew` in between. None where it cannot be told.
        """
        ...

    def queued_s(self) -> float | None:
        """Return the seconds that programs which are alive now have been ready to run and had no core; None where it cannot be told.

        What is neither this nor processor time is time in which they slept, or waited for something. Differences are meant, as above.
        """
        ...

    def peak_bytes(self) -> int | None:
        """Return the most memory that one program which is alive now has held at once; None where it cannot be told."""
        ...


class SandboxProvider(Protocol):
    """Makes sandboxes of one repository snapshot."""

    @property
    def name(self) -> str:
        """`docker` or `local`."""
        ...

    @property
    def isolates(self) -> bool:
        """Whether untrusted code may run in it."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know of the environment, one line each; complete after `prepare`."""
        ...

    def prepare(self, environment: Environment) -> None:
        """Make the environment ready (build or find the image); the only step with a network.

        Raises:
            SandboxUnavailable: it cannot be made, with the reason.
        """
        ...

    def open(self, overlay: Mapping[str, bytes], *, cores: int | None = None) -> AbstractContextManager[Sandbox]:
        """Open a sandbox on a fresh copy of the snapshot with the files of `overlay` (path in the tree to bytes) laid over it.

        With `cores`, all its programs share so many cores, the same ones for all sandboxes of the provider, so that further threads and
        processes gain nothing; None means all that there are. May be called from several threads.
        """
        ...

    def machine(self) -> Machine:
        """Say what measurements are taken on. Only after `prepare`."""
        ...

    def weather(self) -> Weather | None:
        """Say how busy that machine is now; None where it cannot be told, as with an engine on another machine."""
        ...

    def close(self) -> None:
        """Remove all that this provider made and that is not a cache; safe to call twice and from another thread."""
        ...


class Store(Protocol):
    """What a run knows, durable once a method returns. Keys are content keys: writing one twice keeps the first.

    Raises:
        StoreError: from every method, when the folder cannot be written or read.
    """

    def start(self, info: RunInfo) -> None:
        """Remember a new run."""
        ...

    def info(self) -> RunInfo:
        """Return what `start` was given."""
        ...

    def put_candidate(self, candidate: Candidate) -> None:
        """Keep a candidate under its key."""
        ...

    def candidate(self, key: str) -> Candidate | None:
        """Return a candidate."""
        ...

    def candidates(self) -> tuple[Candidate, ...]:
        """Return all candidates in the order in which they were kept."""
        ...

    def put_verdict(self, key: str, stage: str, verdict: Verdict) -> None:
        """Keep the verdict of candidate `key` at `stage` (`screen` or `full`)."""
        ...

    def verdict(self, key: str, stage: str) -> Verdict | None:
        """Return a verdict."""
        ...

    def put_value(self, name: str, value: bytes) -> None:
        """Keep any other bytes (recordings, answers, profiles) under a name; the last one wins."""
        ...

    def value(self, name: str) -> bytes | None:
        """Return bytes kept by `put_value`."""
        ...

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the names of values that start with `prefix`, sorted."""
        ...


class Reporter(Protocol):
    """Tells a person what is going on; must not fail, and decides nothing."""

    def stage(self, name: str, detail: str = "") -> None:
        """A stage begins: survey, prepare, baseline, profile, record, propose, verify, confirm."""
        ...

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        """A candidate has a verdict."""
        ...

    def note(self, text: str) -> None:
        """Something that the user should know."""
        ...

    def progress(self, done: int, total: int, unit: str) -> None:
        """How far the current stage is."""
        ...


class Queue(Protocol):
    """The bot's jobs, durable once a method returns; for several threads and, in a database, several processes. Methods raise QueueError.

    Jobs of a lane (`Job.lane`: a repository) run one at a time, in the order in which they were offered; one that waits for another
    attempt holds up the later ones. Lanes run in parallel, the one that has waited longest first.
    A delivery makes its job once, however often it is offered. A job is *started* at least once: a worker may die after acting and before
    `finish`, and the job is claimed again. It is *finished* once, its effect kept in the same step. For the outside to see one effect
    too, each call that changes something there carries `Job.id`, and looks for what bears it before it makes anything. A worker whose
    lease lapsed may still be at work when another has the job: what it then says of it is not heard.
    """

    def offer(self, delivery: Delivery, job: Job) -> bool:
        """Keep a delivery and its job; False where a delivery of that id, or of that content key, was kept before."""
        ...

    def claim(self, *, lease_s: float) -> Claim | None:
        """Take the next job that is due; None where there is none. One whose lease lapsed is due, or FAILED if it had its attempts."""
        ...

    def renew(self, claim: Claim, *, lease_s: float) -> bool:
        """Hold a claim for so many seconds from now; False where it is lost."""
        ...

    def finish(self, claim: Claim, effect: str) -> bool:
        """Keep that a job is DONE, and what came of it; False, and nothing kept, where the claim is lost."""
        ...

    def fail(self, claim: Claim, fault: str, *, final: bool = False) -> JobState | None:
        """Keep that an attempt failed: WAITING for another, or FAILED when it was the last or is `final`. None where the claim is lost."""
        ...

    def release(self, claim: Claim) -> bool:
        """Give a job back as if it had not been claimed; False where the claim is lost."""
        ...

    def jobs(self, lane: str) -> tuple[Job, ...]:
        """Return the jobs of a lane, ended ones too, in the order in which they were offered."""
        ...

    def counts(self) -> Counts:
        """Count jobs by state."""
        ...

    def forget(self, *, older_than_s: float) -> int:
        """Drop the jobs that ended longer ago, with their deliveries, and say how many; offered again, such a delivery is new."""
        ...

    def close(self) -> None:
        """Let go of the database; safe to call twice."""
        ...
