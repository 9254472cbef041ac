"""A pull request for one proven patch: knows what a maintainer wants to read before merging, and in which order.

Short first, details folded. Text of others stands in code alone, so that nothing of it is a link, a mention or markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from codeopt.model.code import TargetName
from codeopt.model.report import CandidateReport, Report
from codeopt.report.figures import percent, ratio
from codeopt.report.markdown import fence
from codeopt.report.proof import (
    CHECKS,
    check_rows,
    figures_table,
    grounds,
    power_line,
    power_of,
    survivor_lines,
    timing_lines,
    whole_line,
)
from codeopt.report.prose import GENERAL_CAVEATS, LOCAL_WARNING, accepted_of, is_tested, machine_line
from codeopt.report.prose import workload_line as command_line
from codeopt.report.quoted import plain, quoted
from codeopt.report.reproduce import reproduce_branch, shell_word
from codeopt.report.sheet import Sheet, folded

__all__ = ["LIMIT", "TITLE_LIMIT", "leave_alone", "pull_request_body", "pull_request_title"]

LIMIT = 60_000
"""Characters; a pull request's text on GitHub holds 65,536."""

TITLE_LIMIT = 120

_SHA_DIGITS = 12
_ADDRESSES = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_WORDS_LIMIT = 800
_ELSEWHERE = "`codeopt verify` tells all of it."


def pull_request_title(candidate: CandidateReport) -> str:
    """Return one line, such as `Make stats.hits 2.31x faster`."""
    comparison = candidate.verdict.comparison
    gain = f"{ratio(comparison.ratio)} faster" if comparison else "faster"
    room = TITLE_LIMIT - len(f"Make  {gain}")
    return f"Make {_short_name(candidate.target.name, room)} {gain}"


def _short_name(name: TargetName, room: int) -> str:
    """Return module and function, of which nothing is left that a host could take for more than a word."""
    path = PurePosixPath(name.path)
    module = path.parent.name if path.stem == "__init__" else path.stem
    dotted = ".".join(filter(None, [module, name.qualname.replace("<locals>.", "")]))
    # Joined by dots, `www.x` and the like would become links in a text; a title makes none of them.
    word = re.sub(r"[^\w.]", "_", dotted, flags=re.ASCII if not dotted.isprintable() else re.UNICODE)
    return word if len(word) <= room else word[: room - 1] + "…"


def pull_request_body(report: Report, candidate: CandidateReport, *, commit: str, branch: str, explanation: str = "") -> str:
    """Return the text of the pull request for one accepted candidate, at most `LIMIT` characters; what is cut is said.

    `commit` is the full name of the commit that the patch was proven on and that the pull request begins from, `branch` the name of its
    branch. `explanation` says what the patch does: the summary of its rule (`asks a set, not the list`), or the words of its model.
    """
    sheet = Sheet(limit=LIMIT, elsewhere=_ELSEWHERE)
    sheet.block(_change(report, candidate))
    if explanation.strip():
        sheet.block(_in_words(candidate, explanation))
    sheet.block(figures_table(candidate.verdict, report.workload))
    for line in _proof(candidate):
        sheet.block(line)
    _tell_command(sheet, report, candidate, commit=commit, branch=branch)
    _tell_details(sheet, report, candidate, commit=commit)
    sheet.block(leave_alone())
    return sheet.text()


def _change(report: Report, candidate: CandidateReport) -> str:
    added, removed = _lines(candidate.diff)
    share = candidate.target.share
    part = f" It took {percent(share)} of the workload's time." if share else ""
    author = {"rules": "a rule of codeopt", "model": "a model"}.get(candidate.origin.proposer, quoted(candidate.origin.proposer))
    lines = f"{added} {'line' if added == 1 else 'lines'} added, {removed} removed"
    return (
        f"This makes {quoted(str(candidate.target.name))} faster and, in all that was compared, changes nothing that it does ({lines})."
        f"{part} The change was written by {author} ({quoted(_source(candidate))}) and proven by measurement in a"
        f" {'sandbox' if report.isolated else 'run that nothing isolated'}."
    )


