"""Which tokens of a video to keep: those that differ from the same place a moment earlier."""

from __future__ import annotations

import numpy as np


def retained_count(tokens_per_frame: int, frames: int, pruned_share: float) -> int:
    """Return how many tokens stay: all but `pruned_share` of them, and at least one frame's worth.

    The count of EVS (vLLM, multimodal/evs.py, compute_retained_tokens_count).
    """
    return max(tokens_per_frame, int(tokens_per_frame * frames * (1 - pruned_share)))


def static_mask(tokens: np.ndarray, grid: tuple[int, int, int], pruned_share: float, *, merge: int = 2) -> np.ndarray:
    """Return which tokens to keep: bool [tokens]. All of the first frame stay, then those least like their predecessor.

    `tokens` is float [t * h * w / merge**2, dim], `grid` is in patches. Likeness is the cosine; of equals the earlier stays.
    The method of EVS (vLLM, multimodal/evs.py, compute_retention_mask). Exact. Raises ValueError when the grid does not fit
    or the share is not in [0, 1).
    """
    t, h, w = grid[0], grid[1] // merge, grid[2] // merge
    if tokens.shape[0] != t * h * w or t < 1:
        raise ValueError(f"a grid of {tuple(grid)} does not hold {tokens.shape[0]} tokens")
    if not 0 <= pruned_share < 1:
        raise ValueError(f"a share of {pruned_share} cannot be pruned")
    frames = tokens.reshape(t, h * w, -1).astype(np.float64)
    unit = frames / np.maximum(np.linalg.norm(frames, axis=-1, keepdims=True), 1e-8)
    change = 1 - (unit[1:] * unit[:-1]).sum(axis=-1)
    change = np.concatenate([np.full((1, h * w), np.inf), change]).reshape(-1)
    order = np.argsort(-change, kind="stable")
    mask = np.zeros(len(change), dtype=bool)
    mask[order[: retained_count(h * w, t, pruned_share)]] = True
    return mask
