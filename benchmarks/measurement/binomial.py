"""Exact intervals of rates, without further packages."""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["clopper_pearson"]

STEPS = 60


def clopper_pearson(count: int, total: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson of a rate: `count` of `total`."""
    if not 0 <= count <= total or not total:
        raise ValueError(f"no rate: {count} of {total}")
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _where(lambda rate: 1 - _at_most(count - 1, total, rate) >= tail)
    high = 1.0 if count == total else _where(lambda rate: _at_most(count, total, rate) <= tail)
    return low, high


def _where(holds: Callable[[float], bool]) -> float:
    """Return the rate from which on something holds."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2


def _at_most(count: int, total: int, rate: float) -> float:
    if rate <= 0 or rate >= 1:
        return float(rate <= 0 or count >= total)
    logs = (_log_choose(total, hits) + hits * math.log(rate) + (total - hits) * math.log1p(-rate) for hits in range(count + 1))
    return math.fsum(math.exp(each) for each in logs)


def _log_choose(total: int, hits: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(hits + 1) - math.lgamma(total - hits + 1)
