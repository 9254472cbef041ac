"""Says what became of a benchmark between two commits: the one place where a regression is declared."""

from __future__ import annotations

import math
from collections.abc import Sequence

from codeopt.model.check import BenchmarkReport
from codeopt.model.evidence import Comparison, Outcome
from codeopt.stats.sequential import State
from codeopt.verify.control import bias, bias_note

__all__ = ["is_suspect", "overall", "ruling"]

SAME_WITHIN = 1.01
"""What lies inside this ratio either way is called the same, and ends a race."""


def is_suspect(state: State, comparison: Comparison | None, *, max_slowdown: float) -> bool:
    """Whether a first, cheap race leaves it possible that something changed: then it is raced again, on fresh pairs."""
    if comparison is None or state in {State.FASTER, State.SLOWER}:
        return True
    return state is not State.SAME and not (1 / max_slowdown < comparison.low and comparison.high < max_slowdown)


def ruling(comparison: Comparison | None, *, control: Comparison | None, max_slowdown: float) -> tuple[Outcome, str]:
    """Return the outcome and its reason.

    SLOWER or FASTER need the whole interval on one side of 1, beyond what the machine shows between base and itself, and a ratio of at
    least `max_slowdown` either way: a proven difference that is smaller than what is tolerated is told, and fails nothing.
    """
    if comparison is None:
        return Outcome.UNVERIFIABLE, "too few pairs could be measured: give it more time with --budget"
    shown = _shown(comparison)
    slower, faster = comparison.high < 1.0, comparison.low > 1.0
    if not slower and not faster:
        return Outcome.NOT_PROVEN, _undecided(comparison, max_slowdown)
    if control is not None and (comparison.low if faster else 1 / comparison.high) <= bias(control):
        return Outcome.UNVERIFIABLE, bias_note(control)
    if max(comparison.ratio, 1 / comparison.ratio) < max_slowdown:
        return Outcome.NOT_PROVEN, f"{shown}: less than the {_percent(max_slowdown)} that count"
    return (Outcome.SLOWER, shown) if slower else (Outcome.FASTER, shown)


def overall(reports: Sequence[BenchmarkReport]) -> tuple[Outcome, str]:
    """Return the outcome of a check with its reason: the worst of its benchmarks', but for a few that could not be compared.

    Where none could be compared, nothing was shown.
    """
    named = {outcome: [report.benchmark.name for report in reports if report.outcome is outcome] for outcome in Outcome}
    for outcome, verb in ((Outcome.WRONG, "fail"), (Outcome.SLOWER, "became slower")):
        if named[outcome]:
            return outcome, f"{len(named[outcome])} of {len(reports)} benchmarks {verb}: {_listed(named[outcome])}"
    if reports and len(named[Outcome.UNVERIFIABLE]) == len(reports):
        return Outcome.UNVERIFIABLE, f"none of {len(reports)} benchmarks could be compared: {reports[0].reason}"
    aside = f"; {len(named[Outcome.UNVERIFIABLE])} could not be compared" if named[Outcome.UNVERIFIABLE] else ""
    if named[Outcome.FASTER]:
        return Outcome.FASTER, f"none of {len(reports)} benchmarks became slower, {len(named[Outcome.FASTER])} became faster{aside}"
    if not reports:
        return Outcome.NOT_PROVEN, "the change reaches no benchmark"
    return Outcome.NOT_PROVEN, f"none of {len(reports)} benchmarks became slower{aside}"


def _shown(comparison: Comparison) -> str:
    seen = comparison if comparison.ratio >= 1 else comparison.swapped()
    word = "faster" if comparison.ratio >= 1 else "slower"
    return f"{seen.ratio:.3g}x {word} [{seen.low:.3g}, {seen.high:.3g}]"


def _undecided(comparison: Comparison, max_slowdown: float) -> str:
    width = max(comparison.high, 1 / comparison.low)
    if width < max_slowdown:
        return f"the same within {_percent(width)}"
    return f"undecided: anything from {_percent(1 / comparison.low)} slower to {_percent(comparison.high)} faster is possible"


def _percent(ratio: float) -> str:
    return f"{max(0.1, math.ceil(round((ratio - 1) * 1000, 6)) / 10):.3g}%"


def _listed(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
