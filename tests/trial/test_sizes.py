"""Calls are timed apart by the size of their inputs, where these differ enough."""

from __future__ import annotations

import pytest

from codeopt.model.evidence import Clock
from codeopt.trial.clock import Elapsed
from codeopt.trial.lot import Lot
from codeopt.trial.sizes import sweep_of


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        ([10, 10, 100, 100, 1000, 1000], [(0, 1), (2, 3), (4, 5)]),
        ([1000, 10, 100, 10, 1000, 100], [(1, 3), (2, 5), (0, 4)]),
        ([10, 10, 11, 100, 100, 100], [(0, 1, 2), (3, 4, 5)]),
        ([10, 10, 11, 12, 13, 14], []),
        ([10, 1000], []),
        ([10, 10, 1000], []),
        ([], []),
    ],
)
def test_calls_are_split_where_their_sizes_are_apart(sizes, parts):
    every = [b"x" * size for size in sizes]
    assert [part.lot.calls for part in sweep_of(range(len(sizes)), every).parts] == parts


def test_the_first_time_says_how_often_to_repeat_and_counts_for_nothing():
    sweep = sweep_of(range(6), [b"x" * size for size in (10, 10, 100, 100, 1000, 1000)])
    asked: list[Lot] = []

    def rounds(lot: Lot) -> list[list[Elapsed]]:
        asked.append(lot)
        small = 0 in lot.calls
        each = 1e-5 if small else 1e-3
        old = [Elapsed(seconds=each * lot.repeat * len(lot.calls), cpu_seconds=None)] * 2
        new = [Elapsed(seconds=(2 * each if small else each / 10) * lot.repeat * len(lot.calls), cpu_seconds=None)] * 2
        return [old, new]

    sweep.take(rounds)
    assert [lot.repeat for lot in asked] == [1, 1, 1]
    assert sweep.figures(0.5, Clock.WALL) == ()
    for _ in range(10):
        sweep.take(rounds)
    small, _, large = sweep.figures(0.99, Clock.WALL)
    assert asked[3].repeat > asked[5].repeat
    assert small.comparison.ratio == pytest.approx(0.5)
    assert small.comparison.old_seconds == pytest.approx(1e-5)
    assert large.comparison.ratio == pytest.approx(10)
    assert (small.calls, large.calls) == (2, 2)
    assert sweep.figures(0.99, Clock.CPU) == ()
