"""A video file to model inputs in one call: what a data loader does with each sample.

Puts `io` and `preprocess` together; knows nothing of how frames are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vidsense.io import read_frames
from vidsense.preprocess import Patches, preprocess_clip


def prepare(
    path: str | Path, indices: Sequence[int] | None = None, *, min_pixels: int = 56 * 56, max_pixels: int = 28 * 28 * 1280
) -> Patches:
    """Return the patches of the frames at `indices` (all of them when None): read_frames, then preprocess_clip.

    Naive as in qwen-vl-utils and transformers: the whole clip is held at each step. Raises what the two raise.
    """
    return preprocess_clip(read_frames(path, indices), min_pixels=min_pixels, max_pixels=max_pixels)
