"""Spends a frame budget where the cues say that something happens, without leaving any stretch unseen.

`fuse` makes one curve of several; `select` is this package's sampler; `inverse_transform` and `bandit_select` are published ones
to compare it with. All return ascending frame indices without repeats.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

WEIGHTS = {"packets": 1.0, "luma": 1.0, "audio": 0.5}
GATES = {"behaviour": 0.6}  # these come as z-scores
HALF_Z = 2.0  # z-score at which a cue's score reaches a half; beyond, scores saturate, so that no cue shouts the others down


@dataclass(frozen=True)
class Policy:
    """How `select` spends a budget. Lengths are in seconds."""

    gap_factor: float = 2.0  # no gap is longer than this many times the gap of uniform sampling
    suppress_s: float = 0.5  # on both sides of a chosen event's extent, nothing else is an event
    min_score: float = 0.1  # peaks below this are no events; their frames go to the largest gaps


def robust_z(curve: np.ndarray) -> np.ndarray:
    """Return how many robust standard deviations (from the median's absolute deviation) each value lies above the median."""
    if len(curve) == 0:
        return np.zeros(0)
    centred = np.asarray(curve, dtype=np.float64) - np.median(curve)
    spread = 1.4826 * float(np.median(np.abs(centred)))
    floor = 0.05 * float(np.max(np.abs(centred)))
    return centred / max(spread, floor, 1e-9)


def _saturate(z: np.ndarray) -> np.ndarray:
    """Map z-scores into 0..1: 0 up to the median, a half at HALF_Z."""
    positive = np.maximum(z, 0.0)
    return positive**2 / (positive**2 + HALF_Z**2)


def fuse(curves: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return one curve of all cues; float64 [n], 0 where none says anything.

    Each cue is saturated into 0..1; WEIGHTS add up, and a cue in GATES, which knows the time only roughly, multiplies the others
    (or stands alone when there are none). Raises ValueError when there is no curve, a name is unknown, or lengths differ.
    """
    unknown = set(curves) - set(WEIGHTS) - set(GATES)
    if not curves or unknown:
        raise ValueError(f"cues are {', '.join([*WEIGHTS, *GATES])}, not {', '.join(sorted(unknown)) or 'none'}")
    if len({len(curve) for curve in curves.values()}) > 1:
        raise ValueError("cues of different lengths cannot be fused")
    sums = [WEIGHTS[name] * _saturate(robust_z(curve)) for name, curve in curves.items() if name in WEIGHTS]
    gates = [GATES[name] * _saturate(curve) for name, curve in curves.items() if name in GATES]
    if not sums:
        return np.sum(gates, axis=0)
    return np.sum(sums, axis=0) * (1 + np.sum(gates, axis=0))


@dataclass(frozen=True)
class Peak:
    """A stretch of the curve around a maximum; `index` is the middle of the part above half of it."""

    index: int
    first: int
    last: int
    score: float


def find_peaks(curve: np.ndarray, times_s: np.ndarray, policy: Policy) -> list[Peak]:
    """Return peaks of at least `policy.min_score`, best first, each with its neighbourhood taken out before the next is sought."""
    left = np.array(curve, dtype=np.float64)
    peaks = []
    while len(left):
        top = int(np.argmax(left))
        score = float(left[top])
        if score < policy.min_score or score <= 0:
            break
        first = last = top
        while first > 0 and left[first - 1] >= score / 2:
            first -= 1
        while last + 1 < len(left) and left[last + 1] >= score / 2:
            last += 1
        peaks.append(Peak((first + last) // 2, first, last, score))
        near = (times_s >= times_s[first] - policy.suppress_s) & (times_s <= times_s[last] + policy.suppress_s)
        left[near] = -1.0
    return peaks


def _gaps(chosen: list[int], times_s: np.ndarray) -> list[tuple[float, float]]:
    """Return the stretches between chosen frames, and those to both ends, as (start, end) in seconds."""
    edges = [float(times_s[0]), *(float(times_s[index]) for index in sorted(chosen)), float(times_s[-1])]
    return list(zip(edges[:-1], edges[1:], strict=True))


def _frames_for_floor(chosen: list[int], times_s: np.ndarray, max_gap_s: float) -> int:
    """Return how many more frames it takes until no gap is longer than `max_gap_s`."""
    return sum(max(0, math.ceil((end - start) / max_gap_s - 1e-9) - 1) for start, end in _gaps(chosen, times_s))


def fill_gaps(chosen: list[int], times_s: np.ndarray, budget: int) -> list[int]:
    """Return the chosen frames and others up to the budget, ascending, each put where it shortens the longest gap."""
    gaps = _gaps(chosen, times_s)
    pieces = [1] * len(gaps)
    for _ in range(budget - len(chosen)):
        longest = max(range(len(gaps)), key=lambda k: round((gaps[k][1] - gaps[k][0]) / pieces[k], 9))
        pieces[longest] += 1
    wanted = [
        start + (end - start) * k / count
        for (start, end), count in zip(gaps, pieces, strict=True)
        for k in range(1, count)
    ]
    taken = set(chosen)
    for moment in wanted:
        for index in np.argsort(np.round(np.abs(times_s - moment), 9), kind="stable"):  # of two as near, the earlier
            if int(index) not in taken:
                taken.add(int(index))
                break
    return sorted(taken)


def select(curve: np.ndarray, times_s: np.ndarray, budget: int, policy: Policy | None = None) -> list[int]:
    """Return `budget` frame indices (fewer only when there are fewer frames): the best peaks, and the rest against large gaps.

    A peak is taken only while enough frames remain to keep every gap within `gap_factor` times the uniform one; what peaks
    leave over goes to the largest gaps, so that a curve without peaks gives about uniform sampling. Raises ValueError for
    a budget below 1, no frames, or arrays of different lengths.
    """
    policy = policy or Policy()
    if budget < 1 or len(times_s) == 0 or len(curve) != len(times_s):
        raise ValueError(f"{budget} frames cannot be chosen from {len(times_s)} times and {len(curve)} scores")
    if budget >= len(times_s):
        return list(range(len(times_s)))
    max_gap_s = max(policy.gap_factor * float(times_s[-1] - times_s[0]) / budget, 1e-9)
    chosen: list[int] = []
    for peak in find_peaks(curve, times_s, policy):
        extended = [*chosen, peak.index]
        if len(extended) + _frames_for_floor(extended, times_s, max_gap_s) <= budget:
            chosen = extended
    return fill_gaps(chosen, times_s, budget)


def inverse_transform(curve: np.ndarray, budget: int, *, power: float = 1.0) -> list[int]:
    """Return frames at equal steps of the curve's cumulative sum: many where it is high; at most `budget`, without repeats.

    The sampling of BOLT (select_frames.py, inverse_transform_sampling), its steps centred. Raises ValueError as `select` does.
    """
    if budget < 1 or len(curve) == 0:
        raise ValueError(f"{budget} frames cannot be chosen from {len(curve)}")
    weights = np.asarray(curve, dtype=np.float64) - np.min(curve)
    weights = (weights / weights.max()) ** power if weights.max() > 0 else np.ones(len(curve))
    cumulative = np.cumsum(weights / weights.sum())
    steps = (np.arange(budget) + 0.5) / budget
    return sorted({int(min(index, len(curve) - 1)) for index in np.searchsorted(cumulative, steps)})


def arm_scores(rewards: list[np.ndarray], *, delta: float = 0.05) -> np.ndarray:
    """Return an upper bound for the mean reward of each arm: its mean plus Bernstein's confidence radius; infinite when unpulled.

    The scores of FOCUS (focus.py), where an arm is a stretch of video and a pull scores one of its frames.
    """
    scores = np.full(len(rewards), np.inf)
    log_term = math.log(3.0 / delta)
    for arm, pulled in enumerate(rewards):
        count = len(pulled)
        if count > 0:
            radius = math.sqrt(2 * float(np.var(pulled)) * log_term / count) + 3 * log_term / count
            scores[arm] = float(np.mean(pulled)) + radius
    return scores


def bandit_select(curve: np.ndarray, budget: int, *, arms: int = 60, pulls: int = 8) -> list[int]:
    """Return frames from the stretches whose arm scores are highest, half of the budget, the best frame of each; the rest uniform.

    The two stages of FOCUS with a curve in the place of a model's scores. Raises ValueError as `select` does.
    """
    if budget < 1 or len(curve) == 0:
        raise ValueError(f"{budget} frames cannot be chosen from {len(curve)}")
    stretches = [part for part in np.array_split(np.arange(len(curve)), min(arms, len(curve))) if len(part)]
    rewards = [curve[part[:: max(1, len(part) // pulls)]] for part in stretches]
    order = np.argsort(-arm_scores(rewards), kind="stable")[: budget // 2]
    best = {int(stretches[arm][np.argmax(curve[stretches[arm]])]) for arm in order}
    return fill_gaps(sorted(best), np.arange(len(curve), dtype=np.float64), min(budget, len(curve)))
