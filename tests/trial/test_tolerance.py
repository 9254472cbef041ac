"""Floats within a tolerance, from the scene to the verdict, in real processes."""

import dataclasses

import pytest

from codeopt.errors import ContestantError
from codeopt.model.evidence import CheckKind, Outcome
from codeopt.model.tolerance import Tolerance
from codeopt.trial.judge import Evidence, TrialJudge
from codeopt.trial.learning import learn_expected
from codeopt.trial.messages import Told, answer_of, parsed, parted_in

LOOP = """    whole = 0.0
    for part in parts:
        whole += part * part
    return whole
"""
BACKWARDS = "    return sum([part * part for part in parts][::-1], 0.0)\n"
ROUGHLY = "    return sum([part * part for part in parts], 0.0) * 1.001\n"
NEVER_MET = frozenset({"finite", "number"})


@pytest.fixture(scope="module")
def lenient(stage):
    """A judge who allows floats to be off a little."""
    scene = dataclasses.replace(stage.scene, tolerance=Tolerance(rtol=1e-9), assume=NEVER_MET)
    [name] = [name for name in stage.recordings if name.qualname == "energy"]
    expected = learn_expected(scene, stage.referee, stage.recordings[name])
    evidence = Evidence(suite=stage.evidence.suite, recordings=stage.recordings, expected={name: expected})
    return TrialJudge(scene, evidence, referee=stage.referee, checkout=stage.checkout, screened=False)


def calls_of(verdict):
    return next(check for check in verdict.checks if check.kind is CheckKind.CALLS)


def test_another_order_of_a_sum_is_wrong_and_the_verdict_says_what_would_allow_it(stage):
    verdict = stage.screen("energy", LOOP, BACKWARDS)
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert "only floats differ, by" in verdict.reason
    assert "relative at worst: --float-rtol allows that" in verdict.reason


def test_another_order_of_a_sum_passes_within_a_tolerance(stage, lenient):
    verdict = lenient.screen(stage.candidate("energy", LOOP, BACKWARDS))
    assert calls_of(verdict).passed is True, verdict.reason
    assert "; floats within rtol 1e-09, atol 0 (worst: " in calls_of(verdict).detail
    assert verdict.outcome in {Outcome.FASTER, Outcome.NOT_PROVEN, Outcome.SLOWER}, verdict.reason


def test_a_larger_error_is_wrong_with_and_without_a_tolerance(stage, lenient):
    verdict = lenient.screen(stage.candidate("energy", LOOP, ROUGHLY))
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert "only floats differ, and not within rtol 1e-09, atol 0 (worst: 0.001 relative)" in verdict.reason
    verdict = stage.screen("energy", LOOP, ROUGHLY)
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert "--float-rtol" not in verdict.reason


def test_an_integer_for_a_float_is_wrong_whatever_is_allowed(stage, lenient):
    verdict = lenient.screen(stage.candidate("energy", LOOP, "    return sum([part * part for part in parts])\n"))
    assert verdict.outcome is Outcome.WRONG, verdict.reason


@pytest.mark.parametrize("floats", ["A", "AAAA", "?", "\u00e9", "AAAAAAAA8D8A"])
def test_floats_that_are_none_break_the_protocol(floats):
    with pytest.raises(ContestantError, match="what should be floats is not"):
        parted_in("s", floats)


def test_what_is_told_of_a_call_becomes_an_answer():
    told = parsed(Told, b'{"call": 3, "status": "returned", "digest": "d", "skeleton": "s", "floats": "AAAAAAAA8D8="}')
    answer = answer_of(told)
    assert (answer.call, answer.digest, answer.parted.skeleton, len(answer.parted.floats)) == (3, "d", "s", 8)
    assert answer_of(parsed(Told, b'{"call": 3, "status": "returned", "digest": "d"}')).parted is None
