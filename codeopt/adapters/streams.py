"""The standard streams of one running program: collected to their end, or spoken over as a channel.

Sandboxes differ in what carries the bytes; each brings a `Wire`, and time limits, output limits and frames are handled here, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from codeopt.adapters.frames import FrameReader, encode
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable

__all__ = ["FrameChannel", "Moved", "Output", "Wire", "collect"]

STDERR_TAIL_BYTES = 20_000
UNASKED_BYTES = 128_000_000  # what a program may say while the host is still talking
_NOTHING = memoryview(b"")
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one step moved: `written` bytes to the program, and what it said.

    `refused` means that the program takes no more input, `ended` that there is no more output to come.
    """

    written: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    refused: bool = False
    ended: bool = False


class Wire(Protocol):
    """The bytes to and from one running program."""

    def move(self, outgoing: memoryview, timeout_s: float) -> Moved:
        """Write what fits and read what is there; when neither is possible, wait for it up to `timeout_s`."""
        ...

    def close_input(self) -> None:
        """Tell the program that there is no more input."""
        ...

    def close(self) -> None:
        """Let go of the streams; the program is not touched."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a program said until its streams ended, or until its time was over."""

    stdout: bytes
    stderr: bytes
    truncated: bool
    timed_out: bool


def collect(wire: Wire, stdin: bytes, *, deadline: float, limit_bytes: int) -> Output:
    """Feed a program and read it to its end, or until `deadline` (on the monotonic clock).

    Output past `limit_bytes`, both streams together, is read and dropped, so that the program never blocks on it.
    """
    said: tuple[bytearray, bytearray] = (bytearray(), bytearray())
    truncated, timed_out = False, False
    outgoing, open_input = memoryview(stdin), True
    while True:
        if open_input and not outgoing:
            wire.close_input()
            open_input = False
        left = deadline - time.monotonic()
        if left <= 0:
            timed_out = True
            break
        moved = wire.move(outgoing, min(left, _PATIENCE_S))
        outgoing = _NOTHING if moved.refused else outgoing[moved.written :]
        for stream, data in zip(said, (moved.stdout, moved.stderr), strict=True):
            room = limit_bytes - len(said[0]) - len(said[1])
            truncated |= len(data) > room
            stream.extend(data[:room])
        if moved.ended:
            break
    return Output(stdout=bytes(said[0]), stderr=bytes(said[1]), truncated=truncated, timed_out=timed_out)


class FrameChannel:
    """A `Channel` over a wire."""

    def __init__(self, wire: Wire, *, life_s: float, explain: Callable[[], CodeoptError]) -> None:
        """Speak over `wire` for at most `life_s`; `explain` says why the program is gone, when it is."""
        self._wire = wire
        self._end = time.monotonic() + life_s
        self._explain = explain
        self._reader = FrameReader()
        self._stderr = bytearray()
        self._ended = False
        self._gone: CodeoptError | None = None

    @property
    def stderr_tail(self) -> str:
        """The last 20 kB that the program wrote to its standard error, as far as they have been read."""
        return self._stderr.decode(errors="replace")

    def send(self, frame: bytes) -> None:
        """Send one frame, reading meanwhile, so that neither side blocks the other.

        Raises:
            ContestantError: the program is gone, takes no input, or talks without being asked.
            SandboxUnavailable: the sandbox is gone.
        """
        outgoing = memoryview(encode(frame))
        while outgoing:
            if self._ended:
                raise self._lost()
            outgoing = outgoing[self._move(outgoing, self._end) :]
            if self._reader.held_bytes > UNASKED_BYTES:
                raise ContestantError(f"the program sent more than {UNASKED_BYTES} bytes that nobody asked for")

    def receive(self, *, timeout_s: float, limit_bytes: int = 64_000_000) -> bytes:
        """Wait for one frame.

        Raises:
            ContestantError: the program is gone, is too slow, or announces more than `limit_bytes`.
            SandboxUnavailable: the sandbox is gone.
        """
        deadline = min(time.monotonic() + timeout_s, self._end)
        while (frame := self._next(limit_bytes)) is None:
            if self._ended:
                raise self._lost()
            self._move(_NOTHING, deadline)
        return frame

    def _next(self, limit_bytes: int) -> bytes | None:
        try:
            return self._reader.next(limit_bytes)
        except ContestantError:
            # An engine that cannot start the program says so in the program's place: text, where a length is expected.
            if isinstance(lost := self._explain(), SandboxUnavailable):
                raise lost from None
            raise

    def _move(self, outgoing: memoryview, deadline: float) -> int:
        """Move bytes once, and return how many of `outgoing` went out."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise ContestantError("the program did not answer in time")
        moved = self._wire.move(outgoing, min(left, _PATIENCE_S))
        self._reader.feed(moved.stdout)
        if moved.stderr:
            self._stderr += moved.stderr
            del self._stderr[:-STDERR_TAIL_BYTES]
        self._ended |= moved.ended or moved.refused
        return moved.written

    def _lost(self) -> CodeoptError:
        if self._gone is None:
            self._gone = self._explain()
        return self._gone
