"""A verdict as Markdown for people who decide on a patch: what was gained, what that rests on, what was compared, and what was not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codeopt.model.evidence import Check, CheckKind, Comparison, Verdict
from codeopt.model.oracle import Power, Survivor
from codeopt.model.work import Workload
from codeopt.report.check_prose import clock_words
from codeopt.report.figures import change, duration, interval, percent
from codeopt.report.markdown import table
from codeopt.report.prose import passed_word
from codeopt.report.quoted import quoted
from codeopt.report.sheet import Rows

__all__ = [
    "CHECKS",
    "SizeLine",
    "check_rows",
    "figures_table",
    "grounds",
    "power_line",
    "power_of",
    "size_lines",
    "survivor_lines",
    "timing_lines",
    "whole_line",
]

CHECKS = Rows(["check", "result", "what it saw"])
"""The table that `check_rows` are of."""

_DETAIL_LIMIT = 600
# Below this the whole workload gains so little that a maintainer should hear it in words.
_NOTABLE = 1.05
_NUMBER = r"\d+(?:\.\d+)?(?:e[+-]\d+)?"
_SIZE = rf"{_NUMBER}x \[{_NUMBER}, {_NUMBER}\] where a call takes {_NUMBER} (?:s|ms|us)"
_ONE_SIZE = re.compile(rf"({_NUMBER})x \[({_NUMBER}), ({_NUMBER})\] where a call takes ({_NUMBER} (?:s|ms|us))")
_SIZES = re.compile(rf"(?:slower on some inputs; )?from small inputs to large ones: {_SIZE}(?:, {_SIZE})*")
_MEMORY = re.compile(r"its calls take [\d.e+]+ times (?:the memory|less memory) at their peak \([^()`]{1,60}\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLine:
    """What calls of one size gain, as a verdict tells it: the ratio with its interval, and how long such a call takes."""

    ratio: float
    low: float
    high: float
    call: str


def figures_table(verdict: Verdict, workload: Workload) -> str:
    """Return before and after, of the function and of the whole workload."""
    rows = [["the function", *_figures(verdict.comparison)], [f"the whole workload, {_command(workload)}", *_figures(verdict.workload)]]
    return table(["", "before", "after", "speed-up"], rows)


def _figures(seen: Comparison | None) -> list[str]:
    return ["", "", "not measured"] if seen is None else [duration(seen.old_seconds), duration(seen.new_seconds), f"**{interval(seen)}**"]


def _command(workload: Workload) -> str:
    return quoted(" ".join(workload.argv), limit=120)


def grounds(verdict: Verdict) -> str:
    """Say what the figures rest on; empty when nothing was measured."""
    function, whole = verdict.comparison, verdict.workload
    parts = [f"{_pairs(function)} of fresh processes for the function ({clock_words(function)})"] if function else []
    parts += [f"{_pairs(whole)} of runs for the whole workload ({clock_words(whole)})"] if whole else []
    if not parts:
        return ""
    return (
        f"Measured by {' and '.join(parts)}, old and new code side by side."
        " Times are medians; a speed-up is the median over the pairs, with its interval in brackets."
    )


def _pairs(seen: Comparison) -> str:
    return "1 pair" if seen.rounds == 1 else f"{seen.rounds} pairs"


def whole_line(verdict: Verdict) -> str:
    """Say what becomes of the whole workload, and say plainly when that is nothing, or little."""
    seen = verdict.workload
    if seen is None:
        why = next((check.detail for check in verdict.checks if check.kind is CheckKind.WORKLOAD), "")
        return "**The effect on the whole workload was not measured**" + (f": {quoted(why)}" if why else ".")
    if seen.high < 1:
        return f"**The whole workload became slower:** {change(seen)}."
    if seen.low <= 1:
        return f"**No effect on the whole workload is shown:** anything from {change(seen)} is possible."
    if seen.low < _NOTABLE:
        return f"**The whole workload gains little:** {change(seen)}."
    return f"The whole workload gains too: {change(seen)}."


def timing_lines(verdict: Verdict) -> Iterator[str]:
    """Yield what the timing says beside its ratio: the gain from small inputs to large ones, and memory."""
    details = " ; ".join(check.detail for check in verdict.checks if check.kind is CheckKind.TIMING)
    for pattern in (_SIZES, _MEMORY):
        found = pattern.search(details)
        if found:
            told = found.group()
            yield f"{told[0].upper()}{told[1:]}."


def size_lines(verdict: Verdict) -> tuple[SizeLine, ...]:
    """Return what each part of the calls gains, smallest inputs first; nothing where that was not looked at."""
    details = (_SIZES.search(check.detail) for check in verdict.checks if check.kind is CheckKind.TIMING)
    told = next((found.group() for found in details if found), "")
    parts = (found.groups() for found in _ONE_SIZE.finditer(told))
    return tuple(SizeLine(ratio=float(ratio), low=float(low), high=float(high), call=call) for ratio, low, high, call in parts)


def power_of(verdict: Verdict) -> Power | None:
    """Return how many small faults the compared calls find; None where that was not looked at."""
    return next((check.power for check in verdict.checks if check.power is not None), None)


def power_line(power: Power) -> str:
    """Say how many small faults in the original the compared calls find."""
    if power.made == 0:
        return "No small fault could be put into the original to see whether the compared calls find it."
    if power.tried <= 0:
        return f"How many small faults the compared calls would find is not known: none of {power.made} could be tried."
    untried = f"; {power.untried} more were not tried" if power.untried else ""
    found = f"{power.killed} of {power.tried} small faults put into the original (mutants), {percent(power.share)}"
    return f"The compared calls find {found}{untried}."


def survivor_lines(power: Power) -> Iterator[str]:
    """Yield the small faults that no compared call found."""
    for one in sorted(power.survivors, key=lambda it: (it.line, it.before, it.after)):
        yield f"- {_survivor(one)}"


def _survivor(one: Survivor) -> str:
    return f"line {one.line}: {quoted(one.after, limit=120) or 'nothing'} for {quoted(one.before, limit=120) or 'nothing'}"


def check_rows(verdict: Verdict) -> Iterator[str]:
    """Yield a row for each check."""
    yield from (CHECKS.row(_row(check)) for check in verdict.checks)


def _row(check: Check) -> list[str]:
    aside = "" if check.decisive else ", not decisive"
    return [str(check.kind), passed_word(check.passed) + aside, quoted(check.detail, limit=_DETAIL_LIMIT)]
