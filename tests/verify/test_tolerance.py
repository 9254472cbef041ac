"""How far floats may be off."""

import math
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.calls import CallAnswer, Expected, Replay
from codeopt.model.tolerance import Parted, Tolerance
from codeopt.verify.calls import judge_calls
from codeopt.verify.tolerance import Error, is_near, is_within, unlike, worst_error

FLOATS = st.floats()
FINITE = st.floats(allow_nan=False, allow_infinity=False)
NOTHING, TIGHT = Tolerance(), Tolerance(rtol=1e-9)


def packed(*numbers):
    return struct.pack(f"<{len(numbers)}d", *numbers)


def parted(*numbers, skeleton="s"):
    return Parted(skeleton=skeleton, floats=packed(*numbers))


@given(st.lists(FLOATS), st.floats(0, 0.9), st.floats(0, 1e300))
def test_floats_are_within_any_tolerance_of_themselves(numbers, rtol, atol):
    data = packed(*numbers)
    assert is_within(data, data, Tolerance(rtol=rtol, atol=atol))
    assert worst_error(data, data) == Error(0.0, 0.0)


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1))
def test_the_absolute_error_is_the_same_either_way(pairs):
    want, got = (packed(*numbers) for numbers in zip(*pairs, strict=True))
    assert worst_error(want, got).absolute == worst_error(got, want).absolute


@given(FINITE, FINITE, st.floats(0, 0.9), st.floats(0, 1e9))
def test_the_bound_is_the_sum_of_both(want, got, rtol, atol):
    gap = abs(got - want)
    assert is_within(packed(want), packed(got), Tolerance(rtol=rtol, atol=atol)) == (gap < math.inf and gap <= atol + rtol * abs(want))


@given(st.lists(FINITE, min_size=1, max_size=5), st.data())
def test_what_is_worst_is_just_enough(numbers, data):
    got = data.draw(st.lists(FINITE, min_size=len(numbers), max_size=len(numbers)))
    want, found = packed(*numbers), packed(*got)
    worst = worst_error(want, found).absolute
    if 0 < worst < math.inf:
        assert is_within(want, found, Tolerance(atol=worst))
        assert not is_within(want, found, Tolerance(atol=math.nextafter(worst, 0)))


@pytest.mark.parametrize(
    ("want", "got", "tolerance", "within"),
    [
        (1.0, 1.5, Tolerance(atol=0.5), True),
        (1.0, math.nextafter(1.5, 2), Tolerance(atol=0.5), False),
        (-8.0, -10.0, Tolerance(rtol=0.25), True),
        (-8.0, math.nextafter(-10.0, -11), Tolerance(rtol=0.25), False),
        (-10.0, -8.0, Tolerance(rtol=0.2), True),
        (8.0, 11.0, Tolerance(rtol=0.25, atol=1.0), True),
        (0.0, -0.0, NOTHING, True),
        (0.0, 5e-324, Tolerance(rtol=0.9), False),
        (math.nan, math.nan, NOTHING, True),
        (math.nan, 1.0, Tolerance(atol=1e300), False),
        (1.0, math.nan, Tolerance(atol=1e300), False),
        (math.inf, math.inf, NOTHING, True),
        (math.inf, -math.inf, Tolerance(rtol=0.9, atol=1e300), False),
        (math.inf, 1e308, Tolerance(rtol=0.9, atol=1e300), False),
        (1e308, math.inf, Tolerance(rtol=0.9, atol=1e300), False),
        (math.inf, math.nan, Tolerance(rtol=0.9, atol=1e300), False),
        (1.7e308, -1.7e308, Tolerance(rtol=0.9, atol=1.7e308), False),
    ],
)
def test_edges(want, got, tolerance, within):
    assert is_within(packed(want), packed(got), tolerance) is within
    assert is_within(packed(2.0, want), packed(2.0, got), tolerance) is within


@pytest.mark.parametrize(
    ("want", "got", "error"),
    [
        ([1.0, 4.0], [1.0, 5.0], (0.25, 1.0)),
        ([1.0, 100.0], [1.5, 101.0], (0.5, 1.0)),
        ([0.0], [1e-9], (math.inf, 1e-9)),
        ([0.0, math.nan, -math.inf], [-0.0, math.nan, -math.inf], (0.0, 0.0)),
        ([math.nan], [1.0], (math.inf, math.inf)),
        ([math.inf], [1.0], (math.inf, math.inf)),
        ([1.0, math.nan, 2.0], [1.0, math.nan, 3.0], (0.5, 1.0)),
        ([1.0], [1.0, 2.0], (math.inf, math.inf)),
    ],
)
def test_the_worst_error_is_told(want, got, error):
    assert worst_error(packed(*want), packed(*got)) == error


