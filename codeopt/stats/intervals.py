"""Knows intervals for a centre that hold whatever the distribution is: by signed ranks where it is symmetric, else by order statistics.

The log ratio of a pair is the log of the true ratio, plus the noise of the old side, minus that of the new one. Both sides are fresh
processes, started in random order, so both noises are drawn alike, and their difference is symmetric: whatever either looks like (heavy
tails, bursts that only ever add, clocks with two speeds), and whatever the two share (a drift of the machine). Given the sizes of the
deviations their signs are fair coins then, and the chance of every sum of signed ranks is counted, not approximated.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["Interval", "median_interval", "rank_error", "rank_interval", "ranks_within", "walsh_interval"]

EXACT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A centre between two bounds; `confidence` is what the two really reach, not what was asked for."""

    low: float
    median: float
    high: float
    confidence: float


def rank_interval(values: Sequence[float], confidence: float) -> Interval | None:
    """Return the Hodges-Lehmann estimate with the narrowest signed-rank interval that holds the centre with at least `confidence`.

    It assumes that the values are independent and each symmetric about the same centre; not that they are spread alike. None when there
    are too few values for that confidence (six for 95%, eight for 99%), or when one of them is not finite.
    Source: Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, 3.1 to 3.3.
    """
    rank = ranks_within(len(values), 1 - confidence)
    return None if rank == 0 else walsh_interval(values, rank, confidence=1 - rank_error(len(values), rank))


def walsh_interval(values: Sequence[float], rank: int, *, confidence: float) -> Interval | None:
    """Return the interval from the `rank`-th smallest to the `rank`-th largest mean of two values; None when a value is not finite."""
    if not all(math.isfinite(value) for value in values):
        return None
    means = sorted((values[i] + values[j]) / 2 for i in range(len(values)) for j in range(i, len(values)))
    middle = (means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    return Interval(low=means[rank - 1], median=middle, high=means[-rank], confidence=confidence)


@functools.lru_cache(maxsize=512)
def ranks_within(count: int, error: float) -> int:
    """Return the largest rank with which the interval of so many values misses with a chance of at most `error`; 0 when there is none."""
    if count > EXACT:
        # Two ranks are given up for what the normal distribution gets wrong in the tail.
        return max(0, math.floor(_mean(count) + NormalDist().inv_cdf(error / 2) * _spread(count)) - 2)
    rank = 0
    while 2 * (rank + 1) <= count * (count + 1) // 2 and rank_error(count, rank + 1) <= error:
        rank += 1
    return rank


def rank_error(count: int, rank: int) -> float:
    """Return the chance that the interval of this rank misses: that the sum of `count` signed ranks is below `rank`, or as far above."""
    if rank == 0:
        return 0.0
    if count > EXACT:
        return 2 * NormalDist(_mean(count), _spread(count)).cdf(rank + 1)
    return 2 * sum(_sums(count)[:rank]) / (1 << count)


@functools.lru_cache(maxsize=EXACT + 1)
def _sums(count: int) -> tuple[int, ...]:
    """Return in how many ways signs can be given to the ranks 1..count so that the positive ones add up to 0, 1, 2, ..."""
    if count == 0:
        return (1,)
    before = _sums(count - 1)
    without = (*before, *[0] * count)
    return tuple(ways + (before[total - count] if total >= count else 0) for total, ways in enumerate(without))


def _mean(count: int) -> float:
    return count * (count + 1) / 4


def _spread(count: int) -> float:
    return math.sqrt(count * (count + 1) * (2 * count + 1) / 24)


def median_interval(values: Sequence[float], confidence: float) -> Interval | None:
    """Return the narrowest interval of order statistics that holds the median with at least `confidence` (0 to 1).

    It assumes only that the values are independent and share their median. None when there are too few values for that
    confidence, or when one of them is not finite.
    """
    rank, missed = _widest_rank(len(values), 1 - confidence)
    if rank == 0 or not all(math.isfinite(value) for value in values):
        return None
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return Interval(low=ordered[rank - 1], median=middle, high=ordered[-rank], confidence=1 - missed)


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
