"""Code that computes is judged by processor time, code that waits by wall time, and neither against the other."""

from __future__ import annotations

from codeopt.model.evidence import Clock, Measurement
from codeopt.stats.sequential import Plan, State, Terms
from codeopt.verify.clocks import decided, preferred_clock

TERMS = Terms(min_speedup=1.0, same_within=1.01)
PLAN = Plan(confidence=0.99)


def pair(wall: tuple[float, float], cpu: tuple[float, float] | None) -> Measurement:
    used = cpu or (None, None)
    return Measurement(old_seconds=wall[0], new_seconds=wall[1], old_cpu_seconds=used[0], new_cpu_seconds=used[1])


def pairs(wall: tuple[float, float], cpu: tuple[float, float] | None, jitter: float = 0.001) -> list[Measurement]:
    """A plan's worth of pairs that differ a little."""
    count = PLAN.looks[-1]
    return [
        pair((wall[0] * (1 + jitter * (n % 7)), wall[1] * (1 + jitter * (n * 3 % 7))), cpu and (cpu[0] * (1 + jitter * (n % 5)), cpu[1]))
        for n in range(count)
    ]


def test_computing_is_judged_by_processor_time():
    assert preferred_clock([pair((1.0, 1.0), (0.98, 0.99))]) is Clock.CPU


def test_waiting_is_judged_by_wall_time():
    assert preferred_clock([pair((1.0, 1.0), (0.2, 0.9))]) is Clock.WALL
    assert preferred_clock([pair((1.0, 1.0), (0.9, 0.2))]) is Clock.WALL


def test_one_undisturbed_pair_shows_that_code_computes():
    """Under load a core is shared: most pairs are then half full, which is not the code's doing."""
    assert preferred_clock([*[pair((2.0, 2.0), (1.0, 1.0))] * 5, pair((1.1, 1.1), (1.0, 1.0))]) is Clock.CPU


def test_where_queues_are_told_a_full_machine_is_no_matter():
    """Half the wall time was spent waiting for the core, and none for anything else."""
    queued = Measurement(old_seconds=2.0, new_seconds=2.0, old_cpu_seconds=1.0, new_cpu_seconds=1.0, blocked_share=0.01)
    asleep = Measurement(old_seconds=2.0, new_seconds=2.0, old_cpu_seconds=1.0, new_cpu_seconds=1.0, blocked_share=0.5)
    assert preferred_clock([queued] * 5) is Clock.CPU
    assert preferred_clock([asleep] * 5) is Clock.WALL


def test_several_cores_at_once_are_judged_by_wall_time():
    assert preferred_clock([pair((1.0, 1.0), (1.9, 1.9))] * 5) is Clock.WALL


def test_without_processor_time_everywhere_wall_time_counts():
    assert preferred_clock([]) is Clock.WALL
    assert preferred_clock([pair((1.0, 1.0), (1.0, 1.0)), pair((1.0, 1.0), None)]) is Clock.WALL


def test_a_gain_in_both_clocks_is_told_by_processor_time():
    decision = decided(PLAN, pairs((2.0, 1.0), (1.96, 0.98)), TERMS, over=False)
    assert decision.state is State.FASTER
    assert decision.comparison.clock is Clock.CPU


def test_wall_time_that_contradicts_counts():
    """Half the processor time in the same wall time: somebody waits."""
    decision = decided(PLAN, [*pairs((1.0, 1.0), (0.99, 0.5)), pair((1.0, 0.55), (0.99, 0.5))], TERMS, over=True)
    assert decision.comparison.clock is Clock.WALL
    assert decision.state is not State.FASTER


def test_the_swapped_race_has_the_inverse_answer():
    seen = pairs((1.3, 1.0), (1.27, 0.99))
    there = decided(PLAN, seen, TERMS, over=True)
    back = decided(PLAN, [one.swapped() for one in seen], TERMS, over=True)
    assert (there.state, back.state) == (State.FASTER, State.SLOWER)
    assert back.comparison.ratio * there.comparison.ratio == 1.0 or abs(back.comparison.ratio * there.comparison.ratio - 1) < 1e-12
