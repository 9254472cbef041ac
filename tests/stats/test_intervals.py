from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.stats.intervals import median_interval, rank_error, rank_interval, ranks_within, reach_of, sums_below

FINITE = st.floats(min_value=-1e6, max_value=1e6)


def covered(count: int, low_rank: int) -> Fraction:
    """Exact share of all 2^count sign patterns in which the interval of rank `low_rank` holds the median."""
    kept = sum(low_rank <= sum(signs) <= count - low_rank for signs in itertools.product((0, 1), repeat=count))
    return Fraction(kept, 2**count)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("count", range(1, 15))
def test_the_interval_is_the_narrowest_that_reaches_its_confidence(count, confidence):
    ranks = [rank for rank in range(1, count // 2 + 1) if covered(count, rank) >= Fraction(confidence)]
    interval = median_interval(range(count), confidence)
    if not ranks:
        assert interval is None
        return
    assert (interval.low, interval.high) == (max(ranks) - 1, count - max(ranks))
    assert interval.confidence == pytest.approx(float(covered(count, max(ranks))), abs=1e-15)


@pytest.mark.parametrize(("count", "rank"), [(20, 4), (50, 16), (2000, 942)])
def test_it_agrees_with_published_tables_and_large_samples_do_not_overflow(count, rank):
    interval = median_interval(range(count), 0.99)
    assert interval.low == rank - 1
    assert interval.confidence >= 0.99


@pytest.mark.parametrize(("confidence", "fewest"), [(0.9, 5), (0.95, 6), (0.99, 8), (0.999, 11)])
def test_too_few_values_give_no_interval(confidence, fewest):
    assert median_interval([1.0] * (fewest - 1), confidence) is None
    assert median_interval([1.0] * fewest, confidence) is not None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_gives_no_interval(bad):
    assert median_interval([*range(20), bad], 0.9) is None


def test_nothing_gives_no_interval():
    assert median_interval([], 0.9) is None


@given(st.lists(FINITE, min_size=8, max_size=60), st.floats(0.5, 0.99))
def test_the_confidence_is_at_least_what_was_asked_and_the_median_lies_inside(values, confidence):
    interval = median_interval(values, confidence)
    assert interval.confidence >= confidence
    assert interval.low <= interval.median <= interval.high


@given(st.lists(FINITE, min_size=8, max_size=40), st.randoms(use_true_random=False))
def test_order_does_not_matter(values, rng):
    shuffled = values[:]
    rng.shuffle(shuffled)
    assert median_interval(shuffled, 0.95) == median_interval(values, 0.95)


@given(st.lists(FINITE, min_size=8, max_size=40))
def test_mirrored_values_mirror_the_interval_exactly(values):
    straight, mirrored = median_interval(values, 0.95), median_interval([-value for value in values], 0.95)
    assert (mirrored.low, mirrored.median, mirrored.high) == (-straight.high, -straight.median, -straight.low)


@given(st.lists(st.tuples(FINITE, st.floats(0, 1e6)), min_size=8, max_size=40))
def test_larger_values_never_lower_the_interval(pairs):
    before = median_interval([value for value, _ in pairs], 0.95)
    after = median_interval([value + more for value, more in pairs], 0.95)
    assert (before.low, before.median, before.high) <= (after.low, after.median, after.high)
    assert before.high <= after.high


@pytest.mark.parametrize("count", [9, 12, 31])
def test_it_covers_the_median_of_a_skewed_distribution(count):
    rng = random.Random(count)
    truth = math.log(2)
    runs = 4000
    held = 0
    for _ in range(runs):
        interval = median_interval([rng.expovariate(1) for _ in range(count)], 0.95)
        held += interval.low <= truth <= interval.high
    wanted = median_interval(range(count), 0.95).confidence
    assert held / runs == pytest.approx(wanted, abs=0.012)


def rank_sums(count: int, reach: int) -> list[int]:
    """The sum of the positive ranks under every choice of signs, where none counts more than `reach`."""
    return [sum(min(rank, reach) for rank, sign in enumerate(signs, start=1) if sign) for signs in itertools.product((0, 1), repeat=count)]


@pytest.mark.parametrize("count", range(1, 11))
def test_the_chance_of_each_rank_is_counted_over_all_signs(count):
    sums = rank_sums(count, reach_of(count))
    for rank in range(max(sums) // 2 + 1):
        assert rank_error(count, rank) == 2 * sum(total < rank for total in sums) / 2**count


@pytest.mark.parametrize("reach", [1, 2, 5, 9])
def test_the_count_over_all_signs_is_that_of_brute_force(reach):
    sums = rank_sums(9, reach)
    assert sums_below(9, reach) == tuple(sum(total < rank for total in sums) for rank in range(max(sums) + 2))


@pytest.mark.parametrize(
    ("count", "critical"), [(6, 0), (8, 3), (10, 8), (12, 13), (15, 25), (20, 52), (25, 89), (30, 137), (40, 264), (50, 434)]
)
def test_full_ranks_agree_with_published_tables(count, critical):
    """Wilcoxon's, two-sided 5%: the largest sum that is significant."""
    below = sums_below(count, count)
    assert 2 * below[critical + 1] / 2**count <= 0.05 < 2 * below[critical + 2] / 2**count


@pytest.mark.parametrize("count", [1, 7, 40])
def test_signs_alone_are_the_binomial(count):
    assert sums_below(count, 1) == tuple(sum(math.comb(count, heads) for heads in range(rank)) for rank in range(count + 2))


@pytest.mark.parametrize("count", range(1, 65))
@pytest.mark.parametrize("error", [0.5, 0.1, 0.05, 0.01, 0.0001])
def test_the_rank_is_the_largest_that_may_be_had(count, error):
    rank = ranks_within(count, error)
    assert rank_error(count, rank) <= error < rank_error(count, rank + 1)


@pytest.mark.parametrize("count", [65, 80, 130])
@pytest.mark.parametrize("error", [0.5, 0.1, 0.05, 0.01, 0.001, 0.00001])
def test_many_values_are_never_given_more_than_their_share(count, error):
    """Above the sizes that are counted the normal distribution takes over: compared with the count it errs on the safe side, and little."""
    rank, below = ranks_within(count, error), sums_below(count, reach_of(count))
    assert 0 < 2 * below[rank] / 2**count <= rank_error(count, rank) <= error
    assert 2 * below[rank + round(count * 0.4)] / 2**count > error


@pytest.mark.parametrize("count", [5, 100])
@pytest.mark.parametrize("error", [0.0, -1e-18])
def test_no_error_left_is_no_rank(count, error):
    assert ranks_within(count, error) == 0


def test_a_thousand_values_are_no_trouble():
    interval = rank_interval([math.sin(value) for value in range(1000)], 0.99)
    assert -0.1 < interval.low < 0 < interval.high < 0.1


@given(st.lists(st.integers(-(2**30), 2**30), min_size=1, max_size=30, unique=True), st.integers(-(2**30), 2**30))
def test_a_centre_is_rejected_by_the_means_just_when_it_is_by_the_ranks(values, doubled):
    """What turns the test into an interval: the sum of the ranks above a centre is the number of near means above it."""
    centre = doubled / 2 + 0.3  # never a value, nor the mean of two
    count, reach, ordered = len(values), reach_of(len(values)), sorted(values)
    near = [(one + other) / 2 for at, one in enumerate(ordered) for other in ordered[at : at + reach]]
    ranked = sorted(values, key=lambda value: abs(value - centre))
    by_ranks = sum(min(rank, reach) for rank, value in enumerate(ranked, start=1) if value > centre)
    assert sum(mean > centre for mean in near) == by_ranks
    assert len(near) + 2 == len(sums_below(count, reach))


@pytest.mark.parametrize(("confidence", "fewest"), [(0.95, 6), (0.99, 8), (0.999, 11)])
def test_too_few_values_give_no_signed_ranks(confidence, fewest):
    assert rank_interval([1.0] * (fewest - 1), confidence) is None
    assert rank_interval([1.0] * fewest, confidence) is not None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_gives_no_signed_ranks(bad):
    assert rank_interval([*range(20), bad], 0.9) is None


@given(st.lists(FINITE, min_size=8, max_size=40))
def test_mirrored_values_mirror_the_estimate_exactly(values):
    straight, mirrored = rank_interval(values, 0.95), rank_interval([-value for value in values], 0.95)
    assert (mirrored.low, mirrored.median, mirrored.high) == (-straight.high, -straight.median, -straight.low)


@given(st.lists(FINITE, min_size=8, max_size=40), st.floats(0.5, 0.99))
def test_the_estimate_lies_inside_and_the_confidence_is_reached(values, confidence):
    interval = rank_interval(values, confidence)
    assert interval.confidence >= confidence
    assert interval.low <= interval.median <= interval.high


@given(st.lists(FINITE, min_size=8, max_size=40), st.randoms(use_true_random=False))
def test_order_does_not_matter_to_signed_ranks(values, rng):
    assert rank_interval(rng.sample(values, len(values)), 0.95) == rank_interval(values, 0.95)


@given(st.lists(st.tuples(FINITE, st.floats(0, 1e6)), min_size=8, max_size=40))
def test_larger_values_never_lower_what_signed_ranks_show(pairs):
    before = rank_interval([value for value, _ in pairs], 0.95)
    after = rank_interval([value + more for value, more in pairs], 0.95)
    assert before.low <= after.low
    assert before.median <= after.median
    assert before.high <= after.high


@pytest.mark.parametrize("tick", [0.0, 0.5])
@pytest.mark.parametrize("count", [8, 15, 38])
def test_it_covers_the_centre_of_heavy_tails_and_ties_only_widen_it(count, tick):
    rng = random.Random(count)
    runs, held = 1500, 0
    for _ in range(runs):
        values = [rng.paretovariate(1.1) - rng.paretovariate(1.1) for _ in range(count)]
        interval = rank_interval([round(value / tick) * tick for value in values] if tick else values, 0.95)
        held += interval.low <= 0 <= interval.high
    assert held / runs > 0.935
    if not tick:
        assert held / runs < 0.98
