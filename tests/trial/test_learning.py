"""How much is replayed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from codeopt.model.code import TargetName
from codeopt.model.work import Recording
from codeopt.trial.learning import _affordable, _light
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


def test_of_heavy_calls_as_many_are_made_as_there_is_room_for_and_the_first_ones():
    calls = [b"1", b"x" * 60, b"3", b"x" * 60, b"5"]
    assert _light(range(5), calls, most_bytes=70, least=1) == (0, 1, 2, 4)
    assert _light(range(5), calls, most_bytes=1, least=2) == (0, 1)
    assert _light([3, 1, 0, 2, 4], calls, most_bytes=63, least=1) == (0, 2, 3, 4)
