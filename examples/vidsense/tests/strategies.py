"""Generators of inputs, corners first: one frame, odd numbers of frames, sides that windows divide and sides that they do not."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

frame_counts = st.sampled_from([1, 2, 3, 4, 5, 7])
sides = st.integers(min_value=1, max_value=90)
seeds = st.integers(min_value=0, max_value=2**32 - 1)
grids = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from([2, 4, 6, 8, 10, 16]), st.sampled_from([2, 4, 6, 8, 14])), min_size=1, max_size=3
)


@st.composite
def clips(draw, *, height=sides, width=sides, low=0, high=256):
    """A clip of random pixels, from `low` to below `high`."""
    rng = np.random.default_rng(draw(seeds))
    return rng.integers(low, high, (draw(frame_counts), draw(height), draw(width), 3), dtype=np.uint8)


@st.composite
def curves(draw):
    """A curve with its times: flat, noisy or with peaks, at a steady or a variable frame rate."""
    rng = np.random.default_rng(draw(seeds))
    count = draw(st.integers(1, 300))
    steps = np.full(count, 0.04) if draw(st.booleans()) else rng.uniform(0.005, 0.3, count)
    curve = draw(st.sampled_from([0.0, 1.0])) * rng.random(count)
    for _ in range(draw(st.integers(0, 6))):
        start = int(rng.integers(count))
        curve[start : start + int(rng.integers(1, 12))] += rng.random()
    return curve, np.cumsum(steps) - steps[0]
