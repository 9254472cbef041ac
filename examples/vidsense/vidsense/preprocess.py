"""Frames to model inputs: resize, normalize, cut into patches; and the hash that names a clip in a cache.

A clip is uint8 RGB [n, height, width, 3]; patches are float32 rows, in the order in which the encoder merges them.
"""

from __future__ import annotations

import hashlib
import math
from typing import NamedTuple

import numpy as np
from PIL import Image

PATCH = 14  # pixels along a patch's side
TEMPORAL_PATCH = 2  # frames in a patch
MERGE = 2  # patches along the side of a token
MEAN = (0.48145466, 0.4578275, 0.40821073)  # of the images that CLIP was trained on, per channel
STD = (0.26862954, 0.26130258, 0.27577711)
MAX_ASPECT = 200


class Grid(NamedTuple):
    """How many patches a clip has along time, height and width."""

    t: int
    h: int
    w: int


class Patches(NamedTuple):
    """A clip as the encoder takes it: rows float32 [t * h * w, 3 * 2 * 14 * 14] and their grid."""

    rows: np.ndarray
    grid: Grid


def smart_resize(
    height: int, width: int, *, factor: int = PATCH * MERGE, min_pixels: int = 56 * 56, max_pixels: int = 28 * 28 * 1280
) -> tuple[int, int]:
    """Return (height, width) in multiples of `factor`, with the aspect kept and the area within bounds where both allow it.

    After qwen-vl-utils (vision_process.py, smart_resize). Raises ValueError for a size below 1 or an aspect beyond 200.
    """
    if min(height, width) < 1:
        raise ValueError(f"a frame of {height}x{width} has no pixels")
    if max(height, width) / min(height, width) > MAX_ASPECT:
        raise ValueError(f"a frame of {height}x{width} is more than {MAX_ASPECT} times as long as wide")
    new_height = max(factor, round(height / factor) * factor)
    new_width = max(factor, round(width / factor) * factor)
    if new_height * new_width > max_pixels:
        shrink = math.sqrt(height * width / max_pixels)
        new_height = max(factor, math.floor(height / shrink / factor) * factor)
        new_width = max(factor, math.floor(width / shrink / factor) * factor)
    elif new_height * new_width < min_pixels:
        grow = math.sqrt(min_pixels / (height * width))
        new_height = math.ceil(height * grow / factor) * factor
        new_width = math.ceil(width * grow / factor) * factor
    return new_height, new_width


def resize_clip(clip: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the clip at another size, by bicubic interpolation with antialiasing; uint8 [n, height, width, 3].

    Within 1 grey level of the exact convolution where that stays within 0..255. Naive as in transformers
    (image_transforms.py, resize, called per frame by the Qwen2-VL image processor): each frame becomes a PIL image and back.
    """
    frames = []
    for frame in clip:
        image = Image.fromarray(frame)
        image = image.resize((width, height), resample=Image.Resampling.BICUBIC)
        frames.append(np.array(image))
    if not frames:
        return np.empty((0, height, width, 3), dtype=np.uint8)
    return np.stack(frames)


def normalize(clip: np.ndarray) -> np.ndarray:
    """Return the clip with values (v / 255 - mean) / std and channels first; float32 [n, 3, height, width], within 1e-5.

    Naive as in transformers (image_processing_qwen2_vl.py, _preprocess, with rescale and normalize of image_transforms.py):
    one list per step, float64 in the rescaling.
    """
    images = list(clip)
    images = [(image.astype(np.float64) * (1 / 255)).astype(np.float32) for image in images]
    mean = np.array(MEAN, dtype=np.float32)
    std = np.array(STD, dtype=np.float32)
    images = [(image - mean) / std for image in images]
    images = [image.transpose((2, 0, 1)) for image in images]
    if not images:
        return np.empty((0, 3, *clip.shape[1:3]), dtype=np.float32)
    return np.array(images)


def patchify(
    clip: np.ndarray, *, patch: int = PATCH, temporal_patch: int = TEMPORAL_PATCH, merge: int = MERGE
) -> Patches:
    """Cut float [n, c, height, width] into rows, one per patch, the patches of one token next to each other; values unchanged.

    A clip whose length `temporal_patch` does not divide is padded with its last frame. Naive as in transformers
    (image_processing_qwen2_vl.py, _preprocess): repeat, concatenate, one transpose of nine axes. Raises ValueError when
    the clip is empty or `patch * merge` does not divide its sides.
    """
    count, channels, height, width = clip.shape
    if count == 0:
        raise ValueError("a clip without frames has no patches")
    if height % (patch * merge) or width % (patch * merge):
        raise ValueError(f"{height}x{width} is no multiple of {patch * merge}")
    if count % temporal_patch != 0:
        padding = np.repeat(clip[-1][np.newaxis], temporal_patch - count % temporal_patch, axis=0)
        clip = np.concatenate([clip, padding], axis=0)
    grid = Grid(clip.shape[0] // temporal_patch, height // patch, width // patch)
    blocks = clip.reshape(
        grid.t, temporal_patch, channels, grid.h // merge, merge, patch, grid.w // merge, merge, patch
    )
    blocks = blocks.transpose(0, 3, 6, 4, 7, 2, 1, 5, 8)
    rows = blocks.reshape(grid.t * grid.h * grid.w, channels * temporal_patch * patch * patch)
    return Patches(rows, grid)


def preprocess_clip(clip: np.ndarray, *, min_pixels: int = 56 * 56, max_pixels: int = 28 * 28 * 1280) -> Patches:
    """Return the patches of a clip: smart_resize, resize_clip, normalize, patchify in turn."""
    height, width = smart_resize(clip.shape[1], clip.shape[2], min_pixels=min_pixels, max_pixels=max_pixels)
    return patchify(normalize(resize_clip(clip, height, width)))


def clip_hash(clip: np.ndarray) -> str:
    """Return a hexadecimal name for the clip: equal for equal shape, type and values, else different (SHA-256).

    Naive as in vLLM 0.8 (multimodal/hasher.py, MultiModalHasher): every array is copied to bytes before it is hashed.
    """
    hasher = hashlib.sha256()
    hasher.update(f"{clip.dtype.str}{clip.shape}".encode())
    for frame in clip:
        hasher.update(frame.tobytes())
    return hasher.hexdigest()
