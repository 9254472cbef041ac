"""Turns pairs of times into one figure: the median ratio old/new, with an interval over the pairs.

All arithmetic is on differences of logarithms, so that swapping old and new negates every step exactly.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from codeopt.model.evidence import Comparison, Measurement
from codeopt.stats.intervals import Interval, median_interval

__all__ = ["compare", "comparison_of", "log_ratios"]

LARGEST_LOG = 700.0


def compare(measurements: Sequence[Measurement], confidence: float) -> Comparison | None:
    """Return the median ratio old/new with an interval that holds it with at least `confidence` (0 to 1).

    `Comparison.confidence` is what the interval really reaches. For one look at the data: where the number of pairs depends on
    what they show, use `codeopt.stats.sequential`. None when the pairs are too few, or their ratios beyond arithmetic.
    """
    return comparison_of(measurements, median_interval(log_ratios(measurements), confidence))


def log_ratios(measurements: Sequence[Measurement]) -> list[float]:
    """Return ln(old/new) of each pair."""
    return [math.log(pair.old_seconds) - math.log(pair.new_seconds) for pair in measurements]


def comparison_of(measurements: Sequence[Measurement], interval: Interval | None) -> Comparison | None:
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
    )
