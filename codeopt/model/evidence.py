"""Nouns of proof: measurements, comparisons, checks and verdicts."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

from codeopt.model.oracle import Power

__all__ = [
    "Check",
    "CheckKind",
    "Clock",
    "Comparison",
    "Machine",
    "Measurement",
    "Outcome",
    "SizeFigure",
    "Span",
    "SpanPair",
    "Verdict",
    "Weather",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a measurement was taken on; measurements of different machines are never compared."""

    cpu: str
    cores: int
    system: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How busy the machine of the sandboxes is at one moment.

    `load` is the number of runnable programs averaged over a minute, `cores` how many there are to run them. `stolen_s` and `busy_s` are
    processor seconds since the machine's start, all cores together: those that other machines on the same hardware took, and those that
    were spent here. `frequency_mhz` is None where it is not told, `containers` counts those that run and are not codeopt's.
    """

    load: float
    cores: int
    stolen_s: float
    busy_s: float
    frequency_mhz: float | None = None
    containers: int = 0


class Clock(enum.StrEnum):
    """What a time was read from: the wall clock of the host, or the processor time of all the sandbox's programs."""

    WALL = "wall"
    CPU = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One pair: the seconds of old and new code, each in a fresh process, side by side on one machine.

    `old_seconds` and `new_seconds` are wall time, of the same number of calls on both sides. `old_cpu_seconds` and `new_cpu_seconds` are
    the processor time of the same calls; None where the sandbox cannot tell it. `blocked_share` is the part of the wall time, of the side
    where it is larger, in which nothing ran nor was ready to run: it slept, or waited for something; None where that is not known.
    """

    old_seconds: float
    new_seconds: float
    old_cpu_seconds: float | None = None
    new_cpu_seconds: float | None = None
    blocked_share: float | None = None

    def __post_init__(self) -> None:
        """Reject what is not a positive, finite time, and a processor time of one side alone."""
        for seconds in (self.old_seconds, self.new_seconds, self.old_cpu_seconds, self.new_cpu_seconds):
            if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
                msg = f"not a time: {seconds} s"
                raise ValueError(msg)
        if (self.old_cpu_seconds is None) != (self.new_cpu_seconds is None):
            msg = "processor time of one side alone compares nothing"
            raise ValueError(msg)
        if self.blocked_share is not None and not 0 <= self.blocked_share <= 1:
            msg = f"not a share: {self.blocked_share}"
            raise ValueError(msg)

    def by(self, clock: Clock) -> Measurement | None:
        """Return the pair with the times of one clock alone, as `old_seconds` and `new_seconds`; None where it was not read."""
        if clock is Clock.WALL:
            return Measurement(old_seconds=self.old_seconds, new_seconds=self.new_seconds)
        if self.old_cpu_seconds is None or self.new_cpu_seconds is None:
            return None
        return Measurement(old_seconds=self.old_cpu_seconds, new_seconds=self.new_cpu_seconds)

    def swapped(self) -> Measurement:
        """Return the same pair read the other way round."""
        return Measurement(
            old_seconds=self.new_seconds,
            new_seconds=self.old_seconds,
            old_cpu_seconds=self.new_cpu_seconds,
            new_cpu_seconds=self.old_cpu_seconds,
            blocked_share=self.blocked_share,
        )

    @property
    def ratio(self) -> float:
        """Old over new: 2.0 is twice as fast."""
        return self.old_seconds / self.new_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A batch from its inputs to all its answers, by the host's clock: the timed part is `seconds`, the rest lies before and behind it."""

    preparing_s: float
    seconds: float
    answering_s: float

    @property
    def total_s(self) -> float:
        """From the first byte of the inputs to the last answer: whoever answers rightly has done the work within it."""
        return self.preparing_s + self.seconds + self.answering_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanPair:
    """The same inputs, met for the first time by two fresh processes."""

    old: Span
    new: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Old time over new time with its interval: 2.0 is twice as fast. `rounds` counts the pairs of fresh processes.

    `clock` says which times were compared. `pairs` holds the seconds of each pair by that clock, old and new; empty where they were not
    kept.
    """

    ratio: float
    low: float
    high: float
    confidence: float
    rounds: int
    old_seconds: float
    new_seconds: float
    clock: Clock = Clock.WALL
    pairs: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Restore tuples, and reject an interval that does not hold its estimate."""
        object.__setattr__(self, "pairs", tuple((old, new) for old, new in self.pairs))
        if not 0 < self.low <= self.ratio <= self.high < math.inf:
            msg = f"impossible comparison: {self.low} <= {self.ratio} <= {self.high}"
            raise ValueError(msg)

    def swapped(self) -> Comparison:
        """Return the same evidence read the other way round."""
        return replace(
            self,
            ratio=1 / self.ratio,
            low=1 / self.high,
            high=1 / self.low,
            old_seconds=self.new_seconds,
            new_seconds=self.old_seconds,
            pairs=tuple((new, old) for old, new in self.pairs),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFigure:
    """What those of the recorded calls show that are given about as much: how many there are, and their comparison, in seconds per call."""

    calls: int
    comparison: Comparison


class CheckKind(enum.StrEnum):
    """What a check looks at, in the order in which checks are made."""

    PATCH = "patch"
    SCREEN = "screen"
    CALLS = "calls"
    CONDUCT = "conduct"
    TYPES = "types"
    TESTS = "tests"
    COVERAGE = "coverage"
    ORACLE = "oracle"
    TIMING = "timing"
    WORKLOAD = "workload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    `passed` is None when the check could say nothing, which is never taken for a pass; `decisive` says whether a verdict of FASTER
    needs it. `power` is what a check of the oracle rests on.
    """

    kind: CheckKind
    passed: bool | None
    detail: str
    decisive: bool = True
    power: Power | None = None


class Outcome(enum.StrEnum):
    """The five verdicts."""

    FASTER = "FASTER"
    NOT_PROVEN = "NOT_PROVEN"
    SLOWER = "SLOWER"
    WRONG = "WRONG"
    UNVERIFIABLE = "UNVERIFIABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What codeopt says of a patch, with all that it rests on.

    `comparison` is the function's, `workload` the whole workload's. FASTER cannot be built without a comparison whose interval
    lies above 1, nor with a decisive check that did not pass.
    """

    outcome: Outcome
    reason: str
    checks: tuple[Check, ...] = ()
    comparison: Comparison | None = None
    workload: Comparison | None = None

    def __post_init__(self) -> None:
        """Restore tuples, and make an unproven FASTER impossible to build."""
        object.__setattr__(self, "checks", tuple(self.checks))
        if self.outcome is not Outcome.FASTER:
            return
        if self.comparison is None or self.comparison.low <= 1.0:
            msg = "FASTER needs a comparison whose interval lies above 1"
            raise ValueError(msg)
        if not self.checks or any(check.decisive and check.passed is not True for check in self.checks):
            msg = "FASTER needs every decisive check to have passed"
            raise ValueError(msg)

    @property
    def accepted(self) -> bool:
        """Whether the patch may be offered."""
        return self.outcome is Outcome.FASTER