def _lines(diff: str) -> tuple[int, int]:
    """Count the lines that a diff adds and removes, by what its hunks say of themselves."""
    added = removed = 0
    old = new = 0
    for line in diff.split("\n"):
        if old <= 0 and new <= 0:
            hunk = re.match(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", line)
            old, new = (int(size) if size is not None else 1 for size in hunk.groups()) if hunk else (0, 0)
            continue
        added += line.startswith("+")
        removed += line.startswith("-")
        old -= not line.startswith(("+", "\\"))
        new -= not line.startswith(("-", "\\"))
    return added, removed


def _in_words(candidate: CandidateReport, explanation: str) -> str:
    if candidate.origin.proposer == "rules":
        return f"In short, it {plain(explanation, limit=_WORDS_LIMIT)}."
    return f"In the words of its author: {quoted(explanation, limit=_WORDS_LIMIT)}"


def _source(candidate: CandidateReport) -> str:
    origin = candidate.origin
    version = f" version {origin.prompt_version}" if origin.prompt_version else ""
    asked = f"{origin.prompt}{version}" if origin.prompt else ""
    return ", ".join(filter(None, [origin.model, asked])) or origin.proposer


def _proof(candidate: CandidateReport) -> Iterator[str]:
    verdict = candidate.verdict
    yield whole_line(verdict)
    if verdict.comparison is not None:
        yield " ".join([grounds(verdict), *timing_lines(verdict)])
    needed = sum(check.decisive for check in verdict.checks)
    power = power_of(verdict)
    yield " ".join(
        [
            f"All {needed} checks that the verdict needs have passed, on results as well as on speed.",
            *([power_line(power)] if power else []),
        ]
    )


def _tell_command(sheet: Sheet, report: Report, candidate: CandidateReport, *, commit: str, branch: str) -> None:
    base = commit[:_SHA_DIGITS]
    stand = f"git fetch origin {shell_word(branch)} && git switch --detach {shell_word(base)}"
    sheet.block(
        "With codeopt installed, and a clone that stands on the commit that this begins from, the second line gives the verdict again:"
    )
    command = fence(f"{stand}\n{reproduce_branch(report, candidate, base=base, branch=branch)}", language="sh")
    sheet.rows("commands", [command])


def _tell_details(sheet: Sheet, report: Report, candidate: CandidateReport, *, commit: str) -> None:
    sheet.rows("things that were not checked", (f"- {line}" for line in _open(report, candidate)), folded("What was not checked"))
    sheet.rows("checks", check_rows(candidate.verdict), folded("What was compared", CHECKS.whole))
    power = power_of(candidate.verdict)
    if power is not None:
        summary = f"Small faults that no compared call finds: {len(power.survivors)}"
        sheet.rows("small faults that no compared call finds", survivor_lines(power), folded(summary))
    conditions = (f"- {line}" for line in _conditions(report, candidate, commit))
    sheet.rows("lines on how it was measured", conditions, folded("How it was measured"))


def _open(report: Report, candidate: CandidateReport) -> Iterator[str]:
    """Yield what the evidence for this one patch does not cover."""
    yield from GENERAL_CAVEATS
    yield "Other systems, other versions of Python and of the packages it uses were not tried."
    yield "Threads or processes that share an object were not tried."
    if not is_tested(candidate):
        yield "No test of the repository judged this patch."
    power = power_of(candidate.verdict)
    if power is not None and power.survivors:
        count = len(power.survivors)
        yield f"{count} small {'fault' if count == 1 else 'faults'} of those listed below would not be noticed by what was compared."
    for check in candidate.verdict.checks:
        if not check.passed:
            yield f"The check `{check.kind}` {'failed' if check.passed is False else 'could say nothing'}: {quoted(check.detail)}"
    if len(accepted_of(report)) > 1:
        yield "It was measured alone, without the other proven patches of the same run."
    if not report.isolated:
        yield LOCAL_WARNING


def _conditions(report: Report, candidate: CandidateReport, commit: str) -> Iterator[str]:
    dirty = ", with uncommitted changes" if report.info.dirty else ""
    yield f"commit: {quoted(commit[:_SHA_DIGITS])}{dirty}, run {quoted(report.info.run)}, patch {quoted(candidate.key)}"
    yield f"workload: {quoted(command_line(report.workload))}"
    yield f"machine: {quoted(machine_line(report.machine))}"
    yield f"sandbox: {quoted(report.sandbox)}{'' if report.isolated else ', isolates nothing'}"
    yield f"tests of the original: {quoted(report.tests) or 'none'}"
    searched = tuple(f"{target.name}: " for target in report.targets)
    for note in report.notes:
        if note.startswith(searched):
            continue  # it tells of the search, which is over
        # A note may name the server of a model, which is nobody's business but the operator's.
        yield quoted(_ADDRESSES.sub("(an address)", note))


def leave_alone() -> str:
    """Say how codeopt is kept from something."""
    return (
        "---\n\nTo keep codeopt from a function, write `codeopt: ignore` in a comment inside it; `.github/codeopt.toml` keeps it from"
        " files, or from all. A patch whose pull request was closed is not offered again."
    )
