"""Turns pairs of times into one figure: the ratio old/new, with an interval over the pairs.

All arithmetic is on differences of logarithms, so that swapping old and new negates every step exactly.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from codeopt.model.evidence import Clock, Comparison, Measurement
from codeopt.stats.intervals import Interval, rank_interval

__all__ = ["compare", "comparison_of", "log_ratios", "timed_by"]

LARGEST_LOG = 700.0


def compare(measurements: Sequence[Measurement], confidence: float, *, clock: Clock = Clock.WALL) -> Comparison | None:
    """Return the ratio old/new by one clock, with an interval that holds it with at least `confidence` (0 to 1).

    `Comparison.confidence` is what the interval really reaches. For one look at the data: where the number of pairs depends on
    what they show, use `codeopt.stats.sequential`. None when the pairs are too few, their ratios beyond arithmetic, or when that clock was
    not read for all of them.
    """
    timed = timed_by(measurements, clock)
    return None if timed is None else comparison_of(timed, rank_interval(log_ratios(timed), confidence), clock=clock)


def timed_by(measurements: Sequence[Measurement], clock: Clock) -> list[Measurement] | None:
    """Return the pairs with the times of one clock as their seconds; None when it was not read for all of them."""
    timed = [pair.by(clock) for pair in measurements]
    known = [pair for pair in timed if pair is not None]
    return known if len(known) == len(timed) else None


def log_ratios(measurements: Sequence[Measurement]) -> list[float]:
    """Return ln(old/new) of each pair."""
    return [math.log(pair.old_seconds) - math.log(pair.new_seconds) for pair in measurements]


def comparison_of(measurements: Sequence[Measurement], interval: Interval | None, *, clock: Clock) -> Comparison | None:
    """Return the comparison whose figures are the exponentials of an interval of log ratios; None when there is no such figure."""
    if interval is None or max(abs(interval.low), abs(interval.high)) > LARGEST_LOG:
        return None
    return Comparison(
        ratio=math.exp(interval.median),
        low=math.exp(interval.low),
        high=math.exp(interval.high),
        confidence=interval.confidence,
        rounds=len(measurements),
        old_seconds=statistics.median(pair.old_seconds for pair in measurements),
        new_seconds=statistics.median(pair.new_seconds for pair in measurements),
        clock=clock,
        pairs=tuple((pair.old_seconds, pair.new_seconds) for pair in measurements),
    )
