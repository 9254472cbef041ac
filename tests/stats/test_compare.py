from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from codeopt.model.evidence import Clock, Measurement
from codeopt.stats.compare import compare

SECONDS = st.floats(min_value=1e-9, max_value=1e6)
PAIRS = st.lists(st.builds(Measurement, old_seconds=SECONDS, new_seconds=SECONDS), min_size=8, max_size=40)


def pairs_of(*ratios: float) -> list[Measurement]:
    return [Measurement(old_seconds=ratio, new_seconds=1.0) for ratio in ratios]


def swapped(pairs):
    return [Measurement(old_seconds=pair.new_seconds, new_seconds=pair.old_seconds) for pair in pairs]


def test_twice_as_fast_is_two():
    comparison = compare(pairs_of(*[2.0] * 8), 0.99)
    assert comparison.ratio == pytest.approx(2.0)
    assert (comparison.low, comparison.high) == pytest.approx((2.0, 2.0))
    assert comparison.rounds == 8
    assert comparison.confidence == 1 - 2 / 2**8


def test_the_figure_is_the_centre_of_the_means_of_log_ratios_that_stand_near_each_other():
    logs = [math.log(ratio) for ratio in (1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 2.8)]
    means = sorted((a + b) / 2 for at, a in enumerate(logs) for b in logs[at : at + 4])
    comparison = compare(pairs_of(*map(math.exp, logs)), 0.99)
    assert comparison.ratio == pytest.approx(math.exp((means[12] + means[13]) / 2))
    assert (comparison.low, comparison.high) == pytest.approx((1.1, 2.8))


def test_one_wild_pair_hardly_moves_a_long_series():
    calm = compare(pairs_of(*[1.0 + i / 1000 for i in range(41)]), 0.99)
    wild = compare(pairs_of(*[1.0 + i / 1000 for i in range(40)], 1e9), 0.99)
    assert wild.ratio == pytest.approx(calm.ratio, rel=1e-3)
    assert wild.high == pytest.approx(calm.high, rel=5e-3)


def test_each_clock_is_compared_by_itself():
    pairs = [Measurement(old_seconds=3.0, new_seconds=1.0, old_cpu_seconds=2.0, new_cpu_seconds=1.0)] * 8
    wall, cpu = (compare(pairs, 0.99, clock=clock) for clock in Clock)
    assert (wall.ratio, wall.clock) == (pytest.approx(3.0), Clock.WALL)
    assert (cpu.ratio, cpu.clock) == (pytest.approx(2.0), Clock.CPU)


def test_the_times_of_all_pairs_are_kept_by_the_clock_that_was_compared():
    pairs = [Measurement(old_seconds=2.0 + at, new_seconds=1.0, old_cpu_seconds=0.5 + at, new_cpu_seconds=0.25) for at in range(12)]
    seen = compare(pairs, 0.9, clock=Clock.CPU)
    assert seen.pairs == tuple((0.5 + at, 0.25) for at in range(12))
    assert seen.swapped().pairs == tuple((0.25, 0.5 + at) for at in range(12))


def test_a_clock_that_was_not_read_for_all_pairs_compares_nothing():
    pairs = [Measurement(old_seconds=3.0, new_seconds=1.0, old_cpu_seconds=2.0, new_cpu_seconds=1.0)] * 8
    assert compare([*pairs, *pairs_of(3.0)], 0.99, clock=Clock.CPU) is None


@pytest.mark.parametrize("count", range(8))
def test_too_few_pairs_are_no_result(count):
    assert compare(pairs_of(*[3.0] * count), 0.99) is None


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_time_never_gets_as_far_as_a_comparison(bad):
    with pytest.raises(ValueError, match="not a time"):
        Measurement(old_seconds=bad, new_seconds=1.0)


def test_a_ratio_beyond_arithmetic_is_no_result():
    assert compare([Measurement(old_seconds=1e300, new_seconds=1e-300)] * 9, 0.99) is None


@given(PAIRS)
def test_swapping_old_and_new_inverts_the_comparison(pairs):
    straight, crossed = compare(pairs, 0.99), compare(swapped(pairs), 0.99)
    mine, other = ((one.ratio, one.low, one.high, one.old_seconds, one.new_seconds) for one in (straight.swapped(), crossed))
    assert mine == pytest.approx(other, rel=1e-12, abs=0)
    assert (straight.confidence, straight.rounds, straight.clock) == (crossed.confidence, crossed.rounds, crossed.clock)


@given(PAIRS)
def test_swapping_twice_changes_nothing(pairs):
    assert compare(swapped(swapped(pairs)), 0.99) == compare(pairs, 0.99)


@given(PAIRS, st.floats(1e-3, 1e3))
def test_a_faster_machine_changes_nothing_but_the_seconds(pairs, factor):
    scaled = [Measurement(old_seconds=pair.old_seconds * factor, new_seconds=pair.new_seconds * factor) for pair in pairs]
    before, after = compare(pairs, 0.99), compare(scaled, 0.99)
    assert (after.ratio, after.low, after.high) == pytest.approx((before.ratio, before.low, before.high), rel=1e-12)


@given(PAIRS, st.lists(st.floats(1, 10), min_size=40, max_size=40))
def test_slower_new_times_never_raise_the_figures(pairs, factors):
    slower = [
        Measurement(old_seconds=pair.old_seconds, new_seconds=pair.new_seconds * factor)
        for pair, factor in zip(pairs, factors, strict=False)
    ]
    before, after = compare(pairs, 0.99), compare(slower, 0.99)
    assert after.ratio <= before.ratio
    assert after.low <= before.low
    assert after.high <= before.high


@given(PAIRS, st.floats(0.5, 0.9), st.floats(0.9, 0.99))
def test_more_confidence_never_narrows_the_interval(pairs, less, more):
    wide, narrow = compare(pairs, more), compare(pairs, less)
    assert wide.low <= narrow.low
    assert wide.high >= narrow.high


@given(st.lists(st.builds(Measurement, old_seconds=SECONDS, new_seconds=SECONDS), max_size=12), st.floats(0.5, 0.9999))
def test_a_result_always_reaches_the_confidence_asked_for(pairs, confidence):
    comparison = compare(pairs, confidence)
    assume(comparison is not None)
    assert comparison.confidence >= confidence