def test_an_error_far_behind_equal_floats_is_found():
    want = [float(number) for number in range(20_000)]
    got = [*want[:-1], want[-1] + 1]
    assert worst_error(packed(*want), packed(*got)).absolute == 1.0
    assert not is_within(packed(*want), packed(*got), TIGHT)
    assert not is_within(packed(*want), packed(*want[:-1]), Tolerance(atol=1e300))


def test_results_are_near_where_nothing_but_floats_differs():
    one, other = parted(1.0), parted(1.0 + 1e-12)
    assert is_near(one, other, TIGHT)
    assert not is_near(one, other, None)
    assert not is_near(one, replace(other, skeleton="t"), TIGHT)
    assert not is_near(replace(one, skeleton=""), replace(other, skeleton=""), TIGHT)
    assert not is_near(one, None, TIGHT)


def test_timed_answers_are_compared_one_by_one():
    want = (("a", "b", ""), (parted(1.0), parted(1.0), parted(skeleton="")))
    got = (("x", "y", ""), (parted(1.0 + 1e-12), parted(1.1), parted(skeleton="")))
    assert unlike(want, got, TIGHT) == [False, True, False]
    assert unlike((want[0], ()), (got[0], ()), None) == [True, True, False]


def answer(digest, *numbers, **fields):
    return CallAnswer(**{"call": 0, "status": "returned", "digest": digest, "parted": parted(*numbers) if numbers else None, **fields})


EXPECTED = Expected(answers=(answer("d", 1.0, 8.0),), replayed=(0,), worn=("w",), worn_parted=(parted(2.0),))


def judged(got, tolerance, worn=2.0):
    replay = Replay(answers=(got,), worn=("w" if worn == 2.0 else "v",), worn_parted=(parted(worn),))
    return judge_calls(EXPECTED, replay, seen=1, tolerance=tolerance)


def test_floats_within_the_tolerance_pass_and_the_worst_is_shown():
    check = judged(answer("e", 1.0, 8.0 + 2**-40), TIGHT)
    assert check.passed is True
    assert check.detail.endswith("floats within rtol 1e-09, atol 0 (worst: 1.1e-13 relative)")
    check = judged(answer("e", 1.0, 8.0 + 2**-40), Tolerance(rtol=1e-9, atol=1e-6))
    assert check.detail.endswith("floats within rtol 1e-09, atol 1e-06 (worst: 1.1e-13 relative, 9.1e-13 absolute)")
    assert judged(answer("d", 1.0, 8.0), TIGHT).detail.endswith("floats within rtol 1e-09, atol 0 (none differs)")
    assert "floats" not in judged(answer("d", 1.0, 8.0), None).detail


def test_floats_beyond_the_tolerance_are_wrong_and_the_worst_is_shown():
    check = judged(answer("e", 1.0, 8.008), TIGHT)
    assert check.passed is False
    assert check.detail.endswith("only floats differ, and not within rtol 1e-09, atol 0 (worst: 0.001 relative)")


def test_without_a_tolerance_a_slight_difference_is_wrong_and_a_way_out_is_named():
    check = judged(answer("e", 1.0, 8.0 + 2**-40), None)
    assert check.passed is False
    assert check.detail.endswith("only floats differ, by 1.1e-13 relative at worst: --float-rtol allows that")
    assert "--float-rtol" not in judged(answer("e", 1.0, 8.008), None).detail


def test_of_a_result_with_too_many_floats_it_is_said_that_nothing_is_allowed():
    large = Expected(answers=(replace(answer("d", 1.0), parted=parted(skeleton="")),), replayed=(0,))
    got = Replay(answers=(replace(answer("e", 1.0), parted=parted(skeleton="")),))
    check = judge_calls(large, got, seen=1, tolerance=TIGHT)
    assert check.passed is False
    assert "more than a million floats is compared to the bit" in check.detail
    assert "million" not in judge_calls(large, got, seen=1).detail


def test_floats_on_worn_objects_may_differ_as_well():
    assert judged(answer("d", 1.0, 8.0), TIGHT, worn=2.0 + 2**-45).passed is True
    check = judged(answer("d", 1.0, 8.0), TIGHT, worn=2.1)
    assert check.passed is False
    assert "the second time" in check.detail
    assert judged(answer("d", 1.0, 8.0), None, worn=2.0 + 2**-45).passed is False


@pytest.mark.parametrize("fields", [{"printed": "q"}, {"status": "raised"}, {"status": "opaque"}])
def test_a_tolerance_is_for_floats_alone(fields):
    assert judged(answer("e", 1.0, 8.0 + 2**-40, **fields), TIGHT).passed is False


def test_what_the_original_does_twice_is_compared_to_the_bit():
    assert not answer("d", 1.0).agrees(answer("e", 1.0 + 1e-15))
