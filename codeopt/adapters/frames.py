"""Frames over a byte stream: a 4-byte big-endian length and that many bytes.

It knows nothing of what carries the bytes. What it holds is bounded by the limit of whoever asks, and nothing is decoded.
"""

from __future__ import annotations

import struct

from codeopt.errors import ContestantError

__all__ = ["MAX_FRAME_BYTES", "FrameReader", "encode"]

MAX_FRAME_BYTES = 2**32 - 1
_HEAD = struct.Struct(">I")


def encode(frame: bytes) -> bytes:
    """Return a frame with its length in front.

    Raises:
        ValueError: the frame is longer than its length field can say.
    """
    if len(frame) > MAX_FRAME_BYTES:
        raise ValueError(f"a frame holds at most {MAX_FRAME_BYTES} bytes, got {len(frame)}")
    return _HEAD.pack(len(frame)) + frame


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        """Start at the beginning of a stream."""
        self._held = bytearray()

    @property
    def held_bytes(self) -> int:
        """How much has been fed and not been taken."""
        return len(self._held)

    def feed(self, data: bytes) -> None:
        """Add bytes of the stream."""
        self._held += data

    def next(self, limit_bytes: int) -> bytes | None:
        """Return the next frame, or None while it is incomplete.

        Raises:
            ContestantError: the frame is announced with more than `limit_bytes`; the stream stays where it is.
        """
        if len(self._held) < _HEAD.size:
            return None
        (length,) = _HEAD.unpack_from(self._held)
        if length > limit_bytes:
            raise ContestantError(f"the program announces a frame of {length} bytes; {limit_bytes} are allowed")
        end = _HEAD.size + length
        if len(self._held) < end:
            return None
        frame = bytes(memoryview(self._held)[_HEAD.size : end])
        del self._held[:end]
        return frame
