"""Races runners in fresh processes, side by side, until the figures are settled or the time is over.

The unit is the pair: one fresh process for each side, under a hash seed drawn anew, started in random order. Within a pair batches of the
same number of calls alternate, A B B A, so that a drift of the machine meets both alike. Neighbours are compared, and what a pair says is
the median over them: what slows the machine for a while slows both of two neighbours, or spoils a few of them.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Protocol

from codeopt.model.evidence import Comparison, Measurement
from codeopt.stats.sequential import Decision, Plan, State, Terms
from codeopt.trial.clock import Elapsed
from codeopt.verify.clocks import decided

__all__ = ["Contest", "Opener", "Race", "Runner", "calibrated", "measurement"]

BATCH_S = 0.01
LONG_S = 0.1
ROUNDS = 4
FEWEST_ROUNDS = 2
LONG_BATCH_S = 0.05
WARM_UPS = 5
SETTLED = 0.97
FLOOR_S = 1e-9
LARGEST_BATCH = 10_000_000


class Runner(Protocol):
    """A fresh process that makes calls when it is told."""

    def batch(self, calls: int) -> Elapsed:
        """Make so many calls, and say how long all of them took.

        Raises:
            ContestantError: they fail.
        """
        ...


Opener = Callable[[int], AbstractContextManager[Runner]]
"""Starts a fresh process under a hash seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """How a race went: `pairs` are in seconds per call."""

    state: State
    comparison: Comparison | None
    pairs: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """A race to be run: `sides` are old and new."""

    sides: tuple[Opener, Opener]
    plan: Plan
    terms: Terms
    budget_s: float
    calls: int
    rng: random.Random

    def run(self) -> Contest:
        """Make pairs until the plan is decided, or the budget is spent and there are as many as it takes to say anything.

        Raises:
            ContestantError: a runner fails.
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        start = time.perf_counter()
        pairs: list[Measurement] = []
        decision = Decision(state=State.CONTINUE, comparison=None)
        while decision.state is State.CONTINUE:
            pairs.append(self._pair())
            spent = time.perf_counter() - start
            # A pair that would end after the budget is not begun.
            over = spent * (1 + 1 / len(pairs)) > self.budget_s and len(pairs) >= self.plan.fewest
            decision = decided(self.plan, pairs, self.terms, over=over)
        return Contest(state=decision.state, comparison=decision.comparison, pairs=tuple(pairs))

    def _pair(self) -> Measurement:
        """Run one fresh process of each side, and return what the batches of each took."""
        hash_seed = self.rng.randrange(1, 2**32)
        with ExitStack() as stack:
            opened = {side: stack.enter_context(self.sides[side](hash_seed)) for side in self._order()}
            for side in self._order():
                _warm_up(opened[side], self.calls)
            times: tuple[list[Elapsed], list[Elapsed]] = ([], [])
            while len(times[0]) < 2 * _rounds(times[0]):
                order = self._order()
                for side in (*order, *reversed(order)):
                    times[side].append(opened[side].batch(self.calls))
        return measurement(*times, calls=self.calls)

    def _order(self) -> list[int]:
        return self.rng.sample((0, 1), 2)


def _rounds(times: Sequence[Elapsed]) -> int:
    """Return how many rounds a pair takes: of calls that take long, more pairs tell more than more calls of each."""
    return FEWEST_ROUNDS if any(elapsed.seconds > LONG_BATCH_S for elapsed in times) else ROUNDS


def measurement(old: Sequence[Elapsed], new: Sequence[Elapsed], *, calls: int) -> Measurement:
    """Return what one pair of processes says, in seconds per call; batches at the same place of both sides were made one after the other.

    The ratio of the two figures is the median of the ratios of such neighbours.
    """
    used = [(elapsed.cpu_seconds, other.cpu_seconds) for elapsed, other in zip(old, new, strict=True)]
    known = [(one, other) for one, other in used if one is not None and other is not None]
    shares = [_blocked_share(side) for side in (old, new)]
    told = [share for share in shares if share is not None]
    old_s, new_s = _compared([(one.seconds, other.seconds) for one, other in zip(old, new, strict=True)], calls)
    old_cpu_s, new_cpu_s = _compared(known, calls) if len(known) == len(used) else (None, None)
    return Measurement(
        old_seconds=old_s,
        new_seconds=new_s,
        old_cpu_seconds=old_cpu_s,
        new_cpu_seconds=new_cpu_s,
        blocked_share=max(told) if len(told) == len(shares) else None,
    )


def _compared(neighbours: Sequence[tuple[float, float]], calls: int) -> tuple[float, float]:
    """Return a figure for each side: their ratio is the neighbours' median, their middle that of the sides' medians."""
    pairs = [(max(old / calls, FLOOR_S), max(new / calls, FLOOR_S)) for old, new in neighbours]
    half = statistics.median(math.log(old) - math.log(new) for old, new in pairs) / 2
    middle = math.sqrt(statistics.median(old for old, _ in pairs) * statistics.median(new for _, new in pairs))
    return middle * math.exp(half), middle * math.exp(-half)


def _blocked_share(side: Sequence[Elapsed]) -> float | None:
    """Return the part of the wall time in which a side only waited, in the batch where it did so least.

    Code that waits does so every time; that the host was late to notice the end, on a full machine, happens now and then.
    """
    shares = [elapsed.blocked_seconds / max(FLOOR_S, elapsed.seconds) for elapsed in side if elapsed.blocked_seconds is not None]
    return min(1.0, *shares) if shares and len(shares) == len(side) else None


def calibrated(runner: Runner) -> int:
    """Return how many calls make a batch that is long beside what the clocks can tell apart."""
    calls = 1
    while True:
        seconds = max(_sharper(runner.batch(calls)), FLOOR_S)
        if seconds >= BATCH_S / 2 or calls >= LARGEST_BATCH:
            return max(1, min(LARGEST_BATCH, math.ceil(calls * BATCH_S / seconds)))
        calls = min(LARGEST_BATCH, max(2 * calls, min(100 * calls, math.ceil(calls * BATCH_S / seconds))))


def _warm_up(runner: Runner, calls: int) -> None:
    """Make batches until one is no longer clearly quicker than the best before: what the interpreter learns by then, it has learnt."""
    best = math.inf
    for _ in range(WARM_UPS):
        seconds = _sharper(runner.batch(calls))
        # One call that long has long been warm when it ends.
        if seconds > best * SETTLED or (calls == 1 and seconds > LONG_S):
            return
        best = min(best, seconds)


def _sharper(elapsed: Elapsed) -> float:
    """Return the processor time where it is most of what passed but for standing in the queue, else the wall time."""
    used, blocked = elapsed.cpu_seconds, elapsed.blocked_seconds
    return elapsed.seconds if used is None or blocked is None or blocked > used else used
