"""What to do next for one target: pure rules over what was proposed and judged so far. Knows no store and no graph."""

from __future__ import annotations

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
    "room",
    "shown",
]

CONFIRMATIONS = 3
"""Full verdicts per target: the best screened candidate, and two more if it fails."""

SHOWN_ATTEMPTS = 4
"""Attempts that a proposer is told of: more make a prompt longer and no answer better."""

_ORDER = (Outcome.FASTER, Outcome.NOT_PROVEN, Outcome.SLOWER, Outcome.WRONG, Outcome.UNVERIFIABLE)


class Judged(NamedTuple):
    """A candidate's key with its verdict."""

    key: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round with the keys that were first proposed in it, in order."""

    number: int
    keys: tuple[str, ...]


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
    """What to do: ask in `round`, confirm the candidate `key`, or stop."""

    kind: Literal["ask", "confirm", "stop"]
    round: int
    key: str = ""


class Admission(NamedTuple):
    """The keys of a round that are judged, and those that the budget leaves out."""

    admitted: tuple[str, ...]
    left_out: tuple[str, ...]


def next_step(history: History, budget: Budget, *, last_round: int, time_left: bool) -> Step:
    """Ask again while it may help, then confirm the best screened candidates until one holds, then stop.

    Past the deadline nothing is asked, but what was screened as faster is still confirmed.
    """
    if _may_ask(history, budget, last_round=last_round) and time_left:
        return Step(kind="ask", round=last_round + 1)
    key = _finalist(history)
    return Step(kind="confirm", round=last_round, key=key) if key else Step(kind="stop", round=last_round)


def _may_ask(history: History, budget: Budget, *, last_round: int) -> bool:
    # A run that begins again from its store goes through the rounds that it knows, so those after `last_round` do not count.
    if _has_proof(history) or last_round >= budget.rounds or room(history.until(last_round), budget) < 1:
        return False
    return last_round == 0 or bool(history.keys(last_round))


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


def attempt(judged: Judged, diff: str) -> Attempt:
    """Put a judged candidate into the words of a proposer."""
    verdict = judged.verdict
    return Attempt(key=judged.key, diff=diff, outcome=verdict.outcome.value, reason=verdict.reason, ratio=_ratio(verdict))
