"""How much is replayed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from codeopt.model.code import TargetName
from codeopt.model.work import Recording
from codeopt.trial.learning import _affordable
from codeopt.trial.scene import Limits


@pytest.mark.parametrize(
    ("seconds", "seen", "kept"),
    [(0.0, 10, 10), (1.0, 10, 10), (40.0, 10, 7), (6_000.0, 10, 6), (0.5, 1, 10)],
)
def test_slow_calls_are_replayed_in_part_and_a_few_at_least(seconds, seen, kept):
    scene = SimpleNamespace(limits=Limits(replay_s=30.0))
    name = TargetName(path="m.py", qualname="f")
    recording = Recording(name=name, calls=10, seen=seen, skipped=(), data=b"", seconds=seconds)
    assert _affordable(scene, recording, [b"call"] * 10) == tuple(range(kept))


def test_small_calls_are_replayed_beside_a_few_large_ones():
    scene = SimpleNamespace(limits=Limits(replay_s=30.0))
    recording = Recording(name=TargetName(path="m.py", qualname="f"), calls=9, seen=9, skipped=(), data=b"", seconds=0.0)
    large, small = bytes(3_000_000), bytes(200_000)
    assert _affordable(scene, recording, [*[large] * 6, large, small, small, small]) == (*range(6), 7, 8)
    assert _affordable(scene, recording, [small] * 9) == tuple(range(8))


LENGTH = """def length(data):
    return len(data.strip())
"""
LENGTHS = """
from things import length

for data in (b" ab ", b"abc", b"", b" " * 5_000_000):
    length(data)
"""


def test_calls_that_were_too_large_to_be_recorded_are_among_those_left_out(staged):
    stage = staged(("length",), module=LENGTH, bench=LENGTHS, tests="def test_nothing():\n    pass\n")
    (expected,) = stage.expected.values()
    assert len(expected.calls) == 3
    assert expected.dropped == (("arguments of more than 4000000 bytes", 1),)
