"""Knows intervals for a centre that hold whatever the distribution is: by signed ranks where it is symmetric, else by order statistics.

The log ratio of a pair is the log of the true ratio, plus the noise of the old side, minus that of the new one. Both sides are fresh
processes, started in random order, so both noises are drawn alike, and their difference is symmetric: whatever either looks like (heavy
tails, bursts that only ever add, clocks with two speeds), and whatever the two share (a drift of the machine). Given the sizes of the
deviations their signs are fair coins then, and the chance of every sum of signed ranks is counted, not approximated. Deviations need
neither be spread alike nor be of one kind. Where nothing changed, that is all there is to it. Where something did, it takes noise that
stretches times: a wait of so many seconds, however long the code takes, draws the ratio towards 1, and the interval with it.

Ranks count up to half of the number of values; all larger ones count as that. Full ranks (Wilcoxon's) let the size of a burst speak, and on
a loaded machine find less than the plain sign test does; signs alone waste a third of what a quiet machine tells. Half of the ranks lose
little to the better of the two on either.

To turn this into an interval: as a supposed centre grows past the mean of two values, the lower one overtakes the upper one in rank, and
their ranks are those of the values between them. So the sum falls by one at each mean of two values (or one with itself) that stand less
than `reach` apart in order, and by none at others: the interval's ends are order statistics of these means. Ties and values on the centre
need no care: moved apart by as little as one likes they obey the count, and the interval holds its ends.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["Interval", "median_interval", "rank_error", "rank_interval", "ranks_within", "reach_of", "sums_below", "walsh_interval"]

EXACT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A centre between two bounds; `confidence` is what the two really reach, not what was asked for."""

    low: float
    median: float
    high: float
    confidence: float


def rank_interval(values: Sequence[float], confidence: float) -> Interval | None:
    """Return the centre of the values with the narrowest signed-rank interval that holds it with at least `confidence` (0 to 1).

    It assumes that the values are independent and each symmetric about the same centre; not that they are spread alike. None when there
    are too few values for that confidence (six for 95%, eight for 99%), or when one of them is not finite.
    """
    rank = ranks_within(len(values), 1 - confidence)
    return None if rank == 0 else walsh_interval(values, rank, confidence=1 - rank_error(len(values), rank))


def walsh_interval(values: Sequence[float], rank: int, *, confidence: float) -> Interval | None:
    """Return the interval from the `rank`-th smallest to the `rank`-th largest mean of two values that stand near each other in order.

    The centre is the median of these means. None when a value is not finite.
    """
    if not all(math.isfinite(value) for value in values):
        return None
    ordered, reach = sorted(values), reach_of(len(values))
    means = sorted([(one + other) / 2 for at, one in enumerate(ordered) for other in ordered[at : at + reach]])
    middle = (means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    return Interval(low=means[rank - 1], median=middle, high=means[-rank], confidence=confidence)


def reach_of(count: int) -> int:
    """Return the largest rank that counts as such among so many values: half of them."""
    return (count + 1) // 2


@functools.lru_cache(maxsize=512)
def ranks_within(count: int, error: float) -> int:
    """Return the largest rank with which the interval of so many values misses with a chance of at most `error`; 0 when there is none."""
    if error <= 0:
        return 0
    if count > EXACT:
        # Two ranks are given up for what the normal distribution gets wrong; in the tail it overstates the chance by itself.
        return max(0, math.floor(_normal(count).inv_cdf(min(error, 1.0) / 2)) - 2)
    rank = 0
    while 2 * (rank + 1) < len(sums_below(count, reach_of(count))) and rank_error(count, rank + 1) <= error:
        rank += 1
    return rank


def rank_error(count: int, rank: int) -> float:
    """Return the chance that the interval of this rank misses: that the sum of `count` signed ranks is below `rank`, or as far above."""
    if rank == 0:
        return 0.0
    if count > EXACT:
        return 2 * _normal(count).cdf(rank + 1)
    return 2 * sums_below(count, reach_of(count))[rank] / (1 << count)


@functools.lru_cache(maxsize=2 * EXACT)
def sums_below(count: int, reach: int) -> tuple[int, ...]:
    """Return for 0, 1, 2, ... in how many of the 2^count choices of signs the positive ranks add up to less; none counts more than `reach`.

    A reach of `count` gives Wilcoxon's distribution, a reach of 1 the binomial.
    """
    ways = [1]
    for score in (min(rank, reach) for rank in range(1, count + 1)):
        ways = [one + other for one, other in zip([*ways, *[0] * score], [*[0] * score, *ways], strict=True)]
    return tuple(itertools.accumulate(ways, initial=0))


@functools.lru_cache(maxsize=512)
def _normal(count: int) -> NormalDist:
    """Return the normal distribution with the mean and the spread of the sum."""
    reach = reach_of(count)
    total = reach * (reach + 1) // 2 + reach * (count - reach)
    squares = reach * (reach + 1) * (2 * reach + 1) // 6 + reach**2 * (count - reach)
    return NormalDist(total / 2, math.sqrt(squares) / 2)


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
