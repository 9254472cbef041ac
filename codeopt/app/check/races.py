"""Races the benchmarks: all of them cheaply first, then, on fresh pairs, those that may have changed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.app.check.lanes import Entry, Lane
from codeopt.config import Settings
from codeopt.errors import ContestantError
from codeopt.model.check import BenchmarkReport, PeakMemory
from codeopt.model.evidence import Comparison, Outcome
from codeopt.ports import Reporter
from codeopt.stats.family import SCREEN_CONFIDENCE, confirm_confidence
from codeopt.stats.sequential import Plan, Terms
from codeopt.trial.contest import Contest, Race
from codeopt.verify.control import memory_note
from codeopt.verify.regression import SAME_WITHIN, is_suspect, ruling

__all__ = ["Lanes", "Ready", "attempt", "raced"]

SCREEN_SHARE = 0.4
FIRST_LOOK = 0.0  # no more pairs than it takes to say anything
CLAIMS = frozenset({Outcome.SLOWER, Outcome.FASTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Both versions, and base once more as a control: what the machine shows between it and base is no difference of the code."""

    base: Lane
    head: Lane
    control: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A benchmark that runs on both sides: `calls` make a batch, `memory` is what one took at its peak; None where it was not told."""

    entry: Entry
    calls: int
    memory: PeakMemory | None = None


def raced(lanes: Lanes, ready: Sequence[Ready], settings: Settings, reporter: Reporter) -> list[BenchmarkReport]:
    """Return what became of each benchmark, in their order.

    A single one is raced once. Of several, those that a first race leaves in doubt are raced again, and the error is shared among these:
    the first race chose them, so what it showed is not shown again.

    Raises:
        SandboxUnavailable: a sandbox was lost.
    """
    reports: dict[int, BenchmarkReport] = {}
    suspects = list(range(len(ready)))
    if len(ready) > 1:
        suspects = _screened(lanes, ready, settings, reporter, reports)
    confidence = confirm_confidence(settings.confidence, max(1, len(suspects)))
    for count, number in enumerate(suspects, start=1):
        one = ready[number]
        reporter.stage("confirm", f"{count} of {len(suspects)}: {one.entry.benchmark.name}")
        reports[number] = attempt(
            one, settings, sides=(lanes.base, lanes.head), control=lanes.control, confidence=confidence, part="confirm"
        )
    return [reports[number] for number in range(len(ready))]


def attempt(
    one: Ready, settings: Settings, *, sides: tuple[Lane, Lane], confidence: float, part: str, control: Lane | None = None
) -> BenchmarkReport:
    """Race a benchmark for its whole budget, and return what became of it; a failure in the middle is told as such.

    Before a difference is claimed, base is raced against itself, in the sandbox `control`, for as many pairs as it takes to say anything.

    Raises:
        SandboxUnavailable: a sandbox was lost.
    """
    plan = Plan(confidence=confidence)
    try:
        contest = _contest(one, settings, sides=sides, plan=plan, budget_s=settings.benchmark_budget, part=part)
        report = _report(one, contest, None, settings)
        if control is None or report.outcome not in CLAIMS:
            return report
        beside = _contest(one, settings, sides=(sides[0], control), plan=plan, budget_s=FIRST_LOOK, part=f"{part} control")
    except ContestantError as error:
        return _failed(one, error)
    return _report(one, contest, beside.comparison, settings)


def _screened(
    lanes: Lanes, ready: Sequence[Ready], settings: Settings, reporter: Reporter, reports: dict[int, BenchmarkReport]
) -> list[int]:
    """Race every benchmark cheaply; keep the report of those that show nothing, and return the numbers of the others."""
    suspects = []
    plan, budget_s = Plan(confidence=SCREEN_CONFIDENCE), settings.benchmark_budget * SCREEN_SHARE
    for number, one in enumerate(ready):
        reporter.stage("measure", f"{number + 1} of {len(ready)}: {one.entry.benchmark.name}")
        try:
            contest = _contest(one, settings, sides=(lanes.base, lanes.head), plan=plan, budget_s=budget_s, part="screen")
        except ContestantError as error:
            reports[number] = _failed(one, error)
            continue
        if is_suspect(contest.state, contest.comparison, max_slowdown=settings.max_slowdown):
            suspects.append(number)
        else:
            reports[number] = _report(one, contest, None, settings)
    return suspects


def _contest(one: Ready, settings: Settings, *, sides: tuple[Lane, Lane], plan: Plan, budget_s: float, part: str) -> Contest:
    race = Race(
        sides=(sides[0].opener(one.entry), sides[1].opener(one.entry)),
        plan=plan,
        terms=Terms(min_speedup=1.0, same_within=SAME_WITHIN),
        budget_s=budget_s,
        calls=one.calls,
        rng=random.Random(f"{settings.seed}/{one.entry.benchmark.name}/{part}"),  # noqa: S311 - an order of measurement, not a secret
    )
    return race.run()


def _report(one: Ready, contest: Contest, control: Comparison | None, settings: Settings) -> BenchmarkReport:
    outcome, reason = ruling(contest.comparison, control=control, max_slowdown=settings.max_slowdown)
    note = memory_note(one.memory)
    return BenchmarkReport(
        benchmark=one.entry.benchmark,
        outcome=outcome,
        reason=f"{reason}; {note}" if note else reason,
        comparison=contest.comparison,
        pairs=contest.pairs,
        memory=one.memory,
    )


def _failed(one: Ready, error: ContestantError) -> BenchmarkReport:
    return BenchmarkReport(benchmark=one.entry.benchmark, outcome=Outcome.UNVERIFIABLE, reason=f"while it was timed: {error}")
