"""What a candidate does beside answering."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.calls import Deed
from codeopt.model.evidence import Span, SpanPair
from codeopt.verify.conduct import hidden_work, import_problem, judge_conduct, world_difference


def deed(kind):
    return Deed(kind=kind, what="open at m.py:3")


def pairs(old, new, count=12):
    """Span pairs that jitter by a hundredth."""
    scaled = [1 + 0.01 * (number % 3) for number in range(count)]
    return [
        SpanPair(
            old=Span(preparing_s=old[0] * k, seconds=old[1] * k, answering_s=old[2] * k),
            new=Span(preparing_s=new[0], seconds=new[1], answering_s=new[2]),
        )
        for k in scaled
    ]


def test_a_deed_that_the_original_does_not_do_is_named():
    check = judge_conduct([deed("sleeps")], [deed("sleeps"), deed("uses files")])
    assert check.passed is None
    assert "uses files (open at m.py:3), which the original does not" in check.detail


def test_memory_that_grows_from_call_to_call_is_told():
    check = judge_conduct([], [], kept=1_000_000, calls=20)
    assert check.passed is None
    assert "1,000,000 bytes more" in check.detail
    assert judge_conduct([], [], kept=60_000, calls=20).passed is True
    assert judge_conduct([], [], kept=300_000, calls=200).passed is True


def test_what_the_original_does_as_well_is_no_finding():
    assert judge_conduct([deed("uses files")], [deed("uses files")]).passed is True
    assert judge_conduct([deed("uses files")], []).passed is True


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ({"gc.isenabled()": "True"}, {"gc.isenabled()": "False"}, "gc.isenabled()"),
        ({}, {"numpy.geterr": "{'divide': 'ignore'}"}, "numpy.geterr"),
        ({"torch.default_dtype": "torch.float64"}, {}, "torch.default_dtype"),
        ({}, {"numpy.printoptions": "abc"}, ""),
        ({"gc.isenabled()": "True"}, {"gc.isenabled()": "True"}, ""),
    ],
)
def test_settings_left_otherwise_are_named(before, after, named):
    difference = world_difference(tuple(before.items()), tuple(after.items()))
    assert (named in difference) if named else difference == ""


def test_an_honest_gain_shows_in_the_whole_span():
    assert hidden_work(pairs((0.004, 0.010, 0.002), (0.004, 0.005, 0.002))) == ""


@pytest.mark.parametrize("new", [(0.014, 0.0001, 0.002), (0.004, 0.0001, 0.012), (0.009, 0.0001, 0.007)])
def test_work_before_or_behind_the_clock_is_shown(new):
    assert "outside the timed part" in hidden_work(pairs((0.004, 0.010, 0.002), new))


def test_too_few_pairs_show_nothing():
    assert hidden_work(pairs((0.004, 0.010, 0.002), (0.014, 0.0001, 0.002), count=2)) == ""
    assert hidden_work([]) == ""


@given(st.floats(1e-5, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.05, 0.95))
def test_whoever_only_saves_is_never_accused(work, before, behind, share):
    assert hidden_work(pairs((before, work, behind), (before, work * share, behind))) == ""


def test_an_import_that_costs_more_than_the_calls_save_is_a_problem():
    slow = [(0.010, 0.110 + 0.001 * (number % 3)) for number in range(12)]
    assert "importing the new code takes" in import_problem(slow, saved_s=0.05)
    assert import_problem(slow, saved_s=0.5) == ""
    assert import_problem([(0.010, 0.011)] * 12, saved_s=0.0) == ""
    assert import_problem(slow[:2], saved_s=0.0) == ""
