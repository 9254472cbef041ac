"""What a person reads in a terminal of a check: one entry for each benchmark that changed, a count of the others, and the result last."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from codeopt.model.check import BenchmarkReport, CheckReport
from codeopt.model.evidence import Outcome
from codeopt.report.check_prose import (
    changed_of,
    culprit_line,
    error_rate,
    facts,
    figures_line,
    result,
    side_line,
    unchanged_line,
    unchanged_of,
)
from codeopt.report.figures import duration
from codeopt.report.page import Page
from codeopt.report.prose import LOCAL_WARNING, machine_line
from codeopt.report.styles import OUTCOME_STYLES

__all__ = ["print_check"]

_LABEL = 10
_OUTCOME = 13
_LISTED = 10
_CLAIMS = {Outcome.SLOWER, Outcome.FASTER}
_MEASURED = {*_CLAIMS, Outcome.NOT_PROVEN}


def print_check(report: CheckReport, console: Console, *, verbose: bool = False) -> None:
    """Print what became of the benchmarks, regressions first; with `verbose` those that show no change, or were not run, by name."""
    page = Page(console)
    _print_conditions(page, report)
    shown = changed_of(report) + (unchanged_of(report) if verbose else ())
    for one in shown:
        _print_benchmark(page, one)
    if shown:
        page.gap()
    _print_others(page, report, verbose=verbose)
    _print_list(page, "Notes", report.notes, most=len(report.notes))
    page.pair("took", duration(report.seconds), width=_LABEL)
    page.gap()
    style = OUTCOME_STYLES[report.outcome] if not report.holds else "bold green"
    page.paragraph(_closing(report), style=style)


def _print_conditions(page: Page, report: CheckReport) -> None:
    page.pair("base", side_line(report.base), width=_LABEL)
    page.pair("head", side_line(report.head), width=_LABEL)
    page.pair("machine", machine_line(report.machine), width=_LABEL)
    page.pair("sandbox", report.sandbox, width=_LABEL)
    if report.sandbox == "local":
        page.paragraph(LOCAL_WARNING, style="yellow")
    page.gap()


def _print_benchmark(page: Page, one: BenchmarkReport) -> None:
    figures = figures_line(one) if one.outcome in _MEASURED else ""
    lead = Text(f"{one.outcome:<{_OUTCOME}}", OUTCOME_STYLES[one.outcome])
    page.hang(lead, f"{one.benchmark.name}: {figures}" if figures else one.benchmark.name)
    indent = Text(" " * _OUTCOME)
    if one.outcome not in _CLAIMS:
        page.hang(indent, one.reason, style="dim")
    for culprit in one.cause:
        page.hang(indent, culprit_line(culprit), style="bold" if culprit.changed else "")
    for fact in facts(one):
        page.hang(indent, fact)


def _print_others(page: Page, report: CheckReport, *, verbose: bool) -> None:
    unchanged = unchanged_line(report)
    if unchanged:
        page.paragraph(unchanged if verbose else f"{unchanged} (--verbose lists them)")
    count = len(report.unreached)
    if count:
        what, them = ("1 benchmark was", "it") if count == 1 else (f"{count} benchmarks were", "them")
        page.paragraph(f"{what} not run: the change cannot reach {them} (--all runs {them})")
    if verbose:
        _print_list(page, "Not reached", report.unreached, most=count)
    skipped = [f"{name}: {reason}" for name, reason in report.skipped]
    _print_list(page, "Skipped", skipped, most=len(skipped) if verbose else _LISTED)


def _print_list(page: Page, title: str, lines: Iterable[str], *, most: int) -> None:
    lines = list(lines)
    if not lines:
        return
    page.paragraph(title, style="bold")
    for line in lines[:most]:
        page.hang(Text("- "), line)
    if len(lines) > most:
        page.paragraph(f"and {len(lines) - most} more", style="dim")


def _closing(report: CheckReport) -> str:
    # The reason tells more than the counts only where nothing could be said of any benchmark.
    silent = not report.benchmarks or report.outcome is Outcome.UNVERIFIABLE
    reason = f": {report.reason}" if silent and report.reason else ""
    return f"{result(report).removesuffix('.')}{reason}. {error_rate(report)}"
