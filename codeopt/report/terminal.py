"""What a person reads in a terminal: knows layout and colour, for 60 to 200 columns, and for no terminal at all.

Lines never end in spaces, and diffs and commands are never wrapped: what is copied is what was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from codeopt.model.code import Target, TargetName
from codeopt.model.evidence import Check, Comparison, Machine, Verdict
from codeopt.model.report import CandidateReport, Report
from codeopt.model.work import Profile, ProfileRow, Workload
from codeopt.report.figures import duration, interval, times
from codeopt.report.page import Page
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
    short_origin,
    tally,
    workload_line,
)
from codeopt.report.reproduce import reproduce, resume
from codeopt.report.styles import CHECK_STYLES, OUTCOME_STYLES

__all__ = ["print_profile", "print_report", "print_verdict"]

_COMMIT_DIGITS = 12
_LABEL = 10


def print_report(report: Report, console: Console) -> None:
    """Print a run's evidence: what was proven, what was rejected and why, and what was not checked."""
    page = Page(console)
    info = report.info
    dirty = ", with uncommitted changes" if info.dirty else ""
    page.pair("run", f"{info.run} on {info.repository} at {info.commit[:_COMMIT_DIGITS]}{dirty}", width=_LABEL)
    _print_conditions(page, report.workload, report.machine, sandbox=report.sandbox, isolated=report.isolated)
    page.pair("tests", report.tests, width=_LABEL)
    page.gap()
    page.paragraph(headline(report), style="bold")
    if not report.finished:
        page.paragraph("The run did not finish. This command goes on with it:")
        page.verbatim(resume(report), indent=2)
    for number, candidate in enumerate(accepted_of(report), start=1):
        _print_accepted(page, report, candidate, number=number)
    _print_combined(page, report)
    _print_rejected(page, report)
    _print_end(page, report)


def print_verdict(
    verdict: Verdict, console: Console, *, target: TargetName | str, workload: Workload, machine: Machine, sandbox: str, diff: str = ""
) -> None:
    """Print one verdict with its checks, its figures, and what it was taken on."""
    page = Page(console)
    _print_outcome(page, verdict)
    page.pair("target", str(target), width=_LABEL)
    _print_figures(page, verdict)
    _print_conditions(page, workload, machine, sandbox=sandbox, isolated=sandbox != "local")
    _print_checks(page, verdict.checks)
    if diff:
        page.gap()
        page.diff(diff)


def print_profile(
    profile: Profile, console: Console, *, targets: Sequence[Target], workload: Workload, sandbox: str, limit: int = 20
) -> None:
    """Print where the time of the workload goes, in the order of `targets`; `limit` bounds the rows."""
    page = Page(console)
    page.pair("workload", workload_line(workload), width=_LABEL)
    page.pair("sandbox", sandbox, width=_LABEL)
    page.pair("sampled", f"{duration(profile.total_s)}, {profile.samples} samples", width=_LABEL)
    page.gap()
    if not targets:
        page.paragraph("No function of the repository was seen: the time goes elsewhere, or the workload is too short.")
        return
    page.hang(Text(f"{'share':>6}  {'own':>8}  {'total':>8}  "), "function", style="bold")
    rows = {row.name: row for row in profile.rows}
    for target in targets[:limit]:
        page.hang(_profile_lead(target, rows.get(target.name)), str(target.name))
    if len(targets) > limit:
        page.paragraph(f"and {len(targets) - limit} more", style="dim")


def _profile_lead(target: Target, row: ProfileRow | None) -> Text:
    own, total = (duration(row.own_s), duration(row.total_s)) if row else ("-", "-")
    return Text(f"{target.share:>6.1%}  {own:>8}  {total:>8}  ")


def _print_outcome(page: Page, verdict: Verdict) -> None:
    lead = Text(f"{verdict.outcome}  ", OUTCOME_STYLES[verdict.outcome])
    page.hang(lead, verdict.reason)


def _print_figures(page: Page, verdict: Verdict) -> None:
    page.pair("function", _measured(verdict.comparison), width=_LABEL)
    page.pair("whole run", _measured(verdict.workload), width=_LABEL)


def _measured(comparison: Comparison | None) -> str:
    return f"{interval(comparison)} ({times(comparison)})" if comparison else "not measured"


def _print_conditions(page: Page, workload: Workload, machine: Machine, *, sandbox: str, isolated: bool) -> None:
    page.pair("workload", workload_line(workload), width=_LABEL)
    page.pair("machine", machine_line(machine), width=_LABEL)
    page.pair("sandbox", sandbox, width=_LABEL)
    if not isolated:
        page.paragraph(LOCAL_WARNING, style="yellow")


def _print_checks(page: Page, checks: Iterable[Check]) -> None:
    for check in checks:
        word = (f"{passed_word(check.passed):<9}", CHECK_STYLES[check.passed])
        page.hang(Text.assemble(word, f"{check.kind:<9}"), check.detail)


def _print_accepted(page: Page, report: Report, candidate: CandidateReport, *, number: int) -> None:
    page.gap()
    page.hang(Text(f"{number}. ", "bold green"), str(candidate.target.name), style="bold")
    _print_figures(page, candidate.verdict)
    page.pair("by", origin_line(candidate.origin), width=_LABEL)
    _print_checks(page, candidate.verdict.checks)
    page.gap()
    page.diff(candidate.diff)
    page.gap()
    page.paragraph("This command gives the verdict again:")
    page.verbatim(reproduce(report, candidate), indent=2)


def _print_combined(page: Page, report: Report) -> None:
    if report.combined is None:
        return
    page.gap()
    page.paragraph("All proven patches together", style="bold")
    _print_outcome(page, report.combined.verdict)
    page.pair("whole run", _measured(report.combined.workload), width=_LABEL)


def _print_rejected(page: Page, report: Report) -> None:
    rejected = rejected_of(report)
    if not rejected:
        return
    page.gap()
    page.paragraph(f"Rejected candidates (all verdicts: {tally(report)})", style="bold")
    for candidate in rejected:
        verdict = candidate.verdict
        lead = Text(f"{verdict.outcome:<13}", OUTCOME_STYLES[verdict.outcome])
        page.hang(lead, f"{candidate.target.name} ({short_origin(candidate)})")
        page.hang(Text(" " * len(lead)), verdict.reason, style="dim")


def _print_end(page: Page, report: Report) -> None:
    page.gap()
    page.paragraph("What was not checked", style="bold")
    for caveat in caveats(report):
        page.hang(Text("- "), caveat)
    if report.notes:
        page.gap()
        page.paragraph("Notes", style="bold")
    for note in report.notes:
        page.hang(Text("- "), note)
    page.gap()
    cost = report.cost
    page.pair("tokens", f"{cost.prompt_tokens:,} in, {cost.completion_tokens:,} out", width=_LABEL)
    if cost.serving is not None:
        page.pair("model", serving_line(cost.serving, candidates=by_model(report)), width=_LABEL)
    page.pair("time", ", ".join(f"{stage} {duration(seconds)}" for stage, seconds in cost.seconds) or "not measured", width=_LABEL)
