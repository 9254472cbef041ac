"""The comments of the bot: one for each command, edited in place, from `at work` to what came of it.

Text of others stands in code alone. Each is Markdown without the hidden line by which a host finds it again, and below `LIMIT` characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeopt.model.bot import Offer
from codeopt.model.check import CheckReport
from codeopt.model.code import TargetName
from codeopt.model.evidence import Machine, Outcome, Verdict
from codeopt.model.report import CandidateReport, Report
from codeopt.model.work import Workload
from codeopt.report.check_markdown import check_markdown
from codeopt.report.figures import duration, interval, ratio
from codeopt.report.markdown import fence
from codeopt.report.proof import CHECKS, check_rows, figures_table, grounds, power_line, power_of, survivor_lines, timing_lines, whole_line
from codeopt.report.prose import LOCAL_WARNING, accepted_of, headline, machine_line, rejected_of, tally
from codeopt.report.prose import workload_line as command_line
from codeopt.report.quoted import plain, quoted, web_address
from codeopt.report.sheet import Rows, Sheet, folded
from codeopt.report.visible import one_line

__all__ = [
    "LIMIT",
    "check_comment",
    "failed_comment",
    "help_comment",
    "optimize_comment",
    "refused_comment",
    "verify_comment",
    "working_comment",
]

LIMIT = 60_000
"""Characters; a comment on GitHub holds 65,536."""

_SHA_DIGITS = 12
_CASE_LIMIT = 4000
_NAME_LIMIT = 200
_REASON_LIMIT = 900
_RUN = "The run's own report holds everything."
_COMMANDS = (
    ("optimize", "make the functions faster that the profile finds, and open a pull request for each proven patch", "anywhere"),
    ("optimize path/to/file.py::function", "the same for one function", "anywhere"),
    ("verify", "say whether this pull request makes its code faster, and prove it", "in a pull request"),
    ("check", "say whether this pull request makes a benchmark slower", "in a pull request"),
    ("help", "show this", "anywhere"),
)
_OUTCOMES = {
    Outcome.FASTER: "it is faster, and that is proven",
    Outcome.NOT_PROVEN: "no gain is proven",
    Outcome.SLOWER: "it is slower",
    Outcome.WRONG: "it does something else than before",
    Outcome.UNVERIFIABLE: "nothing can be said of it",
}
_NOTHING_NEXT = (
    "Name a function that you know to be slow: `/codeopt optimize path/to/file.py::function`.",
    "Set `workload` in `.github/codeopt.toml` to a command that takes its time where your users wait: only what it runs is looked at.",
    "Tests that reach the function help: what no call reaches cannot be proven.",
)


def working_comment(command: str) -> str:
    """Return what is said while a command is carried out."""
    return f"codeopt is at work on {quoted(command)}. What comes of it will stand here, in this comment.\n"


def refused_comment(reason: str) -> str:
    """Return what is said when a command is not carried out, and trying again is of no use."""
    return f"**codeopt did nothing:** {plain(reason)}\n"


def failed_comment(reason: str, *, again: bool) -> str:
    """Return what is said when a command could not be carried out; `again` says whether it is tried again without asking."""
    then = "It is tried again soon; nothing needs to be done." if again else "It is not tried again by itself: give the command once more."
    return f"**codeopt could not finish:** {quoted(reason, limit=_REASON_LIMIT)}\n\n{then}\n"


def help_comment(reason: str = "") -> str:
    """Return the commands, where they work and who may give them; `reason` says why it is shown."""
    table = Rows(["command", "what it does", "where"])
    rows = "\n".join(table.row([f"`/codeopt {name}`", what, where]) for name, what, where in _COMMANDS)
    blocks = [f"**That is no command that codeopt can follow:** {plain(reason)}"] if reason else []
    blocks += [
        "Write a command at the start of a line in a comment:",
        table.whole(rows),
        "Only people who may write to this repository can give commands.",
        "What codeopt does by itself, and what it leaves alone, is set in `.github/codeopt.toml`.",
        "A function with `codeopt: ignore` in a comment inside it is left alone.",
    ]
    return "\n\n".join(blocks) + "\n"


def check_comment(report: CheckReport) -> str:
    """Return what a check found."""
    return check_markdown(report, marker=False)


def verify_comment(verdict: Verdict, *, target: TargetName | str, workload: Workload, machine: Machine, sandbox: str, commit: str) -> str:
    """Return the verdict on a pull request whose head is at `commit`; a counterexample is shown whole, as far as there is room."""
    sheet = Sheet(limit=LIMIT, elsewhere="`codeopt verify` tells all of it.")
    sheet.block(f"## codeopt verify: {verdict.outcome}")
    sheet.block(f"**{_OUTCOMES[verdict.outcome].capitalize()}.** Function: {quoted(str(target), limit=_NAME_LIMIT)} at {_sha(commit)}.")
    if verdict.outcome is not Outcome.FASTER and verdict.reason:
        sheet.block("What was seen:" if verdict.outcome is Outcome.WRONG else "Reason:")
        sheet.block(fence(one_line(verdict.reason, limit=_CASE_LIMIT), language="text"))
    if verdict.comparison is not None or verdict.workload is not None:
        sheet.block(figures_table(verdict, workload))
        sheet.block(whole_line(verdict))
        sheet.block(" ".join([grounds(verdict), *timing_lines(verdict)]))
    _tell_power(sheet, verdict)
    sheet.rows("checks", check_rows(verdict), folded("What was compared", CHECKS.whole))
    sheet.rows("lines on how it was measured", _conditions(workload, machine, sandbox), folded("How it was measured"))
    return sheet.text()


def _tell_power(sheet: Sheet, verdict: Verdict) -> None:
    power = power_of(verdict)
    if power is not None:
        sheet.block(power_line(power))
        summary = f"Small faults that no compared call finds: {len(power.survivors)}"
        sheet.rows("small faults that no compared call finds", survivor_lines(power), folded(summary))


def _sha(commit: str) -> str:
    return quoted(commit[:_SHA_DIGITS])


def _conditions(workload: Workload, machine: Machine, sandbox: str) -> Iterator[str]:
    yield f"- workload: {quoted(command_line(workload))}"
    yield f"- machine: {quoted(machine_line(machine))}"
    yield f"- sandbox: {quoted(sandbox)}"
    if sandbox == "local":
        yield f"- {LOCAL_WARNING}"


def optimize_comment(report: Report, offers: Sequence[Offer]) -> str:
    """Return what a run found, and what became of each proven patch."""
    sheet = Sheet(limit=LIMIT, elsewhere=_RUN)
    sheet.block(f"## codeopt optimize\n\n**{headline(report)}**")
    sheet.block(f"At commit {_sha(report.info.commit)}, by the workload {quoted(command_line(report.workload))}.")
    if not report.finished:
        sheet.block("The run did not finish: what is here is as far as it went.")
    if not report.isolated:
        sheet.block(f"**Nothing was isolated.** {LOCAL_WARNING}")
    proven = Rows(["function", "function speed-up", "whole workload", "pull request"])
    told = {offer.key: offer for offer in offers}
    sheet.rows("proven patches", (proven.row(_offered(one, told.get(one.key))) for one in accepted_of(report)), proven.whole)
    if not accepted_of(report):
        sheet.block("What may help:\n\n" + "\n".join(f"- {line}" for line in _NOTHING_NEXT))
    _tell_rejected(sheet, report)
    sheet.rows("lines on what it took", _spent(report), folded("What it took"))
    return sheet.text()


def _offered(candidate: CandidateReport, offer: Offer | None) -> list[str]:
    verdict = candidate.verdict
    figures = (interval(seen) if seen else "not measured" for seen in (verdict.comparison, verdict.workload))
    where = "none" if offer is None else web_address(offer.url) if offer.url else f"none: {plain(offer.reason)}"
    return [quoted(str(candidate.target.name), limit=_NAME_LIMIT), *figures, where]


def _tell_rejected(sheet: Sheet, report: Report) -> None:
    rejected = rejected_of(report)
    if rejected:
        sheet.block(f"All verdicts: {tally(report)}.")
    table = Rows(["function", "verdict", "speed-up", "reason"])
    rows = (table.row(_rejected(one)) for one in rejected)
    sheet.rows("rejected candidates", rows, folded(f"Rejected: {len(rejected)}", table.whole))


def _rejected(candidate: CandidateReport) -> list[str]:
    verdict = candidate.verdict
    gain = ratio(verdict.comparison.ratio) if verdict.comparison else ""
    return [quoted(str(candidate.target.name), limit=_NAME_LIMIT), str(verdict.outcome), gain, quoted(verdict.reason)]


def _spent(report: Report) -> Iterator[str]:
    cost = report.cost
    yield f"- time: {duration(sum(seconds for _, seconds in cost.seconds))}"
    yield f"- tokens: {cost.prompt_tokens:,} in, {cost.completion_tokens:,} out"
    yield f"- functions looked at: {len(report.targets)}, candidates: {len(report.candidates)}"
    yield from _conditions(report.workload, report.machine, report.sandbox)
