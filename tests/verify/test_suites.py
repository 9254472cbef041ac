"""What test runs prove."""

import pytest

from codeopt.model.work import SuiteRun
from codeopt.verify.suites import baseline_problem, failing, forgery, judge_suite, new_fault, strayed, unsteady


def run(status=0, faults=(), **outcomes):
    return SuiteRun(status=status, outcomes=tuple(sorted(outcomes.items())), seconds=1.0, tail="last line", faults=faults)


EARLY = ("unfinished", "it ended early, with status 0: its report has no end")


def test_the_same_outcomes_pass():
    assert judge_suite(run(a="passed", b="skipped"), run(a="passed", b="skipped")).passed is True


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (run(a="passed"), "missing"),
        (run(a="passed", b="passed", c="passed"), "only after"),
        (run(1, a="failed", b="passed"), "a passed before the patch and failed after"),
        (run(a="skipped", b="passed"), "skipped after"),
        (run(a="lost", b="passed"), "lost after"),
        (run(1, a="passed", b="passed"), "ended with status 1"),
        (run(None, a="passed", b="passed"), "did not end in time"),
        (run(0), "missing"),
        (run(0, (EARLY,), a="passed", b="lost"), "cannot be believed: it ended early"),
        (run(a="skipped", b="skipped"), "a passed before the patch and skipped after it, and 1 more (0 skipped before, 2 after)"),
    ],
)
def test_any_change_fails_and_is_told(after, text):
    check = judge_suite(run(a="passed", b="passed"), after)
    assert check.passed is False
    assert text in check.detail


def test_tests_that_failed_before_may_do_anything_but_vanish():
    before = run(1, a="failed", b="passed")
    assert judge_suite(before, run(1, a="error", b="passed")).passed is True
    assert judge_suite(before, run(1, b="passed")).passed is False


def test_tests_that_failed_before_may_not_be_skipped():
    check = judge_suite(run(1, a="failed", b="passed"), run(0, a="skipped", b="passed"))
    assert check.passed is False
    assert "a failed before the patch and skipped after it (0 skipped before, 1 after)" in check.detail


def test_what_is_odd_about_the_original_is_no_reproach():
    before = run(0, (EARLY,), a="passed")
    assert judge_suite(before, run(0, (("unfinished", "as well"),), a="passed")).passed is True
    assert judge_suite(before, run(0, (("phases", "another"),), a="passed")).passed is False
    assert new_fault((), before) == f"the test run cannot be believed: {EARLY[1]}"
    assert new_fault((EARLY,), before) == ""


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (run(0, a="passed", b="passed", c="passed"), "forged: 2 of 2 tests that codeopt made to fail are reported as passed (a, b)"),
        (run(1, a="failed", b="skipped"), "forged: 1 of 2 tests that codeopt made to fail are reported as skipped (b)"),
        (run(1, a="failed", b="lost"), "1 of 2 tests that codeopt made to fail are lost from the report (b)"),
        (run(1, b="error"), "lost from the report (a)"),
        (run(None, a="failed"), "did not end in time"),
        (run(1, a="failed", b="error", c="passed"), ""),
    ],
)
def test_a_test_that_was_made_to_fail_must_be_reported_so(after, text):
    assert text in forgery(after, {"a", "b"})
    assert bool(forgery(after, {"a", "b"})) == bool(text)


def test_tests_that_are_left_alone_must_do_what_they_did():
    assert strayed(run(1, a="failed", b="skipped", c="passed"), {"a": "passed", "b": "skipped", "d": "passed"}) == {"a", "d"}


def test_tests_that_differ_from_run_to_run_judge_nothing():
    before, again = run(0, a="passed", b="passed"), run(1, a="passed", b="failed")
    ignored = unsteady(before, again)
    assert ignored == {"b"}
    assert judge_suite(before, run(1, a="passed", b="failed"), ignored=ignored).passed is True
    assert judge_suite(before, run(1, a="failed", b="passed"), ignored=ignored).passed is False
    assert judge_suite(before, run(None, a="passed", b="failed"), ignored=ignored).passed is False
    assert unsteady(before, before) == frozenset()


def test_a_runner_without_reports_is_judged_by_its_status():
    assert judge_suite(run(0), run(0)).passed is True
    assert judge_suite(run(0), run(1)).passed is False


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (run(1, a="failed", b="passed"), "1 of 2 tests fail before any patch (a)"),
        (run(1), "status 1 before any patch: last line"),
        (run(0, a="skipped"), "no test passes"),
        (run(2, a="passed"), "status 2"),
        (SuiteRun(status=None, outcomes=(), seconds=9.0, tail=""), "did not end within 9 s"),
    ],
)
def test_a_suite_that_cannot_judge_is_said(before, text):
    assert text in (baseline_problem(before, allow_failing=False) or "")


def test_failing_tests_can_be_allowed():
    before = run(1, a="failed", b="passed")
    assert baseline_problem(before, allow_failing=True) is None
    assert failing(before) == ("a",)
