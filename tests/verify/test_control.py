"""What the machine shows between a thing and itself is no gain; memory is told where it counts."""

from __future__ import annotations

import dataclasses

import pytest

from codeopt.model.check import PeakMemory
from codeopt.model.evidence import Clock, Comparison
from codeopt.verify.control import bias, memory_note
from codeopt.verify.judgement import timing_check

MIB = 2**20


def compared(ratio: float, low: float, high: float, clock: Clock = Clock.WALL) -> Comparison:
    return Comparison(ratio=ratio, low=low, high=high, confidence=0.99, rounds=10, old_seconds=ratio, new_seconds=1.0, clock=clock)


def test_a_control_that_holds_one_takes_nothing_off():
    """An interval around 1 is what the original against itself should show."""
    assert bias(compared(1.01, 0.99, 1.03)) == 1.0
    assert bias(None) == 1.0


@pytest.mark.parametrize("control", [compared(1.1, 1.05, 1.2), compared(1 / 1.1, 1 / 1.2, 1 / 1.05)])
def test_a_control_apart_from_one_counts_whichever_way_it_goes(control):
    assert bias(control) == pytest.approx(1.1)


def test_a_gain_within_what_the_machine_shows_by_itself_is_unverifiable():
    check = timing_check(compared(1.12, 1.06, 1.2), min_speedup=1.03, control=compared(1.1, 1.05, 1.2))
    assert check.passed is None
    assert "the original against itself is 1.1x" in check.detail


def test_a_large_gain_is_not_lost_to_a_small_bias():
    assert timing_check(compared(80.0, 70.0, 90.0), min_speedup=1.03, control=compared(1.1, 1.05, 1.2)).passed is True


def test_a_control_saves_no_gain_that_is_too_small():
    assert timing_check(compared(1.02, 1.01, 1.03), min_speedup=1.03, control=compared(1.0, 0.9, 1.1)).passed is False


def test_the_check_says_when_processor_time_was_compared():
    assert "by processor time" in timing_check(compared(2.0, 1.9, 2.1, Clock.CPU), min_speedup=1.03).detail
    assert "by processor time" not in timing_check(compared(2.0, 1.9, 2.1), min_speedup=1.03).detail


def test_more_memory_is_told_with_its_factor():
    note = memory_note(PeakMemory(old_bytes=20 * MIB, new_bytes=60 * MIB))
    assert "3 times the memory" in note
    assert "20 MiB before, 60 MiB now" in note


def test_less_memory_is_told_as_well():
    assert "3 times less memory" in memory_note(PeakMemory(old_bytes=60 * MIB, new_bytes=20 * MIB))


@pytest.mark.parametrize(
    "memory",
    [None, PeakMemory(old_bytes=1 * MIB, new_bytes=5 * MIB), PeakMemory(old_bytes=100 * MIB, new_bytes=120 * MIB)],
    ids=["unknown", "small", "not much more"],
)
def test_memory_that_does_not_count_is_not_mentioned(memory):
    assert memory_note(memory) == ""


def test_memory_out_of_nothing_divides_by_nothing():
    assert memory_note(dataclasses.replace(PeakMemory(old_bytes=0, new_bytes=50 * MIB)))
