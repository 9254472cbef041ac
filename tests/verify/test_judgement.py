"""The one place where FASTER is decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.evidence import Check, CheckKind, Comparison, Outcome, Verdict
from codeopt.verify.judgement import judge, timing_check, workload_check


def comparison(low, ratio=None, high=None):
    return Comparison(
        ratio=ratio or low, low=low, high=high or ratio or low, confidence=0.99, rounds=9, old_seconds=1.0, new_seconds=1.0 / (ratio or low)
    )


def check(kind, passed, **fields):
    return Check(kind=kind, passed=passed, detail=f"{kind} said {passed}", **fields)


FINE = [check(kind, True) for kind in (CheckKind.PATCH, CheckKind.CALLS, CheckKind.TESTS)]
FAST = comparison(1.5, 2.0, 2.5)

checks = st.builds(
    Check, kind=st.sampled_from(CheckKind), passed=st.sampled_from([True, False, None]), detail=st.just("d"), decisive=st.booleans()
)
comparisons = st.none() | st.floats(0.1, 10).map(comparison)


def test_all_checks_and_a_clear_interval_are_faster():
    verdict = judge([*FINE, timing_check(FAST, min_speedup=1.03)], comparison=FAST)
    assert verdict.outcome is Outcome.FASTER
    assert "2x [1.5, 2.5] at 99.0%" in verdict.reason


@pytest.mark.parametrize("kind", [CheckKind.PATCH, CheckKind.CALLS, CheckKind.TESTS])
def test_changed_behaviour_is_wrong_however_fast(kind):
    verdict = judge([*FINE, check(kind, False), timing_check(FAST, min_speedup=1.03)], comparison=FAST)
    assert verdict.outcome is Outcome.WRONG
    assert verdict.reason == f"{kind} said False"


@pytest.mark.parametrize("kind", list(CheckKind))
def test_a_decisive_check_that_says_nothing_is_unverifiable(kind):
    verdict = judge([*FINE, check(kind, None), timing_check(FAST, min_speedup=1.03)], comparison=FAST)
    assert verdict.outcome is Outcome.UNVERIFIABLE


def test_an_undecisive_check_may_say_nothing():
    aside = check(CheckKind.TESTS, None, decisive=False)
    assert judge([*FINE, aside, timing_check(FAST, min_speedup=1.03)], comparison=FAST).outcome is Outcome.FASTER


@pytest.mark.parametrize(
    ("figure", "outcome"),
    [
        (comparison(1.02, 1.05, 1.1), Outcome.NOT_PROVEN),
        (comparison(0.9, 1.2, 2.0), Outcome.NOT_PROVEN),
        (comparison(0.4, 0.5, 0.6), Outcome.SLOWER),
        (None, Outcome.UNVERIFIABLE),
    ],
)
def test_the_interval_decides(figure, outcome):
    assert judge([*FINE, timing_check(figure, min_speedup=1.03)], comparison=figure).outcome is outcome


def test_a_slower_workload_rejects_a_faster_function():
    slow = comparison(0.8, 0.9, 0.95)
    verdict = judge([*FINE, timing_check(FAST, min_speedup=1.03), workload_check(slow)], comparison=FAST, workload=slow)
    assert verdict.outcome is Outcome.SLOWER


def test_a_workload_within_its_noise_is_fine():
    assert workload_check(comparison(0.9, 1.0, 1.1)).passed is True


@given(st.lists(checks), comparisons)
def test_faster_is_never_said_with_a_decisive_check_that_did_not_pass(some, figure):
    timing = timing_check(figure, min_speedup=1.03)
    verdict = judge([*some, timing], comparison=figure)
    if verdict.outcome is Outcome.FASTER:
        assert all(check.passed is True for check in some if check.decisive)
        assert figure is not None
        assert figure.low > 1.03


def test_an_unproven_faster_cannot_be_built():
    with pytest.raises(ValueError, match="interval"):
        Verdict(outcome=Outcome.FASTER, reason="trust me", checks=tuple(FINE))
    with pytest.raises(ValueError, match="decisive"):
        Verdict(outcome=Outcome.FASTER, reason="trust me", checks=(check(CheckKind.CALLS, None),), comparison=FAST)
    with pytest.raises(ValueError, match="decisive"):
        Verdict(outcome=Outcome.FASTER, reason="trust me", comparison=FAST)
