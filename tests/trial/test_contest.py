"""Runners race in pairs of fresh processes until the figures are settled; here they are scripted, and no real time passes."""

from __future__ import annotations

import random
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import ContestantError
from codeopt.model.evidence import Clock
from codeopt.stats.sequential import Plan, State, Terms
from codeopt.trial.clock import Elapsed
from codeopt.trial.contest import Race, calibrated, measurement

TERMS = Terms(min_speedup=1.0, same_within=1.01)


class Bench:
    """A benchmark whose calls take what it is told, give or take a little; it remembers how it was started and stopped."""

    def __init__(self, name: str, per_call_s: float, *, log: list[str], wait_s: float = 0.0, fails_after: int | None = None) -> None:
        self.name, self.per_call_s, self.log, self.wait_s = name, per_call_s, log, wait_s
        self.rng = random.Random(name)
        self.seeds: list[int] = []
        self.fails_after = fails_after

    @contextmanager
    def open(self, hash_seed: int):
        self.seeds.append(hash_seed)
        self.log.append(f"open {self.name}")
        speed = 1 + self.rng.gauss(0, 0.002)
        yield Process(self, speed)
        self.log.append(f"close {self.name}")


class Process:
    def __init__(self, bench: Bench, speed: float) -> None:
        self.bench, self.speed = bench, speed

    def batch(self, calls: int) -> Elapsed:
        self.bench.log.append(self.bench.name)
        if self.bench.fails_after is not None and len(self.bench.log) > self.bench.fails_after:
            raise ContestantError("ValueError: no")
        used = calls * self.bench.per_call_s * self.speed * (1 + abs(self.bench.rng.gauss(0, 0.001)))
        return Elapsed(seconds=used + calls * self.bench.wait_s, cpu_seconds=used)


def race(old: Bench, new: Bench, *, budget_s: float = 1000.0, confidence: float = 0.99, seed: int = 0) -> Race:
    return Race(
        sides=(old.open, new.open),
        plan=Plan(confidence=confidence),
        terms=TERMS,
        budget_s=budget_s,
        calls=100,
        rng=random.Random(seed),
    )


@pytest.mark.parametrize(("ratio", "state"), [(1.05, State.FASTER), (1 / 1.05, State.SLOWER), (1.0, State.SAME)])
def test_the_race_ends_in_what_is_true(ratio, state):
    log: list[str] = []
    contest = race(Bench("old", 1e-4 * ratio, log=log), Bench("new", 1e-4, log=log)).run()
    assert contest.state is state
    assert contest.comparison.low <= ratio <= contest.comparison.high
    assert contest.comparison.clock is Clock.CPU


def test_figures_are_per_call():
    log: list[str] = []
    contest = race(Bench("old", 2e-4, log=log), Bench("new", 1e-4, log=log)).run()
    assert contest.pairs[0].old_seconds == pytest.approx(2e-4, rel=0.05)
    assert contest.pairs[0].new_cpu_seconds == pytest.approx(1e-4, rel=0.05)


def test_waiting_is_compared_by_wall_time():
    log: list[str] = []
    contest = race(Bench("old", 1e-4, log=log, wait_s=3e-4), Bench("new", 1e-4, log=log, wait_s=1e-4)).run()
    assert contest.comparison.clock is Clock.WALL
    assert contest.comparison.ratio == pytest.approx(2.0, rel=0.05)


def test_each_pair_is_two_fresh_processes_under_one_new_hash_seed():
    log: list[str] = []
    old, new = Bench("old", 1e-4, log=log), Bench("new", 1e-4, log=log)
    contest = race(old, new).run()
    assert old.seeds == new.seeds
    assert len(set(old.seeds)) == len(contest.pairs)


