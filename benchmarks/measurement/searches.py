"""Whole searches of 11 equal candidates, simulated from the recorded pairs of A/A comparisons.

What makes that fair: a pair is one fresh process of each side under a hash seed of its own, and every candidate of a search is raced with
the baseline in pairs of its own; so the pairs of one subject under one condition are exchangeable, and a search is made of pairs drawn
without replacement from those of its cell. Comparisons are taken in random order and their pairs in the order in which they were
measured, so that what the pairs of a stretch of time share stays together. What it does not show: pairs of one cell serve many searches,
so the searches are not independent of each other, and no more is known than the recorded pairs hold. Long comparisons are those that were
undecided: the pool holds more of their pairs than chance would, which errs on the safe side. A confirmation has no control beside it here,
which errs on the safe side as well.

Two kinds are simulated, with the plans and rules that codeopt uses. `optimize`: each of 11 is raced at the usual confidence, the best of
those that are FASTER by 3% is raced again on fresh pairs, and is a claim when it is FASTER again. `check`: 11 benchmarks are raced at the
low confidence of a first race, those that look changed are raced again with the error shared among them, and a ruling of FASTER or SLOWER
is a claim.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from codeopt.model.evidence import Comparison, Measurement, Outcome
from codeopt.stats.family import SCREEN_CONFIDENCE, confirm_confidence
from codeopt.stats.sequential import Plan, State, Terms
from codeopt.verify.clocks import decided
from codeopt.verify.regression import SAME_WITHIN, is_suspect, ruling

__all__ = ["CANDIDATES", "Pool", "claims_of_check", "claims_of_optimize"]

CANDIDATES = 11
CONFIDENCE = 0.99
MIN_SPEEDUP = 1.03


class Pool:
    """The pairs of one cell, dealt like cards; they are gathered and shuffled again when too few are left."""

    def __init__(self, comparisons: Sequence[Sequence[Measurement]], rng: random.Random) -> None:
        """Take the pairs of A/A comparisons of one subject under one condition."""
        self._comparisons = [list(pairs) for pairs in comparisons]
        self._rng = rng
        self._left: list[Measurement] = []

    def shuffle(self) -> None:
        """Gather all pairs, and lay the comparisons in random order."""
        self._rng.shuffle(self._comparisons)
        self._left = [pair for pairs in self._comparisons for pair in pairs]

    def race(self, plan: Plan, terms: Terms) -> tuple[State, Comparison | None]:
        """Return how a race of the next pairs goes, looked at as they come, to the end of the plan."""
        pairs: list[Measurement] = []
        for look in plan.looks:
            while len(pairs) < look:
                if not self._left:
                    self.shuffle()
                pairs.append(self._left.pop(0))
            decision = decided(plan, pairs, terms, over=look == plan.looks[-1])
            if decision.state is not State.CONTINUE:
                return decision.state, decision.comparison
        raise AssertionError("a plan that is over has decided")


def claims_of_optimize(pool: Pool) -> int:
    """Search once as `codeopt optimize` does, and return how many claims it ends with: 0 or 1."""
    pool.shuffle()
    plan, terms = Plan(confidence=CONFIDENCE), Terms(min_speedup=MIN_SPEEDUP, same_within=MIN_SPEEDUP)
    screened = [pool.race(plan, terms) for _ in range(CANDIDATES)]
    if not any(state is State.FASTER for state, _ in screened):
        return 0
    return int(pool.race(plan, terms)[0] is State.FASTER)


def claims_of_check(pool: Pool, *, max_slowdown: float) -> int:
    """Check 11 benchmarks at once as `codeopt check` does, and return how many are called FASTER or SLOWER."""
    pool.shuffle()
    terms = Terms(min_speedup=1.0, same_within=SAME_WITHIN)
    screened = [pool.race(Plan(confidence=SCREEN_CONFIDENCE), terms) for _ in range(CANDIDATES)]
    suspects = sum(is_suspect(state, seen, max_slowdown=max_slowdown) for state, seen in screened)
    plan = Plan(confidence=confirm_confidence(CONFIDENCE, max(1, suspects)))
    rulings = [ruling(pool.race(plan, terms)[1], control=None, max_slowdown=max_slowdown)[0] for _ in range(suspects)]
    return sum(outcome in {Outcome.FASTER, Outcome.SLOWER} for outcome in rulings)
