"""Reads both clocks around a stretch of a sandbox's work: the host's wall clock, and the processor time of all its programs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.ports import Sandbox

__all__ = ["Elapsed", "Stopwatch", "added"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    """How long something took: wall time, and processor time where the sandbox can tell it.

    `blocked_seconds` is the wall time in which nothing of it ran or was ready to run; None where that is not known.
    """

    seconds: float
    cpu_seconds: float | None
    blocked_seconds: float | None = None


def added(parts: Sequence[Elapsed]) -> Elapsed:
    """Return how long all the parts took together; what is not known of one of them is not known of the whole."""
    return Elapsed(
        seconds=sum(part.seconds for part in parts),
        cpu_seconds=_sum([part.cpu_seconds for part in parts]),
        blocked_seconds=_sum([part.blocked_seconds for part in parts]),
    )


def _sum(seconds: Sequence[float | None]) -> float | None:
    known = [each for each in seconds if each is not None]
    return sum(known) if len(known) == len(seconds) else None


class Stopwatch:
    """Runs from its making; what programs used is read outside the wall time, so that the reading costs nothing there."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Start."""
        self._sandbox = sandbox
        self._queued_s = sandbox.queued_s()
        self._cpu_s = sandbox.cpu_s()
        self._start = time.perf_counter()

    def stop(self) -> Elapsed:
        """Return what has passed since the start."""
        seconds = time.perf_counter() - self._start
        used = _passed(self._cpu_s, self._sandbox.cpu_s())
        queued = _passed(self._queued_s, self._sandbox.queued_s())
        blocked = None if used is None or queued is None else max(0.0, seconds - used - queued)
        return Elapsed(seconds=seconds, cpu_seconds=used, blocked_seconds=blocked)


def _passed(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else max(0.0, after - before)
