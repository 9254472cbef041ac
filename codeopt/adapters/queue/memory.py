"""A queue that forgets when the process ends: for tests, and for looking at what would be done."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import itemgetter

from codeopt.model.bot import Claim, Counts, Delivery, Job, JobState, Retries

__all__ = ["MemoryQueue"]

_ENDED = (JobState.DONE, JobState.FAILED)


@dataclass(slots=True)
class _Entry:
    delivery: Delivery
    job: Job
    since_s: float


@dataclass(slots=True)
class _Lane:
    """`due_s` is when the first job that has not ended may be claimed: now, after a pause, or when its lease lapses. None: no such job."""

    entries: list[_Entry] = field(default_factory=list)
    due_s: float | None = None
    token: str | None = None

    def first(self) -> _Entry | None:
        return next((entry for entry in self.entries if entry.job.state not in _ENDED), None)


class MemoryQueue:
    """`ports.Queue` in dictionaries; usable from several threads."""

    def __init__(self, *, retries: Retries | None = None, clock: Callable[[], float] = time.time) -> None:
        """Start empty; `clock` tells seconds."""
        self._retries, self._clock = retries or Retries(), clock
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}
        self._known: set[tuple[str, str]] = set()

    def offer(self, delivery: Delivery, job: Job) -> bool:
        """Keep a delivery and its job; False where it was kept before."""
        with self._lock:
            keys = {("id", delivery.id), ("content", delivery.content_key)}
            if keys & self._known:
                return False
            self._known |= keys
            lane, now = self._lanes.setdefault(job.lane, _Lane()), self._clock()
            lane.entries.append(_Entry(delivery, replace(job, state=JobState.WAITING, attempts=0, effect="", fault=""), now))
            lane.due_s = now if lane.due_s is None else lane.due_s
            return True

    def claim(self, *, lease_s: float) -> Claim | None:
        """Take the next job that is due; None where there is none."""
        with self._lock:
            now = self._clock()
            for _, lane in sorted(self._due(now), key=itemgetter(0)):
                if entry := self._next(lane, now):
                    entry.job = replace(entry.job, state=JobState.RUNNING, attempts=entry.job.attempts + 1)
                    lane.token, lane.due_s = secrets.token_hex(16), now + lease_s
                    return Claim(job=entry.job, delivery=entry.delivery, token=lane.token)
            return None

    def _due(self, now: float) -> Iterator[tuple[tuple[float, str], _Lane]]:
        return (((lane.due_s, name), lane) for name, lane in self._lanes.items() if lane.due_s is not None and lane.due_s <= now)

    def _next(self, lane: _Lane, now: float) -> _Entry | None:
        """Return the lane's first job that has attempts left; those before it, whose workers never came to an end, have failed."""
        while entry := lane.first():
            if entry.job.attempts < self._retries.attempts:
                return entry
            fault = entry.job.fault or f"its worker was lost {entry.job.attempts} times"
            self._settle(lane, entry, replace(entry.job, state=JobState.FAILED, fault=fault), now)
        return None

    def renew(self, claim: Claim, *, lease_s: float) -> bool:
        """Hold a claim for so many seconds from now; False where it is lost."""
        with self._lock:
            held = self._held(claim)
            if held is not None:
                held[0].due_s = self._clock() + lease_s
            return held is not None

    def finish(self, claim: Claim, effect: str) -> bool:
        """Keep that a job is DONE; False where the claim is lost."""
        return self._end(claim, lambda job: (replace(job, state=JobState.DONE, effect=effect, fault=""), 0.0)) is not None

    def fail(self, claim: Claim, fault: str, *, final: bool = False) -> JobState | None:
        """Keep that an attempt failed; None where the claim is lost."""

        def failed(job: Job) -> tuple[Job, float]:
            if final or job.attempts >= self._retries.attempts:
                return replace(job, state=JobState.FAILED, fault=fault), 0.0
            return replace(job, state=JobState.WAITING, fault=fault), self._retries.delay_s(job.id, job.attempts)

        return self._end(claim, failed)

    def release(self, claim: Claim) -> bool:
        """Give a job back as if it had not been claimed; False where the claim is lost."""
        return self._end(claim, lambda job: (replace(job, state=JobState.WAITING, attempts=job.attempts - 1), 0.0)) is not None

    def jobs(self, lane: str) -> tuple[Job, ...]:
        """Return the jobs of a lane in the order in which they were offered."""
        with self._lock:
            return tuple(entry.job for entry in self._lanes.get(lane, _Lane()).entries)

    def counts(self) -> Counts:
        """Count jobs by state."""
        with self._lock:
            entries = [entry for lane in self._lanes.values() for entry in lane.entries]
            found = Counter(entry.job.state for entry in entries)
            waiting = [self._clock() - entry.since_s for entry in entries if entry.job.state == JobState.WAITING]
            return Counts(jobs={state: found[state] for state in JobState}, oldest_waiting_s=max(waiting, default=0.0))

    def forget(self, *, older_than_s: float) -> int:
        """Drop the jobs that ended longer ago, with their deliveries, and say how many."""
        with self._lock:
            before, dropped = self._clock() - older_than_s, 0
            for lane in self._lanes.values():
                old = [entry for entry in lane.entries if entry.job.state in _ENDED and entry.since_s < before]
                lane.entries = [entry for entry in lane.entries if entry not in old]
                self._known -= {key for entry in old for key in (("id", entry.delivery.id), ("content", entry.delivery.content_key))}
                dropped += len(old)
            return dropped

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _held(self, claim: Claim) -> tuple[_Lane, _Entry] | None:
        lane = self._lanes.get(claim.job.lane)
        entry = lane.first() if lane is not None and lane.token == claim.token else None
        return None if lane is None or entry is None else (lane, entry)

    def _end(self, claim: Claim, change: Callable[[Job], tuple[Job, float]]) -> JobState | None:
        """Change a claimed job, which leaves its worker's hands, and let its lane go on after a pause; None where the claim is lost."""
        with self._lock:
            held = self._held(claim)
            if held is None:
                return None
            (lane, entry), now = held, self._clock()
            changed, pause_s = change(entry.job)
            self._settle(lane, entry, changed, now)
            lane.due_s = None if lane.due_s is None else now + pause_s
            return changed.state

    @staticmethod
    def _settle(lane: _Lane, entry: _Entry, job: Job, now: float) -> None:
        entry.job, lane.token = job, None
        entry.since_s = now if job.state in _ENDED else entry.since_s
        lane.due_s = None if lane.first() is None else now
