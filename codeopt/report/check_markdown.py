"""A check as Markdown: the job's summary, and one comment on a pull request that is written anew each time.

Text of others stands in code spans alone. The whole keeps below what a comment may hold; what is cut off is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codeopt.model.check import BenchmarkReport, CheckReport, Culprit
from codeopt.model.evidence import Comparison, Outcome
from codeopt.report.check_prose import (
    changed_of,
    clock_words,
    error_rate,
    facts,
    own_times,
    per_call,
    result,
    side_line,
    unchanged_line,
    unchanged_of,
)
from codeopt.report.figures import change, duration
from codeopt.report.markdown import code_span
from codeopt.report.prose import LOCAL_WARNING, machine_line
from codeopt.report.sheet import Rows, Sheet, folded
from codeopt.report.visible import one_line

__all__ = ["LIMIT", "MARKER", "check_markdown"]

MARKER = "<!-- codeopt-check -->"
"""The first line of the comment, by which it is found again."""

LIMIT = 60_000
"""Characters; a comment on GitHub holds 65,536."""

_NAME_LIMIT, _REASON_LIMIT = 200, 300
_PLAIN = re.compile(r"[A-Za-z0-9 .,:()>-]+")
_HEADINGS = {
    Outcome.SLOWER: "slower",
    Outcome.WRONG: "broken",
    Outcome.FASTER: "faster",
    Outcome.NOT_PROVEN: "no proven change",
    Outcome.UNVERIFIABLE: "not compared",
}


def check_markdown(report: CheckReport, *, marker: bool = True) -> str:
    """Return the report, what failed first; with `marker` it begins with `MARKER`."""
    sheet = Sheet(limit=LIMIT, elsewhere="The JSON report holds everything.")
    if marker:
        sheet.block(MARKER)
    for block in _head(report):
        sheet.block(block)
    changed = changed_of(report)
    rows = Rows(["", "benchmark", "head against base", "time per call", "measured"])
    sheet.rows("benchmarks that changed", map(rows.row, map(_figures_row, changed)), rows.whole)
    causes = Rows(["benchmark", "function", "own time per call", ""])
    sheet.rows("causes", map(causes.row, _cause_rows(changed)), folded("Where the time went", causes.whole))
    sheet.rows("remarks", _fact_lines(changed), str)
    _tell_others(sheet, report)
    return sheet.text()


def _head(report: CheckReport) -> Iterator[str]:
    yield f"## codeopt check: {_HEADINGS[report.outcome] if report.benchmarks else 'nothing to compare'}"
    yield f"**{result(report)}**"
    if report.reason and (not report.benchmarks or report.outcome is Outcome.UNVERIFIABLE):
        yield f"Reason: {_reason(report.reason)}"
    yield f"{_name(side_line(report.head))} against {_name(side_line(report.base))}. {error_rate(report)}"
    if report.sandbox == "local":
        yield LOCAL_WARNING


def _tell_others(sheet: Sheet, report: CheckReport) -> None:
    unchanged = unchanged_line(report)
    if unchanged:
        rows = Rows(["benchmark", "head against base", "time per call", "measured", "reason"])
        lines = (rows.row([*_figures_row(one)[1:], _reason(one.reason)]) for one in unchanged_of(report))
        sheet.rows("unchanged benchmarks", lines, folded(unchanged, rows.whole))
    skipped = (f"- {_name(name)}: {_reason(reason)}" for name, reason in report.skipped)
    sheet.rows("skipped benchmarks", skipped, folded(f"Skipped: {len(report.skipped)}", str))
    unreached = (f"- {_name(name)}" for name in report.unreached)
    sheet.rows("unreached benchmarks", unreached, folded(f"Not run, as the change cannot reach them: {len(report.unreached)}", str))
    sheet.rows("notes", _conditions(report), folded("How it was measured", str))


def _conditions(report: CheckReport) -> Iterator[str]:
    yield f"- machine: {_reason(machine_line(report.machine))}"
    yield f"- sandbox: {_name(report.sandbox)}"
    yield f"- time: {duration(report.seconds)}"
    for note in report.notes:
        yield f"- {_reason(note)}"


def _figures_row(one: BenchmarkReport) -> list[str]:
    seen = one.comparison
    kind = f"**{_HEADINGS[one.outcome]}**" if one.outcome in {Outcome.SLOWER, Outcome.WRONG} else _HEADINGS[one.outcome]
    if one.outcome in {Outcome.WRONG, Outcome.UNVERIFIABLE} or seen is None:
        return [kind, _name(one.benchmark.name), _reason(one.reason), "", ""]
    return [kind, _name(one.benchmark.name), change(seen), per_call(seen), _measured(seen)]


def _measured(seen: Comparison) -> str:
    return f"{seen.rounds} {'pair' if seen.rounds == 1 else 'pairs'}, {clock_words(seen)}"


def _cause_rows(changed: Sequence[BenchmarkReport]) -> Iterator[list[str]]:
    for one in changed:
        for culprit in one.cause:
            yield [_name(one.benchmark.name), _place(culprit), own_times(culprit), "edited by the change" if culprit.changed else ""]


def _place(culprit: Culprit) -> str:
    return _name(f"{culprit.name.path}:{culprit.line} {culprit.name.qualname}")


def _fact_lines(changed: Sequence[BenchmarkReport]) -> Iterator[str]:
    for one in changed:
        told = "; ".join(fact if _PLAIN.fullmatch(fact) else _reason(fact) for fact in facts(one))
        if told:
            yield f"- {_name(one.benchmark.name)}: {told}"


def _name(text: str) -> str:
    return code_span(one_line(text, limit=_NAME_LIMIT))


def _reason(text: str) -> str:
    return code_span(one_line(text, limit=_REASON_LIMIT))
