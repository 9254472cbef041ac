"""Which clock a race is decided by: processor time where the code computes, wall time where it waits, and neither against the other.

On a machine that others use as well, wall time counts their turns too; processor time does not. But processor time does not see a sleep, a
disk or another machine. So code that keeps its core busy is judged by processor time, and wall time is the second witness: where their
intervals do not meet, the wall's counts, since that is what people wait for.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from codeopt.model.evidence import Clock, Comparison, Measurement
from codeopt.stats.sequential import Decision, Plan, State, Terms

__all__ = ["decided", "preferred_clock"]

FULL = 0.8
MOST = 1.2
BLOCKED = 0.2


def preferred_clock(pairs: Sequence[Measurement]) -> Clock:
    """Return the clock that tells more: processor time where both sides compute, on one core, and hardly ever wait.

    Where the sandbox does not tell waiting from standing in a queue for the core, they must have filled one at least once.
    """
    shares = [_shares(pair) for pair in pairs]
    known = [share for share in shares if share is not None]
    if not known or len(known) < len(shares):
        return Clock.WALL
    sides = list(zip(*known, strict=True))
    if any(statistics.median(side) > MOST for side in sides):
        return Clock.WALL
    blocked = [pair.blocked_share for pair in pairs if pair.blocked_share is not None]
    computes = statistics.median(blocked) <= BLOCKED if len(blocked) == len(pairs) else all(max(side) >= FULL for side in sides)
    return Clock.CPU if computes else Clock.WALL


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
