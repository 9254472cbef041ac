"""Knows how many deliveries are taken in: by token buckets, one for all and one for each installation."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Limits"]

_BURST_S = 10.0
# Installations that have been quiet for longest are forgotten first: their buckets are full again.
_REMEMBERED = 10_000


@dataclass(slots=True)
class _Bucket:
    rate: float
    level: float
    at_s: float

    @property
    def size(self) -> float:
        return max(1.0, self.rate * _BURST_S)

    def wait_s(self, now: float) -> float:
        """Fill up, and return the seconds until one more fits; 0 when it does now."""
        self.level = min(self.size, self.level + (now - self.at_s) * self.rate)
        self.at_s = now
        return 0.0 if self.level >= 1.0 else (1.0 - self.level) / self.rate


class Limits:
    """How many deliveries a second are taken in, `rate` in all and `installation_rate` from one; safe to ask from several threads."""

    def __init__(self, *, rate: float, installation_rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets: ten seconds' worth may come at once."""
        self._installation_rate, self._clock = installation_rate, clock
        self._lock = threading.Lock()
        self._all = self._full(rate)
        self._each: OrderedDict[int, _Bucket] = OrderedDict()

    def take(self, installation: int) -> float:
        """Count one delivery and return 0; or return the seconds until it may come again, and count nothing."""
        with self._lock:
            own = self._each.pop(installation, None) or self._full(self._installation_rate)
            self._each[installation] = own
            if len(self._each) > _REMEMBERED:
                self._each.popitem(last=False)
            now = self._clock()
            wait = max(self._all.wait_s(now), own.wait_s(now))
            if not wait:
                self._all.level -= 1.0
                own.level -= 1.0
            return wait

    def _full(self, rate: float) -> _Bucket:
        bucket = _Bucket(rate, 0.0, self._clock())
        bucket.level = bucket.size
        return bucket
