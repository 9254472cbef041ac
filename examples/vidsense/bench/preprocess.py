"""Measures preprocessing without decoding: processor time per part, on shapes that are new each time and on one that comes again.

    python -m bench.preprocess [--rounds 7] [--frames 16]
"""

from __future__ import annotations

import argparse

import numpy as np

from bench.common import cpu_seconds, interleaved
from vidsense.preprocess import clip_hash, normalize, patchify, preprocess_clip, resize_clip, smart_resize

MAX_PIXELS = 28 * 28 * 256
FRESH = [(240 + 14 * k, 320 + 22 * k) for k in range(24)]  # no shape twice


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--frames", type=int, default=16)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    clip = rng.integers(0, 256, (arguments.frames, 360, 640, 3), dtype=np.uint8)
    height, width = smart_resize(360, 640, max_pixels=MAX_PIXELS)
    resized = resize_clip(clip, height, width)
    normal = normalize(resized)
    works = {
        "resize_clip": lambda: resize_clip(clip, height, width),
        "normalize": lambda: normalize(resized),
        "patchify": lambda: patchify(normal),
        "clip_hash": lambda: clip_hash(clip),
        "preprocess_clip": lambda: preprocess_clip(clip, max_pixels=MAX_PIXELS),
    }
    print(f"one shape again and again: {arguments.frames} frames of 360x640 to {height}x{width}")
    for name, times in interleaved(works, arguments.rounds).items():
        middle, least = (1000 * value / arguments.frames for value in (np.median(times), min(times)))
        print(f"{name:>16}  {middle:7.3f} ms a frame (least {least:.3f})")
    fresh, pixels = [], 0
    for size in FRESH[: max(2, 2 * arguments.rounds)]:
        new = rng.integers(0, 256, (arguments.frames, *size, 3), dtype=np.uint8)
        fresh.append(cpu_seconds(lambda new=new: preprocess_clip(new, max_pixels=MAX_PIXELS)))
        pixels += new.size // 3
    print(f"fresh shapes: {len(fresh)} of 240x320 and up")
    a_frame, a_pixel = 1000 * sum(fresh) / len(fresh) / arguments.frames, 1e9 * sum(fresh) / pixels
    print(f"{'preprocess_clip':>16}  {a_frame:7.3f} ms a frame, {a_pixel:.1f} ns a pixel")


if __name__ == "__main__":
    main()
