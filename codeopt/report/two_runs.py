"""Two runs side by side: which patches either accepted, and what the other says of them. A patch is the same by its content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from codeopt.model.evidence import Verdict
from codeopt.model.report import CandidateReport, Report
from codeopt.report.figures import interval
from codeopt.report.json_parts import SCHEMA, JsonObject, comparison_json, machine_json, text
from codeopt.report.page import Page
from codeopt.report.prose import accepted_of, headline, machine_line, tally
from codeopt.report.styles import OUTCOME_STYLES

__all__ = ["Met", "met", "print_two_runs", "two_runs_json"]

_LABEL = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A patch that at least one of two runs accepted; None where a run did not judge it."""

    key: str
    target: str
    first: Verdict | None
    second: Verdict | None


def met(first: Report, second: Report) -> tuple[Met, ...]:
    """Return every patch that either run accepted, in the order of the first run, then of the second."""
    verdicts = [{one.key: one.verdict for one in run.candidates} for run in (first, second)]
    patches: dict[str, CandidateReport] = {}
    for one in (*accepted_of(first), *accepted_of(second)):
        patches.setdefault(one.key, one)
    return tuple(
        Met(key=key, target=str(one.target.name), first=verdicts[0].get(key), second=verdicts[1].get(key)) for key, one in patches.items()
    )


def two_runs_json(first: Report, second: Report) -> JsonObject:
    """Return the object of `codeopt report --compare`."""
    patches = [
        {"key": one.key, "target": text(one.target), "first": _verdict(one.first), "second": _verdict(one.second)}
        for one in met(first, second)
    ]
    return {
        "schema": SCHEMA,
        "runs": [_run(first), _run(second)],
        "patches": patches,
        "remarks": [text(one) for one in _remarks(first, second)],
    }


def print_two_runs(first: Report, second: Report, console: Console) -> None:
    """Print both runs' tallies, and each patch that either accepted with both verdicts."""
    page = Page(console)
    for word, run in (("first", first), ("second", second)):
        page.pair(word, f"{run.info.run} at {run.info.commit[:12]}: {headline(run)} {tally(run)}", width=_LABEL)
    for remark in _remarks(first, second):
        page.paragraph(remark, style="yellow")
    for one in met(first, second):
        page.gap()
        page.hang(Text(), f"{one.target}, patch {one.key}", style="bold")
        for word, verdict in (("first", one.first), ("second", one.second)):
            page.hang(_lead(word, verdict), _figures(verdict))


def _lead(word: str, verdict: Verdict | None) -> Text:
    style = OUTCOME_STYLES[verdict.outcome] if verdict else "dim"
    return Text.assemble((f"{word:<{_LABEL}}", "dim"), (f"{verdict.outcome if verdict else 'not judged':<14}", style))


def _figures(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    parts = [f"function {interval(verdict.comparison)}"] if verdict.comparison else []
    parts += [f"whole workload {interval(verdict.workload)}"] if verdict.workload else []
    return ", ".join(parts) or verdict.reason


def _remarks(first: Report, second: Report) -> Iterator[str]:
    if first.machine != second.machine:
        yield f"The machines differ, so times do not compare: {machine_line(first.machine)}; {machine_line(second.machine)}."
    if first.info.commit != second.info.commit:
        yield "The commits differ: a patch of the same content may stand on other code."
    if first.workload != second.workload:
        yield "The workloads differ."


def _run(run: Report) -> JsonObject:
    info = run.info
    machine = machine_json(run.machine)
    counts = {str(outcome): sum(one.verdict.outcome is outcome for one in run.candidates) for outcome in OUTCOME_STYLES}
    return {"run": text(info.run), "commit": text(info.commit), "finished": run.finished, "machine": machine, "outcomes": counts}


def _verdict(verdict: Verdict | None) -> JsonObject | None:
    if verdict is None:
        return None
    figures = {"comparison": comparison_json(verdict.comparison), "workload_comparison": comparison_json(verdict.workload)}
    return {"outcome": str(verdict.outcome), "reason": text(verdict.reason), **figures}
