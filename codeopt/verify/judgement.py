"""From checks and comparisons to a verdict: the one place where FASTER is decided."""

from __future__ import annotations

from collections.abc import Sequence

from codeopt.model.evidence import Check, CheckKind, Clock, Comparison, Outcome, Verdict
from codeopt.verify.control import bias, bias_note

__all__ = ["judge", "screen_check", "timing_check", "workload_check"]

NAMED = 3
BREAKS_BEHAVIOUR = frozenset({CheckKind.PATCH, CheckKind.CALLS, CheckKind.TESTS})


def screen_check(findings: Sequence[str]) -> Check:
    """Say what the screen found in a patch, each finding a sentence without its subject; nothing of the patch has run yet."""
    if not findings:
        return Check(kind=CheckKind.SCREEN, passed=True, detail="reads as computing alone, as far as its text shows")
    named = "; ".join(findings[:NAMED])
    more = f"; and {len(findings) - NAMED} more" if len(findings) > NAMED else ""
    return Check(kind=CheckKind.SCREEN, passed=None, detail=f"the new code {named}{more}")


def timing_check(
    comparison: Comparison | None,
    *,
    min_speedup: float,
    note: str = "",
    subject: str = "the function",
    problem: str = "",
    control: Comparison | None = None,
) -> Check:
    """Say whether `subject` is faster by at least `min_speedup`: the whole interval must lie above it, with no `problem` against it.

    What `control` shows between the original and itself is no gain: what does not go beyond it proves nothing.
    """
    if comparison is not None and problem:
        return Check(kind=CheckKind.TIMING, passed=False, detail=problem)
    if comparison is None:
        return Check(kind=CheckKind.TIMING, passed=None, detail=note or f"{subject} could not be timed")
    passed = comparison.low > min_speedup
    if passed and control is not None and comparison.low / bias(control) <= min_speedup:
        return Check(kind=CheckKind.TIMING, passed=None, detail=bias_note(control))
    clock = ", by processor time" if comparison.clock is Clock.CPU else ""
    detail = f"{_interval(comparison)} on {subject} over {comparison.rounds} pairs of fresh processes{clock}"
    if not passed:
        detail += f"; at least {min_speedup:g}x is asked for"
    return Check(kind=CheckKind.TIMING, passed=passed, detail=detail + (f"; {note}" if note else ""))


def workload_check(comparison: Comparison | None, *, note: str = "") -> Check:
    """Say whether the whole workload stayed at least as fast, as far as its noise lets it be seen."""
    if comparison is None:
        return Check(kind=CheckKind.WORKLOAD, passed=None, detail=note or "the workload could not be timed")
    slower = comparison.high < 1.0
    detail = f"{_interval(comparison)} on the whole workload over {comparison.rounds} pairs of runs"
    return Check(kind=CheckKind.WORKLOAD, passed=not slower, detail=detail + ("; the workload became slower" if slower else ""))


def _interval(comparison: Comparison) -> str:
    return f"{comparison.ratio:.3g}x [{comparison.low:.3g}, {comparison.high:.3g}] at {comparison.confidence:.1%}"


def judge(checks: Sequence[Check], *, comparison: Comparison | None = None, workload: Comparison | None = None) -> Verdict:
    """Return the verdict that the checks allow; never FASTER while a decisive one did not pass."""
    outcome, reason = _outcome(checks, comparison)
    return Verdict(outcome=outcome, reason=reason, checks=tuple(checks), comparison=comparison, workload=workload)


def _outcome(checks: Sequence[Check], comparison: Comparison | None) -> tuple[Outcome, str]:
    decisive = [check for check in checks if check.decisive]
    for check in decisive:
        if check.passed is False and check.kind in BREAKS_BEHAVIOUR:
            return Outcome.WRONG, check.detail
    for check in decisive:
        if check.passed is None:
            return Outcome.UNVERIFIABLE, check.detail
    for check in decisive:
        if check.passed is False:
            return _not_faster(check, comparison)
    if comparison is None:
        return Outcome.UNVERIFIABLE, "the function was not timed"
    if comparison.low <= 1.0:
        return Outcome.NOT_PROVEN, f"the interval reaches {comparison.low:.3g}x"
    return Outcome.FASTER, next(check.detail for check in decisive if check.kind is CheckKind.TIMING)


def _not_faster(check: Check, comparison: Comparison | None) -> tuple[Outcome, str]:
    if check.kind is CheckKind.WORKLOAD or (comparison is not None and comparison.high < 1.0):
        return Outcome.SLOWER, check.detail
    return Outcome.NOT_PROVEN, check.detail
