"""A regression needs a proof and a size; a few benchmarks that cannot be compared hide none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.check import Benchmark, BenchmarkKind, BenchmarkReport
from codeopt.model.evidence import Comparison, Outcome
from codeopt.stats.sequential import State
from codeopt.verify.regression import is_suspect, overall, ruling


def compared(low: float, ratio: float, high: float) -> Comparison:
    return Comparison(ratio=ratio, low=low, high=high, confidence=0.99, rounds=10, old_seconds=1.0, new_seconds=1.0)


def ruled(low: float, ratio: float, high: float, control: Comparison | None = None) -> tuple[Outcome, str]:
    return ruling(compared(low, ratio, high), control=control, max_slowdown=1.03)


def report(outcome: Outcome, name: str = "b") -> BenchmarkReport:
    figures = {Outcome.SLOWER: compared(0.8, 0.85, 0.9), Outcome.FASTER: compared(1.1, 1.2, 1.3)}
    return BenchmarkReport(
        benchmark=Benchmark(kind=BenchmarkKind.PYTEST, name=name), outcome=outcome, reason="because", comparison=figures.get(outcome)
    )


@pytest.mark.parametrize(
    ("figures", "outcome"),
    [
        ((0.8, 0.85, 0.9), Outcome.SLOWER),
        ((0.96, 0.965, 0.999), Outcome.SLOWER),
        ((0.975, 0.98, 0.99), Outcome.NOT_PROVEN),
        ((0.8, 0.9, 1.001), Outcome.NOT_PROVEN),
        ((0.995, 1.0, 1.005), Outcome.NOT_PROVEN),
        ((1.01, 1.02, 1.025), Outcome.NOT_PROVEN),
        ((1.1, 1.2, 1.3), Outcome.FASTER),
    ],
)
def test_the_outcome_follows_the_interval_and_the_size(figures, outcome):
    assert ruled(*figures)[0] is outcome


def test_a_slowdown_is_told_as_how_many_times_slower():
    assert ruled(0.5, 0.5, 0.5)[1] == "2x slower [2, 2]"


def test_a_proven_difference_that_is_tolerated_says_so():
    assert ruled(0.975, 0.98, 0.99)[1] == "1.02x slower [1.01, 1.03]: less than the 3% that count"


def test_what_is_equal_is_told_apart_from_what_is_undecided():
    """A tie and a lack of power are different news."""
    assert ruled(0.995, 1.0, 1.005)[1] == "the same within 0.6%"
    assert ruled(0.9, 1.0, 1.2)[1] == "undecided: anything from 11.2% slower to 20% faster is possible"


def test_a_machine_that_tells_base_from_itself_shows_nothing():
    outcome, reason = ruled(0.9, 0.93, 0.96, control=compared(0.9, 0.94, 0.97))
    assert outcome is Outcome.UNVERIFIABLE
    assert "the original against itself is 0.94x" in reason


def test_a_large_slowdown_stands_beside_a_small_bias():
    assert ruled(0.4, 0.5, 0.6, control=compared(0.9, 0.94, 0.97))[0] is Outcome.SLOWER


def test_too_few_pairs_are_no_answer():
    assert ruling(None, control=None, max_slowdown=1.03)[0] is Outcome.UNVERIFIABLE


@given(st.tuples(*[st.floats(0.01, 100)] * 3).map(sorted))
def test_swapping_the_versions_swaps_the_outcome(figures):
    seen = compared(*figures)
    opposite = {Outcome.SLOWER: Outcome.FASTER, Outcome.FASTER: Outcome.SLOWER}
    there, back = (ruling(one, control=None, max_slowdown=1.03)[0] for one in (seen, seen.swapped()))
    assert back is opposite.get(there, there)


def test_what_a_first_race_leaves_in_doubt_is_raced_again():
    assert is_suspect(State.SLOWER, compared(0.8, 0.9, 0.95), max_slowdown=1.03)
    assert is_suspect(State.EXHAUSTED, compared(0.9, 1.0, 1.1), max_slowdown=1.03)
    assert is_suspect(State.EXHAUSTED, None, max_slowdown=1.03)


def test_what_a_first_race_settles_as_the_same_is_done():
    assert not is_suspect(State.SAME, compared(0.995, 1.0, 1.005), max_slowdown=1.03)
    assert not is_suspect(State.EXHAUSTED, compared(0.98, 1.0, 1.02), max_slowdown=1.03)


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        ([], Outcome.NOT_PROVEN),
        ([Outcome.NOT_PROVEN, Outcome.FASTER], Outcome.FASTER),
        ([Outcome.NOT_PROVEN, Outcome.UNVERIFIABLE], Outcome.NOT_PROVEN),
        ([Outcome.UNVERIFIABLE, Outcome.UNVERIFIABLE], Outcome.UNVERIFIABLE),
        ([Outcome.FASTER, Outcome.SLOWER, Outcome.UNVERIFIABLE], Outcome.SLOWER),
        ([Outcome.SLOWER, Outcome.WRONG], Outcome.WRONG),
    ],
)
def test_the_whole_is_as_bad_as_its_worst_part(outcomes, whole):
    assert overall([report(outcome) for outcome in outcomes])[0] is whole


def test_the_reason_names_what_became_slower():
    assert overall([report(Outcome.SLOWER, "sort"), report(Outcome.NOT_PROVEN, "parse")])[1] == "1 of 2 benchmarks became slower: sort"


@pytest.mark.parametrize("outcome", [Outcome.SLOWER, Outcome.FASTER])
def test_a_claim_cannot_be_built_without_its_comparison(outcome):
    with pytest.raises(ValueError, match="needs a comparison"):
        BenchmarkReport(benchmark=Benchmark(kind=BenchmarkKind.ASV, name="b"), outcome=outcome, reason="", comparison=compared(0.9, 1, 1.1))
