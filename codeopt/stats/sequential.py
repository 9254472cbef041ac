"""Knows when enough has been measured: a group-sequential plan whose error is bounded over all its looks together.

Whether an interval of order statistics misses the median depends only on how many pairs fall on either side of it, and that number
is a walk of fair coin flips. So the chance that the interval of any look misses is counted path by path, without assuming anything
about the noise, and the error is spent in proportion to the pairs measured. The two sides are added (union bound), which keeps the
count right when ratios tie.
"""

from __future__ import annotations

import enum
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codeopt.model.evidence import Comparison, Measurement
from codeopt.stats.compare import comparison_of, log_ratios
from codeopt.stats.intervals import ordered_interval

__all__ = ["Decision", "Plan", "State"]

LOOKS = 5
GROWTH = 1.4
FIRST_SHARE = 4
MOST_PAIRS = 1_000


class State(enum.StrEnum):
    """What the pairs so far say. All but CONTINUE end the race."""

    CONTINUE = "continue"
    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A state, and the comparison at the look that led to it.

    `comparison.confidence` is the whole plan's: with that confidence the intervals of all looks hold at once, so stopping at a look
    because of what it shows costs nothing. None before the first look.
    """

    state: State
    comparison: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When to look, in pairs; by default five looks, the first as early as `confidence` allows."""

    confidence: float = 0.99
    looks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Choose the looks when none are given, and reject a plan that cannot be followed."""
        if not 0 < self.confidence < 1:
            msg = f"confidence must lie between 0 and 1, got {self.confidence}"
            raise ValueError(msg)
        object.__setattr__(self, "looks", tuple(self.looks) or _default_looks(1 - self.confidence))
        if self.looks[0] < 1 or self.looks[-1] > MOST_PAIRS or any(a >= b for a, b in itertools.pairwise(self.looks)):
            msg = f"looks must grow from 1 to {MOST_PAIRS} pairs, got {self.looks}"
            raise ValueError(msg)

    @property
    def ranks(self) -> tuple[int, ...]:
        """The order statistic that each look's interval ends at, counted from outside; 0 where the look cannot say anything."""
        return _ranks(self.looks, self._budgets())

    @property
    def error(self) -> float:
        """The exact bound on the chance that the interval of any look misses: at most 1 - confidence."""
        return _missed(self.looks, self.ranks)

    def decide(self, measurements: Sequence[Measurement], *, min_speedup: float) -> Decision:
        """Say whether the pairs, in the order in which they were measured, settle the question.

        FASTER: the interval's low end reaches `min_speedup` (1.03 is 3%). SLOWER: its high end lies below 1. SAME: it lies inside
        1/min_speedup..min_speedup. EXHAUSTED: the last look settled nothing. Pairs after the look that decides change nothing.
        """
        _check_speedup(min_speedup)
        latest: Comparison | None = None
        for seen in self.comparisons(measurements):
            latest = seen or latest
            state = _state(latest, min_speedup)
            if state is not State.CONTINUE:
                return Decision(state=state, comparison=latest)
        over = len(measurements) >= self.looks[-1]
        return Decision(state=State.EXHAUSTED if over else State.CONTINUE, comparison=latest)

    def comparisons(self, measurements: Sequence[Measurement]) -> Iterator[Comparison | None]:
        """Yield what each look that has been reached shows; None where it can say nothing. All hold at once with `confidence`."""
        for look, rank in zip(self.looks, self.ranks, strict=True):
            if look <= len(measurements):
                yield self._comparison(measurements[:look], rank)

    def conclude(self, measurements: Sequence[Measurement], *, min_speedup: float) -> Decision:
        """Decide on what there is because time is up: the whole rest of the error is spent on all pairs. Never CONTINUE.

        The bound holds when what ended the race was the clock, and not the ratios.
        """
        decision = self.decide(measurements, min_speedup=min_speedup)
        if decision.state is not State.CONTINUE:
            return decision
        last = (self._last(measurements) if measurements else None) or decision.comparison
        state = _state(last, min_speedup)
        return Decision(state=State.EXHAUSTED if state is State.CONTINUE else state, comparison=last)

    def _last(self, measurements: Sequence[Measurement]) -> Comparison | None:
        """Return what a last look now, at all the pairs, shows with the error that is left."""
        past = sum(look < len(measurements) for look in self.looks)
        looks = (*self.looks[:past], len(measurements))
        return self._comparison(measurements, _ranks(looks, (*self._budgets()[:past], 1 - self.confidence))[-1])

    def _budgets(self) -> tuple[float, ...]:
        return tuple((1 - self.confidence) * look / self.looks[-1] for look in self.looks)

    def _comparison(self, measurements: Sequence[Measurement], rank: int) -> Comparison | None:
        if rank == 0:
            return None
        return comparison_of(measurements, ordered_interval(log_ratios(measurements), rank, confidence=self.confidence))


def _check_speedup(min_speedup: float) -> None:
    if not min_speedup > 1:
        msg = f"min_speedup must be above 1, got {min_speedup}"
        raise ValueError(msg)


def _state(comparison: Comparison | None, min_speedup: float) -> State:
    if comparison is None:
        return State.CONTINUE
    if comparison.low >= min_speedup:
        return State.FASTER
    if comparison.high < 1:
        return State.SLOWER
    if 1 / min_speedup < comparison.low and comparison.high < min_speedup:
        return State.SAME
    return State.CONTINUE


def _default_looks(error: float) -> tuple[int, ...]:
    """Return five looks that grow by 1.4 from the fewest pairs of which all on one side would be a quarter of the error."""
    first = next(pairs for pairs in itertools.count(1) if 2.0 ** (1 - pairs) <= error / FIRST_SHARE)
    return tuple(round(first * GROWTH**look) for look in range(LOOKS))


@functools.lru_cache(maxsize=64)
def _ranks(looks: tuple[int, ...], budgets: tuple[float, ...]) -> tuple[int, ...]:
    """Return the largest rank of each look in turn with which the error up to that look stays within its budget."""
    ranks: list[int] = []
    for position, budget in enumerate(budgets):
        rank = 0
        while 2 * (rank + 1) <= looks[position] and _missed(looks[: position + 1], (*ranks, rank + 1)) <= budget:
            rank += 1
        ranks.append(rank)
    return tuple(ranks)


def _missed(looks: Sequence[int], ranks: Sequence[int]) -> float:
    """Return twice the chance that at some look fewer than its rank of fair coins fell heads."""
    alive = {0: 1}
    missed = 0
    flips = 0
    for look, rank in zip(looks, ranks, strict=True):
        for _ in range(look - flips):
            alive = _flip(alive)
        missed = (missed << (look - flips)) + sum(paths for heads, paths in alive.items() if heads < rank)
        alive = {heads: paths for heads, paths in alive.items() if heads >= rank}
        flips = look
    return 2 * missed / (1 << flips)


def _flip(paths: dict[int, int]) -> dict[int, int]:
    """Return how many paths lead to each number of heads after one more flip."""
    after = dict(paths)
    for heads, count in paths.items():
        after[heads + 1] = after.get(heads + 1, 0) + count
    return after
