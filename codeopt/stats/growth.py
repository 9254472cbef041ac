"""Says with which power of the size of its input the time of a function grows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

__all__ = ["power"]

_FEWEST = 3
_SHORTEST_S = 2e-5
_SCATTER = 0.35  # how far a step may be off the line, in powers


def power(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the power, by the steps between (size, seconds) points of growing size; None where they are few, short, or not on a line.

    Small inputs take what every call takes, so of more than three points the first ones do not count.
    """
    usable = [(size, seconds) for size, seconds in points[-_FEWEST:] if size > 0 and seconds > 0]
    if len(usable) < _FEWEST or usable[-1][1] < _SHORTEST_S:
        return None
    logs = [(math.log(size), math.log(seconds)) for size, seconds in usable]
    steps = [(high[1] - low[1]) / (high[0] - low[0]) for low, high in itertools.pairwise(logs) if high[0] > low[0]]
    if len(steps) < _FEWEST - 1:
        return None
    mean = sum(steps) / len(steps)
    return mean if all(abs(step - mean) <= _SCATTER for step in steps) else None
