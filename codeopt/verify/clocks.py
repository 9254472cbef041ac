"""Which clock a race is decided by: processor time where the code computes, wall time where it waits, and neither against the other.

On a machine that others use as well, wall time counts their turns too; processor time does not. But processor time does not see a sleep, a
disk or another machine. So code that keeps its core busy is judged by processor time, and wall time is the second witness: where their
intervals do not meet, the wall's counts, since that is what people wait for.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.model.evidence import Clock, Comparison, Measurement
from codeopt.stats.sequential import Decision, Plan, State

__all__ = ["Terms", "decided", "preferred_clock"]

FULL = 0.8
MOST = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a race is about: FASTER from `min_speedup` on (1: any that is shown), the same within `same_within` either way."""

    min_speedup: float
    same_within: float


def preferred_clock(pairs: Sequence[Measurement]) -> Clock:
    """Return the clock that tells more: processor time where both sides filled a core at least once, and never more than one."""
    shares = [_shares(pair) for pair in pairs]
    known = [share for share in shares if share is not None]
    if not known or len(known) < len(shares):
        return Clock.WALL
    filled = all(max(side) >= FULL and statistics.median(side) <= MOST for side in zip(*known, strict=True))
    return Clock.CPU if filled else Clock.WALL


def decided(plan: Plan, pairs: Sequence[Measurement], terms: Terms, *, over: bool) -> Decision:
    """Say whether the pairs settle the race; with `over` they have to, since there will be no more."""

    def by(clock: Clock) -> Decision:
        settle = plan.conclude if over else plan.decide
        return settle(pairs, min_speedup=terms.min_speedup, same_within=terms.same_within, clock=clock)

    decision = by(preferred_clock(pairs))
    claims = decision.state in {State.FASTER, State.SLOWER}
    if not claims or decision.comparison is None or decision.comparison.clock is Clock.WALL:
        return decision
    wall = by(Clock.WALL)
    return wall if wall.comparison is not None and _apart(decision.comparison, wall.comparison) else decision


def _shares(pair: Measurement) -> tuple[float, float] | None:
    """Return the share of a core that each side filled."""
    if pair.old_cpu_seconds is None or pair.new_cpu_seconds is None:
        return None
    return pair.old_cpu_seconds / pair.old_seconds, pair.new_cpu_seconds / pair.new_seconds


def _apart(one: Comparison, other: Comparison) -> bool:
    return one.high < other.low or other.high < one.low
