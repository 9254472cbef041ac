"""The report as Markdown: knows its layout, and how to keep text of others from being taken for markup.

Whatever codeopt did not write itself stands in code spans and fences that it cannot close: no links, no mentions, no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from codeopt.model.evidence import Comparison, Verdict
from codeopt.model.report import CandidateReport, Report
from codeopt.report.figures import duration, interval, percent, ratio, times
from codeopt.report.prose import (
    LOCAL_WARNING,
    accepted_of,
    by_model,
    caveats,
    headline,
    machine_line,
    origin_line,
    passed_word,
    rejected_of,
    serving_line,
    tally,
    workload_line,
)
from codeopt.report.reproduce import reproduce, resume
from codeopt.report.visible import one_line, visible

__all__ = ["code_span", "fence", "report_markdown", "table"]

_DETAIL_LIMIT = 1000
_COMMIT_DIGITS = 12
_NO_FIGURE = "not measured"


def report_markdown(report: Report, *, repo: str | None = None) -> str:
    """Return the whole report; `repo` is how commands in it reach the repository, by default the absolute path that the run had."""
    blocks = [
        *_head(report, repo),
        *_accepted(report, repo),
        *_combined(report),
        *_rejected(report),
        *_coverage(report),
        *_conditions(report),
    ]
    return "\n\n".join(blocks) + "\n"


def code_span(text: str) -> str:
    """Return `text` as inline code on one line, whatever it holds."""
    line = _unmarked(one_line(text, limit=_DETAIL_LIMIT))
    if not line:
        return ""
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fence(text: str, *, language: str) -> str:
    """Return `text` as a code block that nothing in it can close."""
    body = _unmarked(visible(text, lines=True))
    ticks = "`" * max(3, _longest_run(body) + 1)
    return f"{ticks}{language}\n{body}{'' if body.endswith(chr(10)) or not body else chr(10)}{ticks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already; bars and line ends in them are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text).replace("|", "\\|")


def _unmarked(text: str) -> str:
    # What codeopt writes on GitHub is found again by such comments, so nobody else's words may hold one, not even as code.
    return text.replace("<!-- codeopt", "\\x3c!-- codeopt")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _head(report: Report, repo: str | None) -> Iterator[str]:
    info = report.info
    yield "# codeopt report"
    yield f"**{headline(report)}**"
    dirty = ", with uncommitted changes" if info.dirty else ""
    run, where = code_span(info.run), code_span(info.repository)
    yield f"Run {run} on {where} at commit {code_span(info.commit[:_COMMIT_DIGITS])}{dirty}, started {code_span(info.started)}."
    if not report.finished:
        yield "**The run did not finish.** This command goes on with it:\n\n" + fence(resume(report, repo=repo), language="sh")
    if not report.isolated:
        yield f"**Nothing was isolated.** {LOCAL_WARNING}"
    accepted = accepted_of(report)
    if accepted:
        yield table(["function", "function speed-up", "whole workload", "proposed by"], map(_summary_row, accepted))


def _summary_row(candidate: CandidateReport) -> list[str]:
    verdict = candidate.verdict
    figures = [_figure(verdict.comparison), _figure(verdict.workload)]
    return [code_span(str(candidate.target.name)), *figures, code_span(candidate.origin.proposer)]


def _figure(comparison: Comparison | None) -> str:
    return interval(comparison) if comparison else _NO_FIGURE


def _accepted(report: Report, repo: str | None) -> Iterator[str]:
    accepted = accepted_of(report)
    if accepted:
        yield "## Proven patches"
    for number, candidate in enumerate(accepted, start=1):
        yield f"### {number}. {code_span(str(candidate.target.name))}"
        yield "\n".join(_figures(candidate))
        yield fence(candidate.diff, language="diff")
        yield "What was checked:"
        yield _checks(candidate.verdict)
        yield "This command gives the verdict again:"
        yield fence(reproduce(report, candidate, repo=repo), language="sh")


def _figures(candidate: CandidateReport) -> Iterator[str]:
    verdict = candidate.verdict
    yield f"- Function: {_measured(verdict.comparison)}"
    yield f"- Whole workload: {_measured(verdict.workload)}"
    if candidate.target.share:
        yield f"- Share of the workload's time before: {percent(candidate.target.share)}"
    yield f"- Proposed by: {code_span(origin_line(candidate.origin))}"
    yield f"- Patch: {code_span(candidate.key)}"


def _measured(comparison: Comparison | None) -> str:
    return f"**{interval(comparison)}** ({times(comparison)})" if comparison else _NO_FIGURE


def _checks(verdict: Verdict) -> str:
    rows = ([str(check.kind), passed_word(check.passed), code_span(check.detail)] for check in verdict.checks)
    return table(["check", "result", "detail"], rows)


def _combined(report: Report) -> Iterator[str]:
    combined = report.combined
    if combined is None:
        return
    yield "## All proven patches together"
    yield f"{combined.verdict.outcome}: {code_span(combined.verdict.reason)}"
    yield f"Whole workload: {_measured(combined.workload)}"
    if combined.verdict.checks:
        yield _checks(combined.verdict)


def _rejected(report: Report) -> Iterator[str]:
    rejected = rejected_of(report)
    if not rejected:
        return
    yield "## Rejected candidates"
    yield f"All verdicts: {tally(report)}."
    yield table(["function", "verdict", "speed-up", "reason", "proposed by", "patch"], map(_rejected_row, rejected))


def _rejected_row(candidate: CandidateReport) -> list[str]:
    verdict, comparison = candidate.verdict, candidate.verdict.comparison
    return [
        code_span(str(candidate.target.name)),
        str(verdict.outcome),
        ratio(comparison.ratio) if comparison else "",
        code_span(one_line(verdict.reason)),
        code_span(origin_line(candidate.origin)),
        code_span(candidate.key) if candidate.diff else "none",
    ]


def _coverage(report: Report) -> Iterator[str]:
    yield "## What was not checked"
    # Caveats may name functions, so their words are kept apart from names by making all of them code where they are not plain.
    yield "\n".join(f"- {_sentence(caveat)}" for caveat in caveats(report))


def _sentence(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9 .,:']+", text) else code_span(text)


def _conditions(report: Report) -> Iterator[str]:
    yield "## How it was measured"
    rows = [
        ["workload", code_span(workload_line(report.workload))],
        ["machine", code_span(machine_line(report.machine))],
        ["sandbox", code_span(report.sandbox) + ("" if report.isolated else ", isolates nothing")],
        ["tests of the original", code_span(report.tests)],
        ["tokens", f"{report.cost.prompt_tokens:,} in, {report.cost.completion_tokens:,} out"],
        *([["model", serving_line(report.cost.serving, candidates=by_model(report))]] if report.cost.serving else []),
        ["time by stage", ", ".join(f"{code_span(stage)} {duration(seconds)}" for stage, seconds in report.cost.seconds)],
    ]
    yield table(["what", "value"], ([name, value or "none"] for name, value in rows))
    if report.notes:
        yield "Notes:"
        yield "\n".join(f"- {code_span(note)}" for note in report.notes)
