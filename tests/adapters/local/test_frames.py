"""Frames survive any cut, and never grow past their limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.frames import FrameReader, encode
from codeopt.errors import ContestantError


@given(
    frames=st.lists(st.binary(max_size=100), max_size=10), cuts=st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=20)
)
def test_frames_survive_any_cut(frames, cuts):
    stream = b"".join(map(encode, frames))
    reader, seen, at, turn = FrameReader(), [], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        reader.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
        while (frame := reader.next(100)) is not None:
            seen.append(frame)
    assert seen == frames
    assert reader.held_bytes == 0


@given(size=st.integers(min_value=0, max_value=300), limit=st.integers(min_value=0, max_value=300))
def test_a_frame_passes_up_to_its_limit(size, limit):
    reader = FrameReader()
    reader.feed(encode(bytes(size)))
    if size <= limit:
        assert reader.next(limit) == bytes(size)
    else:
        with pytest.raises(ContestantError, match=f"{size} bytes"):
            reader.next(limit)


def test_an_announcement_alone_is_enough_to_refuse():
    reader = FrameReader()
    reader.feed(b"\xff\xff\xff\xff")
    with pytest.raises(ContestantError, match="4294967295 bytes"):
        reader.next(1000)
