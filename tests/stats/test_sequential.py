from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.measurement.noise import MODELS
from codeopt.model.evidence import Clock, Measurement
from codeopt.stats.intervals import rank_error
from codeopt.stats.sequential import Plan, State

SECONDS = st.floats(min_value=1e-6, max_value=1e3)
PAIRS = st.lists(st.builds(Measurement, old_seconds=SECONDS, new_seconds=SECONDS), max_size=45)
SIMULATED = 500
# A rate of exactly 1% gives more than this in one simulation of 1000.
BY_CHANCE = SIMULATED * 0.01 + 3.5 * (SIMULATED * 0.01) ** 0.5


def series(ratio: float, count: int, *, spread: float = 0.001) -> list[Measurement]:
    """Pairs whose ratios lie evenly around `ratio`."""
    return [Measurement(old_seconds=ratio * (1 + spread * (-1) ** i * (i % 5)), new_seconds=1.0) for i in range(count)]


def decide(pairs, min_speedup=1.03, **plan):
    return Plan(**plan).decide(pairs, min_speedup=min_speedup)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99, 0.999, 0.9999])
def test_the_error_over_all_looks_is_within_what_is_allowed(confidence):
    plan = Plan(confidence=confidence)
    assert 0 < plan.error <= 1 - confidence
    assert plan.ranks[0] >= 1


def test_the_error_is_what_the_looks_may_miss_together():
    plan = Plan(confidence=0.8, looks=(5, 8, 12))
    assert plan.error == sum(rank_error(look, rank) for look, rank in zip(plan.looks, plan.ranks, strict=True))


def test_what_a_look_cannot_use_is_left_to_the_next_ones():
    plan = Plan(confidence=0.99)
    for at, (look, rank) in enumerate(zip(plan.looks, plan.ranks, strict=True)):
        spent = sum(rank_error(*pair) for pair in zip(plan.looks[:at], plan.ranks[:at], strict=True))
        assert spent + rank_error(look, rank + 1) > 0.01 * look / plan.looks[-1]


def test_the_first_look_is_skipped_where_it_could_not_say_anything():
    plan = Plan(confidence=0.99, looks=(3, 30))
    assert plan.ranks[0] == 0
    assert decide(series(5.0, 4), looks=(3, 30)).comparison is None
    assert decide(series(5.0, 30), looks=(3, 30)).state is State.FASTER


@pytest.mark.parametrize("looks", [(10, 10), (12, 8), (0, 5), (-1,), (5, 100_000)])
def test_looks_that_cannot_be_followed_are_refused(looks):
    with pytest.raises(ValueError, match="looks must grow"):
        Plan(looks=looks)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, float("nan")])
def test_an_impossible_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        Plan(confidence=confidence)


@pytest.mark.parametrize("min_speedup", [0.99, 0.5, float("nan")])
def test_an_impossible_min_speedup_is_refused(min_speedup):
    with pytest.raises(ValueError, match="min_speedup"):
        decide([], min_speedup)


def test_nothing_is_said_before_the_first_look():
    decision = decide(series(9.0, Plan().looks[0] - 1))
    assert (decision.state, decision.comparison) == (State.CONTINUE, None)


@pytest.mark.parametrize(
    ("ratio", "state"),
    [(1.5, State.FASTER), (1.05, State.FASTER), (0.9, State.SLOWER), (0.98, State.SLOWER), (1.0, State.SAME), (1.02, State.SAME)],
)
def test_a_clear_case_is_settled_at_the_first_look(ratio, state):
    decision = decide(series(ratio, Plan().looks[0]))
    assert decision.state is state
    assert decision.comparison.rounds == Plan().looks[0]
    assert decision.comparison.confidence == 0.99


def test_noise_that_never_settles_exhausts_the_plan_with_its_last_comparison():
    pairs = series(1.03, Plan().looks[-1], spread=0.05)
    assert decide(pairs[:-1]).state is State.CONTINUE
    decision = decide(pairs)
    assert decision.state is State.EXHAUSTED
    assert decision.comparison.rounds == Plan().looks[-1]


def test_a_gain_that_appears_late_is_found_at_a_later_look():
    pairs = [*series(1.0, 6, spread=0.2), *series(1.5, 40)]
    decision = decide(pairs)
    assert decision.state is State.FASTER
    assert Plan().looks[0] < decision.comparison.rounds < Plan().looks[-1]


@given(PAIRS, PAIRS)
def test_pairs_after_the_deciding_look_change_nothing(pairs, more):
    decision = decide(pairs)
    if decision.state is not State.CONTINUE:
        assert decide([*pairs, *more]) == decision


@given(PAIRS)
def test_a_decision_agrees_with_its_comparison(pairs):
    decision = decide(pairs)
    if decision.state is State.FASTER:
        assert decision.comparison.low >= 1.03
    if decision.state is State.SLOWER:
        assert decision.comparison.high < 1
    if decision.state is State.SAME:
        assert 1 / 1.03 < decision.comparison.low <= decision.comparison.high < 1.03


@given(PAIRS)
def test_what_is_faster_is_slower_when_old_and_new_are_swapped(pairs):
    crossed = [Measurement(old_seconds=pair.new_seconds, new_seconds=pair.old_seconds) for pair in pairs]
    if decide(pairs).state is State.FASTER:
        assert decide(crossed).state is State.SLOWER


@given(PAIRS)
def test_a_conclusion_never_asks_for_more_and_keeps_what_was_decided(pairs):
    plan = Plan()
    decision, conclusion = plan.decide(pairs, min_speedup=1.03), plan.conclude(pairs, min_speedup=1.03)
    assert conclusion.state is not State.CONTINUE
    if decision.state is not State.CONTINUE:
        assert conclusion == decision