def test_batches_alternate_in_mirrored_order_and_both_orders_occur():
    log: list[str] = []
    race(Bench("old", 1e-4, log=log), Bench("new", 1e-4, log=log)).run()
    batches = " ".join(log).split("close")
    quads = {" ".join(part.split()[-4:]) for part in batches if part.count("old") + part.count("new") > 6}
    assert quads == {"old new new old", "new old old new"}


def test_the_old_side_against_itself_is_no_difference():
    log: list[str] = []
    contest = race(Bench("old", 2e-4, log=log), Bench("control", 2e-4, log=log)).run()
    assert contest.comparison.low < 1 < contest.comparison.high
    assert contest.comparison.ratio == pytest.approx(1.0, rel=0.05)


def test_without_time_the_race_ends_as_soon_as_it_can_say_anything():
    log: list[str] = []
    contest = race(Bench("old", 1e-4, log=log), Bench("new", 1.003e-4, log=log), budget_s=1e-9).run()
    assert len(contest.pairs) == Plan(confidence=0.99).fewest == 8
    assert contest.state is not State.CONTINUE


@pytest.mark.parametrize("fails_after", [0, 5, 40])
def test_a_failure_ends_the_race_and_the_processes(fails_after):
    log: list[str] = []
    with pytest.raises(ContestantError, match="no"):
        race(Bench("old", 1e-4, log=log), Bench("new", 1.01e-4, log=log, fails_after=fails_after)).run()


@pytest.mark.parametrize("per_call_s", [1e-9, 1e-7, 1e-5, 2e-4, 1e-3, 0.1, 2.0])
def test_a_batch_is_long_beside_what_clocks_can_tell_apart(per_call_s):
    calls = calibrated(Process(Bench("b", per_call_s, log=[]), 1.0))
    assert calls == 1 or calls * per_call_s == pytest.approx(0.01, rel=0.1) or calls == 10_000_000


@pytest.mark.parametrize(("per_call_s", "batches"), [(1e-4, 8), (1e-2, 4)])
def test_of_calls_that_take_long_fewer_are_made_in_a_pair(per_call_s, batches):
    log: list[str] = []
    race(Bench("old", per_call_s, log=log), Bench("new", per_call_s, log=log), budget_s=1e-9).run()
    assert batches <= log[: log.index("close old")].count("old") <= batches + 5


def elapsed(*seconds: float) -> list[Elapsed]:
    return [Elapsed(seconds=each, cpu_seconds=each) for each in seconds]


def test_neighbours_are_compared():
    # What slows three of four places slows both sides there.
    old, new = elapsed(1.0, 2.0, 3.0, 4.0), elapsed(0.5, 1.0, 1.5, 2.0)
    found = measurement(old, new, calls=1)
    assert found.old_seconds / found.new_seconds == pytest.approx(2.0)
    assert found.old_cpu_seconds / found.new_cpu_seconds == pytest.approx(2.0)


def test_a_batch_that_something_else_slowed_moves_nothing():
    found = measurement(elapsed(1.0, 9.0, 1.0, 1.0), elapsed(1.1, 1.1, 1.1, 1.1), calls=1)
    assert found.old_seconds / found.new_seconds == pytest.approx(1 / 1.1)


@given(st.lists(st.tuples(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3)), min_size=1, max_size=9), st.integers(1, 100))
def test_sides_that_change_places_change_figures(neighbours, calls):
    old, new = elapsed(*[one for one, _ in neighbours]), elapsed(*[other for _, other in neighbours])
    found, turned = measurement(old, new, calls=calls), measurement(new, old, calls=calls)
    assert (found.old_seconds, found.new_seconds) == (turned.new_seconds, turned.old_seconds)


def test_processor_time_of_one_batch_unknown_means_it_is_not_compared():
    known, unknown = Elapsed(seconds=1.0, cpu_seconds=1.0), Elapsed(seconds=1.0, cpu_seconds=None)
    assert measurement([known, unknown], [known, known], calls=1).by(Clock.CPU) is None
    assert measurement([known], [known], calls=4).by(Clock.CPU).old_seconds == 0.25
