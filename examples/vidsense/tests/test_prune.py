"""Pruning against a second implementation; exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import seeds
from vidsense.prune import retained_count, static_mask


@settings(max_examples=60, deadline=None)
@given(seed=seeds, t=st.integers(1, 5), h=st.integers(1, 4), w=st.integers(1, 4), share=st.sampled_from([0.0, 0.3, 0.5, 0.9]))
def test_the_mask_is_that_of_a_loop(seed, t, h, w, share):
    """The first frame, then the tokens whose cosine with their predecessor is least."""
    tokens = np.random.default_rng(seed).normal(size=(t * h * w, 6)).astype(np.float32)
    mask = static_mask(tokens, (t, 2 * h, 2 * w), share)
    changes = []
    for k in range(h * w, t * h * w):
        now, before = tokens[k].astype(np.float64), tokens[k - h * w].astype(np.float64)
        changes.append((-(1 - now @ before / (np.linalg.norm(now) * np.linalg.norm(before))), k))
    keep = max(h * w, int(t * h * w * (1 - share)))
    expected = set(range(h * w)) | {k for _, k in sorted(changes)[: keep - h * w]}
    assert set(np.flatnonzero(mask).tolist()) == expected
    assert mask.sum() == retained_count(h * w, t, share) == keep


def test_static_tokens_go_first():
    """A frame that repeats the first is pruned, what changed stays."""
    frame = np.random.default_rng(0).normal(size=(6, 8))
    changed = frame.copy()
    changed[[1, 4]] *= -1
    mask = static_mask(np.concatenate([frame, frame, changed]), (3, 4, 6), 0.55)
    assert mask.reshape(3, 6)[2].tolist() == [False, True, False, False, True, False]
    assert not mask.reshape(3, 6)[1].any()


@pytest.mark.parametrize(("grid", "share"), [((2, 2, 2), 0.5), ((1, 4, 4), 1.0), ((1, 4, 4), -0.1)])
def test_nonsense_is_refused(grid, share):
    """A grid of another size, a share outside [0, 1)."""
    with pytest.raises(ValueError):
        static_mask(np.ones((4, 3)), grid, share)
