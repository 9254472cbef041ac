"""Reads both clocks around a stretch of a sandbox's work: the host's wall clock, and the processor time of all its programs."""

from __future__ import annotations

import time
from dataclasses import dataclass

from codeopt.ports import Sandbox

__all__ = ["Elapsed", "Stopwatch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    """How long something took: wall time, and processor time where the sandbox can tell it."""

    seconds: float
    cpu_seconds: float | None


class Stopwatch:
    """Runs from its making; the processor is read outside the wall time, so that the reading costs nothing there."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Start."""
        self._sandbox = sandbox
        self._cpu_s = sandbox.cpu_s()
        self._start = time.perf_counter()

    def stop(self) -> Elapsed:
        """Return what has passed since the start."""
        seconds = time.perf_counter() - self._start
        used = self._sandbox.cpu_s()
        return Elapsed(seconds=seconds, cpu_seconds=None if used is None or self._cpu_s is None else used - self._cpu_s)
