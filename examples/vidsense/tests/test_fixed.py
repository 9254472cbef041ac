"""The baseline sampler."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidsense.sampling.fixed import fixed_indices, smart_nframes, uniform_indices


@pytest.mark.parametrize(
    ("frames", "fps", "expected"),
    [(1500, 25.0, 120), (1800, 30.0, 120), (10, 25.0, 4), (3, 25.0, 2), (1, 25.0, 1), (2, 1.0, 2), (100_000, 25.0, 768), (255, 25.0, 20)],
)
def test_known_numbers_of_frames(frames, fps, expected):
    """Worked by hand: two a second, even, at least 4, at most 768, never more than there are."""
    assert smart_nframes(frames, fps) == expected


@given(frames=st.integers(1, 10_000), fps=st.floats(0.5, 240))
def test_the_number_of_frames_is_within_bounds(frames, fps):
    """Even unless there is one frame, and no more than there are."""
    count = smart_nframes(frames, fps)
    assert 1 <= count <= frames
    assert count == 1 or count % 2 == 0


@pytest.mark.parametrize("arguments", [(0, 25.0), (10, 0.0), (10, float("nan"))])
def test_nonsense_is_refused(arguments):
    """No frames, or no rate."""
    with pytest.raises(ValueError):
        smart_nframes(*arguments)


@given(frames=st.integers(1, 2000), count=st.integers(1, 200))
def test_uniform_indices_are_a_rounded_line(frames, count):
    """Index k is the rounded share k / (count - 1) of the way; a closed form."""
    step = (frames - 1) / (count - 1) if count > 1 else 0.0
    indices = uniform_indices(frames, count)
    assert np.abs(np.array(indices) - step * np.arange(count)).max() <= 0.5 + 1e-9
    assert indices[0] == 0
    assert count == 1 or indices[-1] == frames - 1


def test_the_baseline_is_two_frames_a_second():
    """A minute gives 120 frames from first to last."""
    indices = fixed_indices(1500, 25.0)
    assert len(indices) == 120
    assert (indices[0], indices[-1]) == (0, 1499)
