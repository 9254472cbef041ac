"""Frames at a fixed rate: the baseline."""

from __future__ import annotations

import math

import numpy as np

FPS = 2.0  # frames per second that a model is shown
FRAME_FACTOR = 2  # chosen frames come in multiples of this, as patches span two
MIN_FRAMES = 4
MAX_FRAMES = 768


def smart_nframes(
    total_frames: int, video_fps: float, *, fps: float = FPS, min_frames: int = MIN_FRAMES, max_frames: int = MAX_FRAMES
) -> int:
    """Return how many frames to show: `fps` a second, within bounds, even, and no more than there are.

    After qwen-vl-utils 0.0.14 (vision_process.py, smart_nframes), but a video of one frame gives 1 where that raises.
    Raises ValueError for a video without frames or a rate that is not positive.
    """
    if total_frames < 1 or not video_fps > 0 or not fps > 0:
        raise ValueError(f"no frames can be chosen from {total_frames} at {video_fps} a second")
    if total_frames < FRAME_FACTOR:
        return total_frames
    low = math.ceil(min_frames / FRAME_FACTOR) * FRAME_FACTOR
    high = math.floor(min(max_frames, total_frames) / FRAME_FACTOR) * FRAME_FACTOR
    wanted = total_frames / video_fps * fps
    wanted = min(max(wanted, low), high, total_frames)
    return max(FRAME_FACTOR, math.floor(wanted / FRAME_FACTOR) * FRAME_FACTOR)


def uniform_indices(total_frames: int, count: int) -> list[int]:
    """Return `count` frame indices from the first to the last at equal steps, rounded half to even as torch does.

    After qwen-vl-utils (vision_process.py, _read_video_decord). Raises ValueError when either number is below 1.
    """
    if total_frames < 1 or count < 1:
        raise ValueError(f"{count} frames cannot be chosen from {total_frames}")
    return np.linspace(0, total_frames - 1, count).round().astype(np.int64).tolist()


def fixed_indices(total_frames: int, video_fps: float, *, fps: float = FPS) -> list[int]:
    """Return the frames of the baseline: `smart_nframes` of them, evenly spread."""
    return uniform_indices(total_frames, smart_nframes(total_frames, video_fps, fps=fps))
