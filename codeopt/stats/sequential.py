"""Knows when enough has been measured: a group-sequential plan whose error is bounded over all its looks together.

Each look at the pairs so far has an interval by signed ranks, with a chance of missing that is counted exactly. The chances of all looks
add up to at most the plan's error (union bound), so it may stop at any of them because of what it shows. The error is spent in proportion
to the pairs measured; what a look cannot use, because ranks are whole numbers, is left to the next ones.
"""

from __future__ import annotations

import enum
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codeopt.model.evidence import Clock, Comparison, Measurement
from codeopt.stats.compare import comparison_of, log_ratios, timed_by
from codeopt.stats.intervals import rank_error, ranks_within, walsh_interval

__all__ = ["Decision", "Plan", "State", "Terms"]

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
        """The rank that each look's interval ends at, counted from outside; 0 where the look cannot say anything."""
        return _ranks(self.looks, 1 - self.confidence)

    @property
    def fewest(self) -> int:
        """How many pairs it takes for a conclusion to say anything, where they all agree."""
        return next(count for count in itertools.count(1) if ranks_within(count, 1 - self.confidence))

    @property
    def error(self) -> float:
        """The bound on the chance that the interval of any look misses: at most 1 - confidence."""
        return sum(rank_error(look, rank) for look, rank in zip(self.looks, self.ranks, strict=True))

    def decide(
        self, measurements: Sequence[Measurement], *, min_speedup: float, same_within: float | None = None, clock: Clock = Clock.WALL
    ) -> Decision:
        """Say whether the pairs, in the order in which they were measured, settle the question by one clock.

        FASTER: the interval's low end reaches `min_speedup` (1.03 is 3%), or lies above 1 where that is all that is asked for. SLOWER: its
        high end lies below 1. SAME: it lies inside 1/same_within..same_within (`min_speedup` when None). EXHAUSTED: the last look settled
        nothing. Pairs after the look that decides change nothing.
        """
        terms = Terms.of(min_speedup, same_within)
        latest: Comparison | None = None
        for seen in self.comparisons(measurements, clock=clock):
            latest = seen or latest
            state = terms.state(latest)
            if state is not State.CONTINUE:
                return Decision(state=state, comparison=latest)
        over = len(measurements) >= self.looks[-1]
        return Decision(state=State.EXHAUSTED if over else State.CONTINUE, comparison=latest)

    def comparisons(self, measurements: Sequence[Measurement], *, clock: Clock = Clock.WALL) -> Iterator[Comparison | None]:
        """Yield what each look that has been reached shows; None where it can say nothing. All hold at once with `confidence`."""
        for look, rank in zip(self.looks, self.ranks, strict=True):
            if look <= len(measurements):
                yield self._comparison(measurements[:look], rank, clock)

    def conclude(
        self, measurements: Sequence[Measurement], *, min_speedup: float, same_within: float | None = None, clock: Clock = Clock.WALL
    ) -> Decision:
        """Decide on what there is because time is up: the whole rest of the error is spent on all pairs. Never CONTINUE.

        The bound holds when what ended the race was the clock, and not the ratios.
        """
        decision = self.decide(measurements, min_speedup=min_speedup, same_within=same_within, clock=clock)
        if decision.state is not State.CONTINUE:
            return decision
        last = self._last(measurements, clock) or decision.comparison
        state = Terms.of(min_speedup, same_within).state(last)
        return Decision(state=State.EXHAUSTED if state is State.CONTINUE else state, comparison=last)

    def _last(self, measurements: Sequence[Measurement], clock: Clock) -> Comparison | None:
        """Return what a last look now, at all the pairs, shows with the error that is left."""
        past = [(look, rank) for look, rank in zip(self.looks, self.ranks, strict=True) if look < len(measurements)]
        spent = sum(rank_error(look, rank) for look, rank in past)
        return self._comparison(measurements, ranks_within(len(measurements), 1 - self.confidence - spent), clock)

    def _comparison(self, measurements: Sequence[Measurement], rank: int, clock: Clock) -> Comparison | None:
        timed = timed_by(measurements, clock) if rank else None
        if timed is None:
            return None
        return comparison_of(timed, walsh_interval(log_ratios(timed), rank, confidence=self.confidence), clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a race is about: FASTER from `min_speedup` on (1: any that is shown), the same within `same_within` either way."""

    min_speedup: float
    same_within: float

    def __post_init__(self) -> None:
        """Reject terms that nothing, or everything, would meet."""
        if not (self.min_speedup >= 1 and self.same_within > 1):
            msg = f"min_speedup must be at least 1, and what is the same within more than 1, got {self.min_speedup} and {self.same_within}"
            raise ValueError(msg)

    @classmethod
    def of(cls, min_speedup: float, same_within: float | None) -> Terms:
        """Return terms where what is the same is, unless told, what is not yet faster."""
        return cls(min_speedup=min_speedup, same_within=min_speedup if same_within is None else same_within)

    def state(self, comparison: Comparison | None) -> State:
        """Say what an interval means under these terms."""
        if comparison is None:
            return State.CONTINUE
        if comparison.low > 1 and comparison.low >= self.min_speedup:
            return State.FASTER
        if comparison.high < 1:
            return State.SLOWER
        if 1 / self.same_within < comparison.low and comparison.high < self.same_within:
            return State.SAME
        return State.CONTINUE


def _default_looks(error: float) -> tuple[int, ...]:
    """Return five looks that grow by 1.4 from the fewest pairs of which all on one side would be a quarter of the error."""
    first = next(pairs for pairs in itertools.count(1) if 2.0 ** (1 - pairs) <= error / FIRST_SHARE)
    return tuple(round(first * GROWTH**look) for look in range(LOOKS))


@functools.lru_cache(maxsize=64)
def _ranks(looks: tuple[int, ...], error: float) -> tuple[int, ...]:
    """Return the largest rank of each look in turn with which the errors up to that look stay within their share."""
    ranks: list[int] = []
    spent = 0.0
    for look in looks:
        rank = ranks_within(look, error * look / looks[-1] - spent)
        spent += rank_error(look, rank)
        ranks.append(rank)
    return tuple(ranks)