def test_a_conclusion_uses_the_pairs_after_the_last_look():
    plan = Plan()
    pairs = series(1.5, plan.looks[0] - 1)
    assert plan.decide(pairs, min_speedup=1.03).comparison is None
    conclusion = plan.conclude(pairs, min_speedup=1.03)
    assert conclusion.state is State.FASTER
    assert conclusion.comparison.rounds == len(pairs)


@given(PAIRS, st.integers(0, 45))
def test_an_interrupted_race_claims_only_what_its_own_pairs_show(pairs, count):
    conclusion = Plan().conclude(pairs[:count], min_speedup=1.0, same_within=1.01)
    ratios = [pair.ratio for pair in pairs[:count]]
    if conclusion.state is State.FASTER:
        assert max(ratios) > 1
    if conclusion.state is State.SLOWER:
        assert min(ratios) < 1


@given(st.lists(st.floats(0.2, 0.999), max_size=45))
def test_no_series_of_slower_pairs_is_ever_faster(ratios):
    pairs = [Measurement(old_seconds=ratio, new_seconds=1.0) for ratio in ratios]
    assert Plan().conclude(pairs, min_speedup=1.0, same_within=1.01).state is not State.FASTER


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_within_a_look_does_not_matter(pairs, rng):
    first = Plan().looks[0]
    shuffled = rng.sample(pairs[:first], len(pairs[:first]))
    assert decide([*shuffled, *pairs[first:]]).state is decide(pairs).state


def test_any_shown_gain_is_enough_where_that_is_asked_for():
    plan = Plan()
    assert plan.decide(series(1.02, plan.looks[0]), min_speedup=1.0, same_within=1.01).state is State.FASTER
    assert plan.decide(series(1.0, plan.looks[0], spread=0.0001), min_speedup=1.0, same_within=1.01).state is State.SAME


@given(PAIRS)
def test_swapping_old_and_new_swaps_faster_and_slower(pairs):
    """Where any shown change is enough, neither side is favoured."""
    plan, other_way = Plan(), {State.FASTER: State.SLOWER, State.SLOWER: State.FASTER}
    straight = plan.conclude(pairs, min_speedup=1.0, same_within=1.01).state
    crossed = plan.conclude([pair.swapped() for pair in pairs], min_speedup=1.0, same_within=1.01).state
    assert crossed is other_way.get(straight, straight)


def test_a_race_is_settled_by_the_clock_that_is_asked():
    plan = Plan()
    pairs = [Measurement(old_seconds=1.0, new_seconds=2.0, old_cpu_seconds=2.0, new_cpu_seconds=1.0)] * plan.looks[0]
    wall, cpu = (plan.decide(pairs, min_speedup=1.03, clock=clock) for clock in Clock)
    assert (wall.state, wall.comparison.clock) == (State.SLOWER, Clock.WALL)
    assert (cpu.state, cpu.comparison.clock) == (State.FASTER, Clock.CPU)


def test_a_clock_that_one_pair_lacks_settles_nothing():
    plan = Plan()
    known = Measurement(old_seconds=1.0, new_seconds=2.0, old_cpu_seconds=2.0, new_cpu_seconds=1.0)
    pairs = [Measurement(old_seconds=1.0, new_seconds=2.0), *[known] * plan.looks[-1]]
    for settle in (plan.decide, plan.conclude):
        decision = settle(pairs, min_speedup=1.03, clock=Clock.CPU)
        assert (decision.state, decision.comparison) == (State.EXHAUSTED, None)
    assert plan.decide(pairs[: plan.looks[0]], min_speedup=1.03, clock=Clock.CPU).state is State.CONTINUE


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_conclusion_on_too_few_pairs_is_no_result(count):
    conclusion = Plan().conclude(series(5.0, count), min_speedup=1.03)
    assert (conclusion.state, conclusion.comparison) == (State.EXHAUSTED, None)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_two_equal_programs_are_called_different_in_at_most_one_comparison_of_a_hundred(name):
    plan = Plan()
    rng = random.Random(f"A/A {name}")
    wrong = missed = 0
    for _ in range(SIMULATED):
        pairs = MODELS[name].pairs(0.0, plan.looks[-1], rng)
        wrong += plan.decide(pairs, min_speedup=1.03).state in {State.FASTER, State.SLOWER}
        missed += any(not seen.low <= 1 <= seen.high for seen in plan.comparisons(pairs))
    # A coarse clock makes ties, which only widen intervals.
    assert missed >= 1 or name == "coarse clock", "none at all would mean that the simulation cannot fail"
    assert wrong <= missed <= BY_CHANCE


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_race_cut_short_by_the_clock_errs_no_more_often(name):
    plan = Plan()
    rng = random.Random(f"clock {name}")
    wrong = 0
    for _ in range(SIMULATED):
        pairs = MODELS[name].pairs(0.0, rng.randrange(1, plan.looks[-1]), rng)
        wrong += plan.conclude(pairs, min_speedup=1.000001).state in {State.FASTER, State.SLOWER}
    assert wrong <= BY_CHANCE


def test_the_interval_of_each_look_covers_the_true_ratio():
    plan = Plan()
    rng = random.Random("coverage")
    held = [0] * len(plan.looks)
    for _ in range(SIMULATED):
        pairs = MODELS["laptop"].pairs(0.25, plan.looks[-1], rng)
        for at, seen in enumerate(plan.comparisons(pairs)):
            held[at] += seen.low <= 1.25 <= seen.high
    assert min(held) >= SIMULATED - BY_CHANCE


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_a_gain_of_a_quarter_is_found_at_the_first_look_of_a_quiet_machine(seed):
    pairs = MODELS["quiet"].pairs(0.25, Plan().looks[-1], random.Random(seed))
    assert decide(pairs).state is State.FASTER
