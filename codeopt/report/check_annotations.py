"""A check as workflow commands of GitHub Actions: knows their grammar, and where a regression is best shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from codeopt.model.check import BenchmarkReport, CheckReport, Culprit
from codeopt.model.evidence import Outcome
from codeopt.report.check_prose import changed_of, figures_line, own_times
from codeopt.report.visible import one_line, visible

__all__ = ["check_annotations"]

MOST = 10
"""GitHub shows no more of one kind for one step."""

_LIMIT = 1000


class _Place(NamedTuple):
    path: str
    line: int


class _Remark(NamedTuple):
    title: str
    message: str


def check_annotations(report: CheckReport) -> list[str]:
    """Return one command a line: errors where code became slower or broke, warnings for what could not be compared.

    What has one place in common is one annotation; of each kind there are at most `MOST`, and the last one counts those left out.
    """
    errors = (placed for one in changed_of(report) for placed in _errors(one))
    doubts = (one for one in report.benchmarks if one.outcome is Outcome.UNVERIFIABLE)
    warnings = ((_own_place(one), _Remark("codeopt: not compared", f"{one.benchmark.name}: {one.reason}")) for one in doubts)
    return [*_commands("error", _rooted(errors, report.prefix)), *_commands("warning", _rooted(warnings, report.prefix))]


def _rooted(placed: Iterable[tuple[_Place, _Remark]], prefix: str) -> Iterator[tuple[_Place, _Remark]]:
    """Name files from the root of the checkout, as GitHub does."""
    for place, remark in placed:
        yield (place._replace(path=prefix + place.path) if place.path else place), remark


def _errors(one: BenchmarkReport) -> Iterator[tuple[_Place, _Remark]]:
    if one.outcome is Outcome.WRONG:
        yield _own_place(one), _Remark("codeopt: broken", f"{one.benchmark.name} works at base and fails at head: {one.reason}")
    if one.outcome is not Outcome.SLOWER:
        return
    told = f"{one.benchmark.name}: {figures_line(one)}"
    culprits = _blamed(one.cause)
    for culprit in culprits:
        yield (
            _Place(culprit.name.path, culprit.line),
            _Remark("codeopt: slower", f"{told}. {culprit.name.qualname}: {own_times(culprit)} of its own per call"),
        )
    if not culprits:
        yield _own_place(one), _Remark("codeopt: slower", told)


def _blamed(cause: Sequence[Culprit]) -> list[Culprit]:
    """Return the slower functions that the change edits, else the one that lost most."""
    slower = sorted((culprit for culprit in cause if culprit.new_own_s > culprit.old_own_s), key=lambda it: it.old_own_s - it.new_own_s)
    return [culprit for culprit in slower if culprit.changed] or slower[:1]


def _own_place(one: BenchmarkReport) -> _Place:
    return _Place(one.benchmark.path, one.benchmark.line)


def _commands(kind: str, placed: Iterable[tuple[_Place, _Remark]]) -> Iterator[str]:
    together: dict[tuple[_Place, str], list[str]] = {}
    for place, remark in placed:
        together.setdefault((place, remark.title), []).append(one_line(remark.message, limit=_LIMIT))
    rest = len(together) - MOST
    for number, ((place, title), messages) in enumerate(together.items(), start=1):
        if number > MOST:
            return
        more = [f"... and {len(messages) - MOST} more benchmarks here"] if len(messages) > MOST else []
        more += [f"... and {rest} more places like this: see the job's summary"] if number == MOST and rest > 0 else []
        yield _command(kind, place, title, "\n".join([*messages[:MOST], *more]))


def _command(kind: str, place: _Place, title: str, message: str) -> str:
    properties = []
    if place.path:
        properties.append(f"file={_property(visible(place.path))}")
        if place.line > 0:
            properties.append(f"line={place.line}")
    properties.append(f"title={_property(title)}")
    return f"::{kind} {','.join(properties)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
