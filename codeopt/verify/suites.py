"""What test runs prove: knows outcomes by test id, not how they were got."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import SuiteRun

__all__ = ["BROKEN", "GOOD", "baseline_problem", "failing", "forgery", "judge_suite", "new_fault", "strayed", "summary", "unsteady"]

GOOD = frozenset({"passed", "skipped", "xfailed", "xpassed"})
BROKEN = frozenset({"failed", "error"})
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
        return f"{len(bad)} of {len(run.outcomes)} tests fail before any patch ({_named(bad)})"
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

    Tests in `ignored` are known to differ from run to run on the original. What is odd about the report of the original is no reproach.
    """
    old, new = ({name: outcome for name, outcome in run.outcomes if name not in ignored} for run in (before, after))
    detail = new_fault(before.faults, after) or _first_change(old, new)
    detail = detail or ("" if ignored and after.status is not None else _status_change(before, after))
    if detail:
        return Check(kind=CheckKind.TESTS, passed=False, detail=detail)
    bad = len(failing(before))
    aside = f"; {bad} fail on the original as well" if bad else ""
    aside += f"; {len(ignored)} left out, which differ from run to run on the original" if ignored else ""
    return Check(kind=CheckKind.TESTS, passed=True, detail=f"the repository's tests: {summary(after)}{aside}")


def new_fault(known: Iterable[tuple[str, str]], after: SuiteRun) -> str:
    """Say how a report contradicts itself in a way that the original's does not; empty when it does not."""
    kinds = {kind for kind, _ in known}
    found = [detail for kind, detail in after.faults if kind not in kinds]
    return f"the test run cannot be believed: {found[0]}" if found else ""


def forgery(run: SuiteRun, must_fail: Collection[str]) -> str:
    """Say which tests that were made to fail are not reported as failed; empty when all are."""
    outcomes = dict(run.outcomes)
    told = {name: outcomes.get(name, "lost") for name in sorted(must_fail)}
    forged = [name for name, outcome in told.items() if outcome not in BROKEN | {"lost"}]
    lost = [name for name, outcome in told.items() if outcome == "lost"]
    if forged:
        outcome = told[forged[0]]
        return (
            f"the report of the tests is forged: {len(forged)} of {len(told)} tests that codeopt made to fail are reported as {outcome} "
            f"({_named(forged)})"
        )
    if run.status is None:
        return f"the tests did not end in time when codeopt made {len(told)} of them fail"
    if lost:
        return f"{len(lost)} of {len(told)} tests that codeopt made to fail are lost from the report ({_named(lost)})"
    return ""


def strayed(run: SuiteRun, expected: Mapping[str, str]) -> frozenset[str]:
    """Return the tests that do not do what is expected of them."""
    outcomes = dict(run.outcomes)
    return frozenset(name for name, outcome in expected.items() if outcomes.get(name) != outcome)


def _first_change(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    lost = sorted(before.keys() - after.keys())
    if lost:
        return f"{len(lost)} tests are missing after the patch ({_named(lost)})"
    added = sorted(after.keys() - before.keys())
    if added:
        return f"{len(added)} tests appear only after the patch ({_named(added)})"
    changed = [(name, outcome, after[name]) for name, outcome in sorted(before.items()) if _matters(outcome, after[name])]
    if not changed:
        return ""
    name, old, new = changed[0]
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{name} {old} before the patch and {new} after it{more}{_skips(before, after)}"


def _matters(before: str, after: str) -> bool:
    """Whether a change of outcome counts: a test that fails anyway may fail in another way or pass, but it must not be skipped."""
    return before != after and (before in GOOD or after == "skipped")


def _skips(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    old, new = (list(outcomes.values()).count("skipped") for outcomes in (before, after))
    return f" ({old} skipped before, {new} after)" if old != new else ""


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _status_change(before: SuiteRun, after: SuiteRun) -> str:
    if after.status == before.status:
        return ""
    how = "did not end in time" if after.status is None else f"ended with status {after.status}"
    return f"the test run {how}, and with status {before.status} before the patch: {after.tail}"
