"""What test runs prove."""

import pytest

from codeopt.model.work import SuiteRun
from codeopt.verify.suites import baseline_problem, failing, judge_suite, unsteady


def run(status=0, **outcomes):
    return SuiteRun(status=status, outcomes=tuple(sorted(outcomes.items())), seconds=1.0, tail="last line")


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
