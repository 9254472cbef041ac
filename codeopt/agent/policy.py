"""What to do next for one target: pure rules over what was proposed and judged so far. Knows no store and no graph."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from codeopt.model.evidence import Outcome, Verdict
from codeopt.model.work import Attempt, Budget

__all__ = [
    "CONFIRMATIONS",
    "SHOWN_ATTEMPTS",
    "Admission",
    "History",
    "Judged",
    "Round",
    "Step",
    "admit",
    "attempt",
    "best_first",
    "next_step",
    "reward",
    "room",
    "shown",
]

CONFIRMATIONS = 3
"""Full verdicts per target: the best screened candidate, and two more if it fails."""

SHOWN_ATTEMPTS = 4
"""Attempts that a proposer is told of: more make a prompt longer and no answer better."""

# A target that takes less than this of the workload cannot change it by what a measurement shows.
_LEAST_SHARE = 0.002

# So many rounds in a row without a gain, by at least this factor, end the asking: each costs what the first one cost, and gains shrink.
_PATIENCE = 2
_BETTER = 1.1

_RIGHT = 0.1
_WHOLE_DOUBLINGS = 3.0

_ORDER = (Outcome.FASTER, Outcome.NOT_PROVEN, Outcome.SLOWER, Outcome.WRONG, Outcome.UNVERIFIABLE)


class Judged(NamedTuple):
    """A candidate's key with its verdict."""

    key: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round with the keys that were first proposed in it, in order, and the number of all answers, useless ones and repeats included."""

    number: int
    keys: tuple[str, ...]
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that was proposed and judged for one target."""

    rounds: tuple[Round, ...] = ()
    screened: tuple[Judged, ...] = ()
    confirmed: tuple[Judged, ...] = ()

    @property
    def known(self) -> int:
        """How many different candidates there are."""
        return sum(len(past.keys) for past in self.rounds)

    def until(self, number: int) -> History:
        """Return the same history without the rounds after `number`."""
        return replace(self, rounds=tuple(past for past in self.rounds if past.number <= number))

    def keys(self, number: int) -> tuple[str, ...]:
        """Return the keys that round `number` brought."""
        return next((past.keys for past in self.rounds if past.number == number), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do: ask in `round`, confirm the candidate `key`, or stop; `reason` says why nothing more is asked."""

    kind: Literal["ask", "confirm", "stop"]
    round: int
    key: str = ""
    reason: str = ""


class Admission(NamedTuple):
    """The keys of a round that are judged, and those that the budget leaves out."""

    admitted: tuple[str, ...]
    left_out: tuple[str, ...]


def next_step(history: History, budget: Budget, *, last_round: int, time_left: bool, share: float = 1.0) -> Step:
    """Ask again while it may help, then confirm the best screened candidates until one holds, then stop.

    Past the deadline nothing is asked, but what was screened as faster is still confirmed. `share` is the target's part of the workload.
    """
    reason = _enough(history, budget, last_round=last_round, share=share) if time_left else "the time budget was spent"
    if not reason:
        return Step(kind="ask", round=last_round + 1)
    key = _finalist(history)
    return Step(kind="confirm" if key else "stop", round=last_round, key=key, reason=reason)


def _enough(history: History, budget: Budget, *, last_round: int, share: float) -> str:
    """Say why nothing more should be asked; empty where it should."""
    # A run that begins again from its store goes through the rounds that it knows, so those after `last_round` do not count.
    past = history.until(last_round)
    if _has_proof(history):
        return "a patch is proven"
    if last_round >= budget.rounds:
        return f"the budget of rounds ({budget.rounds}) was spent"
    if room(past, budget) < 1:
        return f"the budget of candidates ({budget.candidates}) was spent"
    if last_round > 0 and all(known.number != last_round for known in past.rounds):
        return "nothing could be asked in the last round"
    return _no_hope(past, share)


def _no_hope(past: History, share: float) -> str:
    """Say why another round is not worth its cost, from what the rounds so far brought; empty where it may be."""
    if past.rounds and not past.rounds[-1].keys and not past.rounds[-1].answers:
        return "no proposer had anything more to propose"
    if len(past.rounds) >= _PATIENCE and not any(known.keys for known in past.rounds[-_PATIENCE:]):
        return f"{_PATIENCE} rounds in a row brought nothing new"
    ratios = _best_ratios(past)
    # A share of 0 says that no sample fell on it, not that it takes no time.
    if ratios and ratios[-1] > 1.0 and 0 < share / ratios[-1] < _LEAST_SHARE:
        return f"the best candidate leaves it {share / ratios[-1]:.2%} of the workload"
    if len(ratios) > _PATIENCE and ratios[-1] > 1.0 and ratios[-1] < _BETTER * ratios[-1 - _PATIENCE]:
        return f"{_PATIENCE} rounds in a row brought nothing much faster"
    return ""


def _best_ratios(past: History) -> list[float]:
    """Return for each round the ratio of the best candidate screened as faster until then; 1 where there is none."""
    ratios = {judged.key: _ratio(judged.verdict) or 1.0 for judged in past.screened if judged.verdict.accepted}
    best = (max((ratios.get(key, 1.0) for key in known.keys), default=1.0) for known in past.rounds)
    return list(itertools.accumulate(best, max))


def _has_proof(history: History) -> bool:
    return any(judged.verdict.accepted for judged in history.confirmed)


def room(history: History, budget: Budget) -> int:
    """Return how many more candidates the target's budget allows."""
    return max(0, budget.candidates - history.known)


def _finalist(history: History) -> str:
    """Return the best candidate that was screened as faster and not yet confirmed; empty when none should be."""
    tried = {judged.key for judged in history.confirmed}
    if len(tried) >= CONFIRMATIONS or _has_proof(history):
        return ""
    hopes = [judged for judged in history.screened if judged.verdict.accepted and judged.key not in tried]
    return max(hopes, key=_certain_gain).key if hopes else ""


def _certain_gain(judged: Judged) -> float:
    comparison = judged.verdict.comparison
    return comparison.low if comparison else 0.0


def admit(history: History, budget: Budget, *, number: int) -> Admission:
    """Split what round `number` brought into what the budget of candidates allows, and the rest."""
    earlier = sum(len(past.keys) for past in history.rounds if past.number < number)
    keys = history.keys(number)
    allowed = max(0, budget.candidates - earlier)
    return Admission(keys[:allowed], keys[allowed:])


def best_first(judged: Iterable[Judged]) -> list[Judged]:
    """Order by outcome, then by measured ratio; equals stay as they were."""
    return sorted(judged, key=lambda one: (_ORDER.index(one.verdict.outcome), -(_ratio(one.verdict) or 0.0)))


def _ratio(verdict: Verdict) -> float | None:
    return verdict.comparison.ratio if verdict.comparison else None


def shown(judged: Sequence[Judged]) -> list[Judged]:
    """Return the attempts that are worth telling a proposer, best first."""
    return best_first(judged)[:SHOWN_ATTEMPTS]


def attempt(judged: Judged, diff: str, code: str = "", timings: tuple[str, ...] = ()) -> Attempt:
    """Put a judged candidate into the words of a proposer."""
    verdict = judged.verdict
    return Attempt(
        key=judged.key,
        diff=diff,
        outcome=verdict.outcome.value,
        reason=verdict.reason,
        ratio=_ratio(verdict),
        code=code,
        timings=timings,
    )


def reward(verdict: Verdict | None) -> float:
    """Say what an answer was worth, from 0 to 1: what is eight times as fast is worth all, what is right and no faster very little.

    None is an answer that was no candidate, or repeated another.
    """
    if verdict is None or verdict.outcome in {Outcome.WRONG, Outcome.UNVERIFIABLE}:
        return 0.0
    if verdict.outcome is not Outcome.FASTER:
        return _RIGHT
    return min(1.0, max(_RIGHT, math.log2(_ratio(verdict) or 1.0) / _WHOLE_DOUBLINGS))
