"""Files to patches."""

from __future__ import annotations

import numpy as np
import pytest

from vidsense.errors import VideoError
from vidsense.io import read_frames
from vidsense.prepare import prepare
from vidsense.preprocess import preprocess_clip


@pytest.mark.parametrize("indices", [None, [4, 0, 0], [2]])
def test_a_file_is_prepared_as_its_frames_are(make_video, indices):
    """The patches of the frames that were asked for, in that order."""
    path = make_video(7)
    result, expected = prepare(path, indices, max_pixels=28 * 28 * 4), preprocess_clip(read_frames(path, indices), max_pixels=28 * 28 * 4)
    assert result.grid == expected.grid
    assert np.array_equal(result.rows, expected.rows)


def test_no_frames_have_no_patches(make_video):
    """As for an empty clip."""
    with pytest.raises(ValueError, match="no patches"):
        prepare(make_video(3), [])


def test_a_frame_beyond_the_end_cannot_be_prepared(make_video):
    """As it cannot be read."""
    with pytest.raises(IndexError):
        prepare(make_video(3), [0, 3])


def test_a_broken_file_cannot_be_prepared(tmp_path):
    """As it cannot be read."""
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no video")
    with pytest.raises(VideoError):
        prepare(path)
