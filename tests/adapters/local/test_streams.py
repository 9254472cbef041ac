"""Collecting and speaking over any wire, with a wire that does as it is told."""

from __future__ import annotations

import time

import pytest

from codeopt.adapters.frames import encode
from codeopt.adapters.streams import FrameChannel, Moved, collect
from codeopt.errors import ContestantError, SandboxUnavailable


class FakeWire:
    """Plays one `Moved` after another; the last one again and again."""

    def __init__(self, *steps: Moved) -> None:
        self.steps = list(steps)
        self.closed_input = 0

    def move(self, outgoing: memoryview, timeout_s: float) -> Moved:
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    def close_input(self) -> None:
        self.closed_input += 1

    def close(self) -> None:
        """Nothing is held."""


def channel(*steps: Moved, life_s: float = 60.0, gone: Exception | None = None) -> FrameChannel:
    return FrameChannel(FakeWire(*steps), life_s=life_s, explain=lambda: gone or ContestantError("it ended"))


def far() -> float:
    return time.monotonic() + 60.0


def test_input_is_closed_once_when_all_is_written():
    wire = FakeWire(Moved(written=2), Moved(written=1), Moved(stdout=b"x"), Moved(ended=True))
    output = collect(wire, b"abc", deadline=far(), limit_bytes=10)
    assert (output.stdout, wire.closed_input) == (b"x", 1)


def test_input_that_nobody_takes_is_given_up():
    wire = FakeWire(Moved(refused=True), Moved(stdout=b"x"), Moved(ended=True))
    assert collect(wire, b"abc", deadline=far(), limit_bytes=10).stdout == b"x"
    assert wire.closed_input == 1


def test_the_limit_holds_for_both_streams_together():
    wire = FakeWire(Moved(stdout=b"12345", stderr=b"678"), Moved(stderr=b"9abc"), Moved(ended=True))
    output = collect(wire, b"", deadline=far(), limit_bytes=9)
    assert (output.stdout, output.stderr, output.truncated) == (b"12345", b"6789", True)


def test_what_was_said_in_time_is_kept():
    wire = FakeWire(Moved(stdout=b"x"), Moved())
    output = collect(wire, b"", deadline=time.monotonic() + 0.05, limit_bytes=9)
    assert (output.stdout, output.timed_out) == (b"x", True)


def test_frames_that_came_before_the_end_are_delivered():
    speaking = channel(Moved(stdout=encode(b"a") + encode(b"b"), ended=True))
    assert speaking.receive(timeout_s=1.0) == b"a"
    assert speaking.receive(timeout_s=1.0) == b"b"
    with pytest.raises(ContestantError, match="it ended"):
        speaking.receive(timeout_s=1.0)
    with pytest.raises(ContestantError, match="it ended"):
        speaking.send(b"c")


def test_half_a_frame_is_none():
    with pytest.raises(ContestantError, match="it ended"):
        channel(Moved(stdout=encode(b"abc")[:-1], ended=True)).receive(timeout_s=1.0)


def test_a_lost_sandbox_is_not_blamed_on_the_program():
    lost = channel(Moved(ended=True), gone=SandboxUnavailable("the engine is gone"))
    with pytest.raises(SandboxUnavailable):
        lost.receive(timeout_s=1.0)
    garbled = channel(Moved(stdout=b"OCI runtime exec failed"), gone=SandboxUnavailable("the engine is gone"))
    with pytest.raises(SandboxUnavailable):
        garbled.receive(timeout_s=1.0)


def test_a_program_that_talks_unasked_is_stopped():
    talking = channel(Moved(stdout=bytes(50_000_000)))
    with pytest.raises(ContestantError, match="nobody asked"):
        talking.send(b"x")


def test_only_the_tail_of_the_errors_is_kept():
    speaking = channel(Moved(stderr=b"a" * 30_000), Moved(stderr=b"end"), Moved(stdout=encode(b"")))
    speaking.receive(timeout_s=1.0)
    assert len(speaking.stderr_tail) == 20_000
    assert speaking.stderr_tail.endswith("aend")
