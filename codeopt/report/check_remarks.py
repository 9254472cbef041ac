"""Where a check is best shown in the code: each regression on the function that brought it, with what is to be said there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codeopt.model.check import BenchmarkReport, CheckReport, Culprit
from codeopt.model.evidence import Outcome
from codeopt.report.check_prose import changed_of, figures_line, own_times
from codeopt.report.visible import one_line

__all__ = ["MOST_TOLD", "Place", "Remark", "doubts", "faults"]

MOST_TOLD = 10
"""How many benchmarks one remark names; the rest is counted."""

_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file, from the root of the checkout; an empty path and line 0 are nowhere."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said at one place: one visible line for each benchmark, `more` counting those that are left out."""

    place: Place
    title: str
    messages: tuple[str, ...]
    more: int = 0


def faults(report: CheckReport) -> tuple[Remark, ...]:
    """Return what failed, the worst first: where code became slower, and what broke. What has one place in common is one remark."""
    return _together(_rooted((told for one in changed_of(report) for told in _faults(one)), report.prefix))


def doubts(report: CheckReport) -> tuple[Remark, ...]:
    """Return what could not be compared."""
    lost = (one for one in report.benchmarks if one.outcome is Outcome.UNVERIFIABLE)
    return _together(
        _rooted(((_own_place(one), "codeopt: not compared", f"{one.benchmark.name}: {one.reason}") for one in lost), report.prefix)
    )


def _rooted(told: Iterable[tuple[Place, str, str]], prefix: str) -> Iterator[tuple[Place, str, str]]:
    """Name files from the root of the checkout, as GitHub does."""
    for place, title, message in told:
        yield (Place(path=prefix + place.path, line=place.line) if place.path else place), title, message


def _faults(one: BenchmarkReport) -> Iterator[tuple[Place, str, str]]:
    if one.outcome is Outcome.WRONG:
        yield _own_place(one), "codeopt: broken", f"{one.benchmark.name} works at base and fails at head: {one.reason}"
    if one.outcome is not Outcome.SLOWER:
        return
    told = f"{one.benchmark.name}: {figures_line(one)}"
    culprits = _blamed(one.cause)
    for culprit in culprits:
        place = Place(path=culprit.name.path, line=culprit.line)
        yield place, "codeopt: slower", f"{told}. {culprit.name.qualname}: {own_times(culprit)} of its own per call"
    if not culprits:
        yield _own_place(one), "codeopt: slower", told


def _blamed(cause: Sequence[Culprit]) -> list[Culprit]:
    """Return the slower functions that the change edits, else the one that lost most."""
    slower = sorted((culprit for culprit in cause if culprit.new_own_s > culprit.old_own_s), key=lambda it: it.old_own_s - it.new_own_s)
    return [culprit for culprit in slower if culprit.changed] or slower[:1]


def _own_place(one: BenchmarkReport) -> Place:
    return Place(path=one.benchmark.path, line=one.benchmark.line)


def _together(told: Iterable[tuple[Place, str, str]]) -> tuple[Remark, ...]:
    found: dict[tuple[Place, str], list[str]] = {}
    for place, title, message in told:
        found.setdefault((place, title), []).append(one_line(message, limit=_LIMIT))
    return tuple(
        Remark(place=place, title=title, messages=tuple(messages[:MOST_TOLD]), more=max(0, len(messages) - MOST_TOLD))
        for (place, title), messages in found.items()
    )
