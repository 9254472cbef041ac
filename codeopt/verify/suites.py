"""What test runs prove: knows outcomes by test id, not how they were got."""

from __future__ import annotations

from collections.abc import Mapping

from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import SuiteRun

__all__ = ["baseline_problem", "failing", "judge_suite", "summary", "unsteady"]

GOOD = frozenset({"passed", "skipped", "xfailed", "xpassed"})
NAMED = 3


def failing(run: SuiteRun) -> tuple[str, ...]:
    """Return the ids of tests that did not do well, sorted."""
    return tuple(sorted(name for name, outcome in run.outcomes if outcome not in GOOD))


def summary(run: SuiteRun) -> str:
    """Return the run in a few words."""
    if not run.outcomes:
        return f"exit status {run.status}, no report for each test"
    counts: dict[str, int] = {}
    for _, outcome in run.outcomes:
        counts[outcome] = counts.get(outcome, 0) + 1
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in sorted(counts))


def baseline_problem(run: SuiteRun, *, allow_failing: bool) -> str | None:
    """Say why the tests of the original cannot judge a patch; None when they can."""
    bad = failing(run)
    if bad and not allow_failing:
        names = ", ".join(bad[:NAMED]) + (", ..." if len(bad) > NAMED else "")
        return f"{len(bad)} of {len(run.outcomes)} tests fail before any patch ({names})"
    if run.status is None:
        return f"the tests did not end within {run.seconds:.0f} s"
    if not run.outcomes and run.status != 0:
        return f"the tests end with status {run.status} before any patch: {run.tail}"
    if not any(outcome == "passed" for _, outcome in run.outcomes) and run.outcomes:
        return "no test passes before any patch"
    if run.status not in {0, 1}:
        return f"the test run ended with status {run.status} before any patch: {run.tail}"
    return None


def unsteady(first: SuiteRun, second: SuiteRun) -> frozenset[str]:
    """Return the tests that do not do the same in two runs of the same code: they can judge nothing."""
    one, other = dict(first.outcomes), dict(second.outcomes)
    return frozenset(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def judge_suite(before: SuiteRun, after: SuiteRun, *, ignored: frozenset[str] = frozenset()) -> Check:
    """Compare two runs: the same tests must be there, and each that did well must do exactly the same again.

    Tests in `ignored` are known to differ from run to run on the original.
    """
    old, new = ({name: outcome for name, outcome in run.outcomes if name not in ignored} for run in (before, after))
    detail = _first_change(old, new) or ("" if ignored and after.status is not None else _status_change(before, after))
    if detail:
        return Check(kind=CheckKind.TESTS, passed=False, detail=detail)
    bad = len(failing(before))
    aside = f"; {bad} fail on the original as well" if bad else ""
    aside += f"; {len(ignored)} left out, which differ from run to run on the original" if ignored else ""
    return Check(kind=CheckKind.TESTS, passed=True, detail=f"the repository's tests: {summary(after)}{aside}")


def _first_change(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    lost = sorted(before.keys() - after.keys())
    if lost:
        return f"{len(lost)} tests are missing after the patch ({', '.join(lost[:NAMED])})"
    added = sorted(after.keys() - before.keys())
    if added:
        return f"{len(added)} tests appear only after the patch ({', '.join(added[:NAMED])})"
    changed = [(name, outcome, after[name]) for name, outcome in sorted(before.items()) if outcome in GOOD and after[name] != outcome]
    if changed:
        name, old, new = changed[0]
        more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
        return f"{name} {old} before the patch and {new} after it{more}"
    return ""


def _status_change(before: SuiteRun, after: SuiteRun) -> str:
    if after.status == before.status:
        return ""
    how = "did not end in time" if after.status is None else f"ended with status {after.status}"
    return f"the test run {how}, and with status {before.status} before the patch: {after.tail}"
