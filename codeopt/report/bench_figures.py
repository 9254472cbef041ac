"""Sums a suite up: means of speed-ups, shares, and what a proven one cost. A task without proof counts as 1.0, as it stays as it was."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.model.bench import BenchReport, Ending, TaskResult

__all__ = ["Summary", "summed_up", "within"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a suite comes to; `harmonic` and `geometric` are means over the tasks that were tried, None where none was.

    `tokens` and `seconds` are those of one proven speed-up, None without any. `near_best` of `with_best` tasks reach half the gain of
    the best solution known. `efficiency` is ENAMEL's score of one sample by our ratios, over the tasks that were tried: 1 is as fast as
    the reference solution, 0 twice as slow or slower.
    """

    tried: int
    improved: int
    wrong: int
    candidates: int
    harmonic: float | None
    geometric: float | None
    tokens: float | None
    seconds: float | None
    near_best: int
    with_best: int
    efficiency: float | None


def summed_up(report: BenchReport) -> Summary:
    """Return the figures of a suite."""
    tried = [result for result in report.results if result.ending in {Ending.IMPROVED, Ending.NOT_IMPROVED}]
    gains = [result.gain.ratio if result.gain else 1.0 for result in tried]
    improved = sum(result.ending is Ending.IMPROVED for result in tried)
    compared = [result for result in tried if result.best is not None]
    return Summary(
        tried=len(tried),
        improved=improved,
        wrong=sum(result.wrong for result in tried),
        candidates=sum(result.candidates for result in tried),
        harmonic=statistics.harmonic_mean(gains) if gains else None,
        geometric=statistics.geometric_mean(gains) if gains else None,
        tokens=_per(improved, [result.prompt_tokens + result.completion_tokens for result in tried]),
        seconds=_per(improved, [result.seconds for result in tried]),
        near_best=sum(within(result, 2.0) for result in compared),
        with_best=len(compared),
        efficiency=statistics.fmean(map(_efficiency, tried)) if tried else None,
    )


def within(result: TaskResult, factor: float) -> bool:
    """Say whether what was proven is at most `factor` times slower than the best solution known, where both are of the same time."""
    if result.gain is None or result.best is None or result.gain_of is not result.best_of:
        return False
    return result.gain.ratio * factor >= result.best.ratio


def _efficiency(result: TaskResult) -> float:
    """Return (T - t) / (T - t*) for a time limit T of twice the reference's t*; a reference that is not proven faster counts as equal."""
    best = result.best.ratio if result.best else 1.0
    return max(0.0, 2.0 - best / (result.gain.ratio if result.gain else 1.0))


def _per(improved: int, spent: Sequence[float]) -> float | None:
    return sum(spent) / improved if improved else None
