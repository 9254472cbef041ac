"""What machines add to times, as models that are simulated: pairs of processes of which the truth is known.

Each model gives both sides of a pair the same kind of noise, drawn anew, and a drift that they share. `gain` is the true speed-up: 0.05
means that old takes 1.05 times as long.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from codeopt.model.evidence import Measurement

__all__ = ["ADDED", "MODELS", "Noise"]

Side = Callable[[random.Random], float]


class Noise:
    """A model: `side` draws the factor by which a process is slower than it could be, `drift` is the spread of what a pair shares."""

    def __init__(self, side: Side, *, drift: float = 0.0, tick: float = 0.0, is_added: bool = False) -> None:
        """Keep the parts; with `tick` every time is rounded to whole ticks. `is_added`: noise is seconds, however long the code takes."""
        self._is_added = is_added
        self._side = side
        self._drift = drift
        self._tick = tick

    def pairs(self, gain: float, count: int, rng: random.Random) -> list[Measurement]:
        """Simulate pairs."""
        return [self._pair(gain, rng) for _ in range(count)]

    def _pair(self, gain: float, rng: random.Random) -> Measurement:
        shared = math.exp(rng.gauss(0, self._drift)) if self._drift else 1.0
        old, new = self._side(rng), self._side(rng)
        old, new = shared * (gain + old if self._is_added else (1 + gain) * old), shared * new
        return Measurement(old_seconds=self._told(old), new_seconds=self._told(new))

    def _told(self, seconds: float) -> float:
        return max(self._tick, round(seconds / self._tick) * self._tick) if self._tick else seconds


def _waits(process: float, wait: float, bursts: float, burst: float, tail: float) -> Side:
    """Return a process with a speed of its own, a wait that only ever adds, and now and then a heavy-tailed burst."""

    def side(rng: random.Random) -> float:
        added = rng.expovariate(1 / wait)
        if rng.random() < bursts:
            added += burst * (rng.paretovariate(tail) - 1)
        return math.exp(rng.gauss(0, process)) * (1 + added)

    return side


def _gaussian(rng: random.Random) -> float:
    return math.exp(rng.gauss(0, 0.01))


def _heavy(rng: random.Random) -> float:
    return 1 + 0.01 * rng.paretovariate(1.1)


def _bimodal(rng: random.Random) -> float:
    """Half of the processes meet a clock that runs 8% slower."""
    return (1.08 if rng.random() < 0.5 else 1.0) * math.exp(rng.gauss(0, 0.003))  # noqa: PLR2004 - a half


def _layouts(rng: random.Random) -> float:
    """A process falls into one of a few layouts of memory, each with its own speed."""
    return rng.choice((1.0, 1.0, 1.01, 1.02, 1.05)) * math.exp(rng.gauss(0, 0.002))


_quiet = _waits(0.005, 0.003, 0.02, 0.05, 1.5)
_laptop = _waits(0.015, 0.01, 0.10, 0.08, 1.5)


def _mixture(rng: random.Random) -> float:
    return _bimodal(rng) * _layouts(rng) * _laptop(rng)


MODELS = {
    "gaussian": Noise(_gaussian),
    "heavy tails": Noise(_heavy),
    "drift": Noise(_gaussian, drift=0.2),
    "layouts": Noise(_layouts),
    "two clocks": Noise(_bimodal),
    "coarse clock": Noise(_gaussian, tick=0.01),
    "quiet": Noise(_quiet),
    "laptop": Noise(_laptop, drift=0.05),
    "busy": Noise(_waits(0.03, 0.03, 0.30, 0.15, 1.2), drift=0.20),
    "mixture": Noise(_mixture, drift=0.20),
}

ADDED = {"laptop, in seconds": Noise(_laptop, drift=0.05, is_added=True)}
"""Beyond what intervals are built for: a wait that does not grow with the code that waits makes a change look smaller than it is."""
