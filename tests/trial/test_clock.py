"""Times of parts are added; what is not known of a part is not known of the whole."""

from __future__ import annotations

import pytest

from codeopt.adapters.fake_sandbox import FakeProvider, ScriptedMeters
from codeopt.trial.clock import Elapsed, Stopwatch, added

PART = Elapsed(seconds=2.0, cpu_seconds=1.5, blocked_seconds=0.25)


def test_all_that_is_known_is_added():
    assert added([PART, PART]) == Elapsed(seconds=4.0, cpu_seconds=3.0, blocked_seconds=0.5)
    assert added([PART]) == PART


def test_what_one_part_does_not_tell_the_whole_does_not_either():
    whole = added([PART, Elapsed(seconds=1.0, cpu_seconds=1.0), PART])
    assert whole == Elapsed(seconds=5.0, cpu_seconds=4.0, blocked_seconds=None)
    assert added([PART, Elapsed(seconds=1.0, cpu_seconds=None)]).cpu_seconds is None


def test_a_stopwatch_tells_waiting_from_standing_in_the_queue():
    used, queued = iter([1.0, 1.0]), iter([5.0, 5.0])
    meters = ScriptedMeters(cpu_s=lambda _: next(used), queued_s=lambda _: next(queued))
    with FakeProvider(meters=meters).open({}) as sandbox:
        elapsed = Stopwatch(sandbox).stop()
    assert elapsed.cpu_seconds == 0.0
    assert elapsed.blocked_seconds == pytest.approx(elapsed.seconds)
