"""Works jobs off: claims them, gives them to a handler, keeps their leases, tells the queue what came of them. Knows no job's meaning."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import anyio
from anyio import CancelScope, CapacityLimiter, Event, to_thread

from codeopt.bot.logs import tell
from codeopt.bot.metrics import Metrics
from codeopt.errors import CodeoptError, QueueError, UsageError
from codeopt.model.bot import Claim, Delivery, Job, JobState
from codeopt.ports import Queue

__all__ = ["Handler", "Pace", "Workers"]

LOGGER = logging.getLogger("codeopt.bot.job")
_LONGEST_TEXT = 500
_LONGEST_PAUSE_S = 30.0
_SWEEP_S = 3600.0
_T = TypeVar("_T")


class Handler(Protocol):
    """Does jobs."""

    async def handle(self, job: Job, delivery: Delivery) -> str:
        """Do a job and return its effect in a few words, such as the address of what was made.

        It may be called again for a job that was done already, when its end could not be kept: what it changes outside it looks for
        first, by `job.id`. It must not hold up the event loop: what computes or blocks runs in a thread or a process. When the worker is
        to end, or has lost the job to another one, it is cancelled.

        Raises:
            UsageError: what was asked for cannot be done, however often it is tried.
            CodeoptError: it could not be done now. Any other exception counts the same.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How work goes on: so many jobs at once, leases of so many seconds, and how long jobs may go on after a stop.

    `poll_s` is how long a worker waits before it looks for jobs that other processes queued; `keep_s` how long those that ended are kept.
    """

    workers: int = 2
    lease_s: float = 60.0
    drain_s: float = 30.0
    poll_s: float = 1.0
    keep_s: float = 30 * 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """What came of an attempt: an effect, or a fault, which is final where no further attempt can help."""

    effect: str = ""
    fault: str = ""
    final: bool = False


class Workers:
    """Works on a queue's jobs until it is stopped. All methods belong to one event loop."""

    def __init__(self, queue: Queue, handler: Handler, *, pace: Pace, metrics: Metrics) -> None:
        """Nothing is claimed before `run`."""
        self._queue, self._handler, self._pace, self._metrics = queue, handler, pace, metrics
        self._threads = CapacityLimiter(2 * pace.workers + 2)
        self._news, self._stopping = Event(), Event()
        self._running: set[CancelScope] = set()

    def news(self) -> None:
        """Have idle workers look for jobs at once."""
        self._news.set()
        self._news = Event()

    def stop(self) -> None:
        """Claim nothing more. Jobs that run may end within the time for it, then they are given back."""
        self._stopping.set()
        self.news()

    def hurry(self) -> None:
        """Stop, and give back at once what still runs."""
        self.stop()
        for scope in tuple(self._running):
            scope.cancel()

    async def run(self) -> None:
        """Work until `stop`, and return when nothing is claimed any more."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._sweep)
            group.start_soon(self._hurry_in_time)
            async with anyio.create_task_group() as slots:
                for _ in range(self._pace.workers):
                    slots.start_soon(self._slot)
            await self._stopping.wait()
            group.cancel_scope.cancel()

    async def _slot(self) -> None:
        """Work on one job after the other."""
        pause_s = self._pace.poll_s
        while not self._stopping.is_set():
            news, claim = self._news, None
            try:
                claim = await self._asked(partial(self._queue.claim, lease_s=self._pace.lease_s))
                pause_s = self._pace.poll_s
            except QueueError as error:
                tell(LOGGER, "no job can be claimed", level=logging.ERROR, reason=str(error))
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            if claim is not None:
                await self._work(claim)
            else:
                with anyio.move_on_after(pause_s):
                    await news.wait()

    async def _work(self, claim: Claim) -> None:
        """See one attempt to its end, whatever that is, and log it."""
        began, lost, end = time.perf_counter(), Event(), None
        if not self._stopping.is_set():
            with CancelScope() as scope:
                self._running.add(scope)
                try:
                    async with anyio.create_task_group() as group:
                        group.start_soon(self._hold, claim, scope, lost)
                        end = await self._attempt(claim)
                        group.cancel_scope.cancel()
                finally:
                    self._running.discard(scope)
        outcome = "lost" if end is None and lost.is_set() else await self._settled(claim, end)
        seconds = time.perf_counter() - began
        self._metrics.attempted(claim.job.kind, outcome, seconds)
        _log(claim, end, outcome, seconds)

    async def _attempt(self, claim: Claim) -> _End:
        try:
            return _End(effect=_line(await self._handler.handle(claim.job, claim.delivery)))
        except CodeoptError as error:
            return _End(fault=_line(str(error)), final=isinstance(error, UsageError))
        except Exception as error:
            LOGGER.exception("a handler broke")
            return _End(fault=f"internal error: {type(error).__name__}")

    async def _hold(self, claim: Claim, scope: CancelScope, lost: Event) -> None:
        """Renew a claim until cancelled; end its attempt when somebody else has it, or must be thought to have it."""
        held_s = time.monotonic()
        while True:
            await anyio.sleep(self._pace.lease_s / 3)
            asked_s = time.monotonic()
            try:
                held = await self._asked(partial(self._queue.renew, claim, lease_s=self._pace.lease_s))
                held_s = asked_s if held else held_s
            except QueueError as error:
                tell(LOGGER, "a claim cannot be renewed", level=logging.ERROR, job=claim.job.id, reason=str(error))
                held = asked_s - held_s < self._pace.lease_s
            if not held:
                lost.set()
                scope.cancel()

    async def _settled(self, claim: Claim, end: _End | None) -> str:
        """Tell the queue what came of an attempt, again and again while the lease may hold; return it in a word."""
        until_s, pause_s = time.monotonic() + self._pace.lease_s, 0.1
        while True:
            try:
                return await self._asked(partial(self._settle, claim, end))
            except QueueError as error:
                tell(LOGGER, "the end of a job cannot be kept", level=logging.ERROR, job=claim.job.id, reason=str(error))
                if time.monotonic() + pause_s > until_s:
                    return "lost"
            await anyio.sleep(pause_s)
            pause_s *= 2

    def _settle(self, claim: Claim, end: _End | None) -> str:
        if end is None:
            return "released" if self._queue.release(claim) else "lost"
        if not end.fault:
            return "done" if self._queue.finish(claim, end.effect) else "lost"
        state = self._queue.fail(claim, end.fault, final=end.final)
        return "lost" if state is None else "failed" if state is JobState.FAILED else "retried"

    async def _hurry_in_time(self) -> None:
        await self._stopping.wait()
        await anyio.sleep(self._pace.drain_s)
        self.hurry()

    async def _sweep(self) -> None:
        """Forget old jobs, now and every hour."""
        while True:
            try:
                dropped = await self._asked(partial(self._queue.forget, older_than_s=self._pace.keep_s))
            except QueueError as error:
                tell(LOGGER, "old jobs cannot be forgotten", level=logging.ERROR, reason=str(error))
            else:
                if dropped:
                    tell(LOGGER, "old jobs were forgotten", jobs=dropped)
            await anyio.sleep(_SWEEP_S)

    async def _asked(self, question: Callable[[], _T]) -> _T:
        """Ask the queue, in a thread."""
        return await to_thread.run_sync(question, limiter=self._threads)


def _line(text: str) -> str:
    """Return a text as one line that every database takes and that is not too long."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))[:_LONGEST_TEXT]


def _log(claim: Claim, end: _End | None, outcome: str, seconds: float) -> None:
    job = claim.job
    tell(
        LOGGER,
        "job",
        level=logging.WARNING if outcome in {"failed", "retried", "lost"} else logging.INFO,
        job=job.id,
        delivery=claim.delivery.id,
        kind=job.kind.value,
        origin=job.origin.value,
        repository=job.repository,
        installation=job.installation,
        attempt=job.attempts,
        outcome=outcome,
        effect=end.effect if end else "",
        fault=end.fault if end else "",
        seconds=round(seconds, 3),
    )
