"""Knows the interval of a median that holds whatever the distribution is, by order statistics and the binomial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Interval", "median_interval", "ordered_interval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A median between two of its sample's values; `confidence` is what the two really reach, not what was asked for."""

    low: float
    median: float
    high: float
    confidence: float


def median_interval(values: Sequence[float], confidence: float) -> Interval | None:
    """Return the narrowest interval of order statistics that holds the median with at least `confidence` (0 to 1).

    It assumes only that the values are independent and share their median. None when there are too few values for that
    confidence, or when one of them is not finite.
    """
    rank, missed = _widest_rank(len(values), 1 - confidence)
    return ordered_interval(values, rank, confidence=1 - missed) if rank else None


def ordered_interval(values: Sequence[float], rank: int, *, confidence: float) -> Interval | None:
    """Return the interval from the `rank`-th smallest to the `rank`-th largest value; None when a value is not finite."""
    if not all(math.isfinite(value) for value in values):
        return None
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return Interval(low=ordered[rank - 1], median=middle, high=ordered[-rank], confidence=confidence)


def _widest_rank(count: int, error: float) -> tuple[int, float]:
    """Return the largest rank whose chance of missing the median is allowed, and that chance; 0 when there is none.

    The median is missed when fewer than `rank` of `count` fair coins fall on one of the sides.
    """
    rank, missed, outside = 0, 0.0, 0
    while 2 * (rank + 1) <= count:
        outside += 2 * math.comb(count, rank)
        if outside / (1 << count) > error:
            break
        rank, missed = rank + 1, outside / (1 << count)
    return rank, missed
