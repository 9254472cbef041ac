"""The whole front end on small inputs: what a profiler, or an optimizer, should look at. Prints what came out, and no times.

    python -m bench.workload [--small]

Inputs are small enough to be kept: codeopt records calls whose arguments take at most 4 MB, a module's weights among them. With --small
clips alone, none of which gives more than a million floats: so many can be compared within a tolerance.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidsense.io import audio_rms, packet_sizes, read_frames
from vidsense.prepare import prepare
from vidsense.preprocess import clip_hash, preprocess_clip
from vidsense.prune import static_mask
from vidsense.sampling.adaptive import fuse, select
from vidsense.sampling.cues import audio_onset, packet_activity
from vidsense.sampling.fixed import fixed_indices
from vidsense.synth.encode import write_video

SHAPES = (  # frames, height, width: fresh ones of several sizes, then one again
    (5, 360, 640),
    (6, 240, 320),
    (1, 500, 281),
    (2, 90, 160),
    (1, 720, 1280),
    (5, 360, 640),
)
SMALL = ((2, 240, 320), (1, 500, 281), (2, 90, 160), (1, 400, 300), (2, 240, 320))
SECONDS = 24


def moving_square(count: int, height: int, width: int) -> list[np.ndarray]:
    """Return frames of a gradient from green to red with a square that moves, whose colours change."""
    frame = np.empty((height, width, 3), dtype=np.uint8)
    across = np.linspace(0, 200, width).astype(np.uint8)
    frame[:] = np.stack([across, across[::-1], np.full_like(across, 60)], axis=1)
    frames = []
    for step in range(count):
        picture = frame.copy()
        left = 7 * step % (width - 40)
        picture[40:80, left : left + 40] = 255 - step % 100, 40, step % 200
        frames.append(picture)
    return frames


def clips(shapes: Sequence[tuple[int, int, int]]) -> None:
    """Preprocess clips of several shapes, as an image processor is called."""
    rng = np.random.default_rng(0)
    for count, height, width in shapes:
        clip = rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8)
        patches = preprocess_clip(clip, max_pixels=28 * 28 * 256)
        print(clip_hash(clip)[:12], tuple(patches.grid), f"{float(np.abs(patches.rows).mean()):.4f}")


def video(path: Path) -> None:
    """Read a video's cues and frames, and prepare them."""
    trace = packet_sizes(path)
    curves = {"packets": packet_activity(trace)}
    sound = audio_rms(path)
    if sound is not None:
        curves["audio"] = audio_onset(sound, trace.times_s)
    chosen = select(fuse(curves), trace.times_s, 16)
    patches = prepare(path, chosen, max_pixels=28 * 28 * 256)
    baseline = read_frames(path, fixed_indices(len(trace.times_s), trace.fps))
    tokens = patches.rows.reshape(-1, 4 * patches.rows.shape[1])
    print(chosen, len(baseline), tuple(patches.grid), int(static_mask(tokens, patches.grid, 0.5).sum()))


def tower() -> None:
    """Encode two clips of different shape, and a picture, and place the clips in a prompt, where torch is installed."""
    try:
        import torch

        from vidsense.mrope import Vocabulary, rope_index
        from vidsense.vision import Tower, TowerConfig
    except ImportError:
        print("no torch")
        return
    torch.manual_seed(0)
    grid = torch.tensor([[2, 16, 22], [1, 20, 12]])
    config = TowerConfig(
        dim=96, depth=2, mlp_dim=258, out_dim=128, full_attention=(1,), window_pixels=56, position_grid=12, patch=7
    )
    rows = torch.randn(int(grid.prod(dim=1).sum()), 3 * 2 * config.patch**2)
    encoder = Tower(config)
    with torch.inference_mode():
        tokens = encoder(rows, grid)
        encoder(torch.randn(192, rows.shape[1]), torch.tensor([[1, 16, 12]]))
    words = Vocabulary()
    counts = (grid.prod(dim=1) // 4).tolist()
    prompt = [1, 2, words.vision_start, *[words.video_pad] * counts[0], 3, words.vision_start, *[words.image_pad] * counts[1], 4]
    positions = rope_index(torch.tensor([prompt] * 4), grid[1:].repeat(4, 1), grid[:1].repeat(4, 1), seconds_per_grid=[1.0] * 4)
    print(tuple(tokens.shape), tuple(positions.ids.shape), positions.deltas.flatten().tolist())


def main() -> None:
    """Run it all, or small clips alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    if parser.parse_args().small:
        clips(SMALL)
        return
    clips(SHAPES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "square.mp4"
        frames = moving_square(10 * SECONDS, 240, 320)
        sound = np.sin(np.arange(16_000 * SECONDS) / 5).astype(np.float32) * (np.arange(16_000 * SECONDS) % 64_000 < 8_000)
        write_video(path, frames, [index / 10 for index in range(len(frames))], codec="mpeg4", samples=sound)
        video(path)
    tower()


if __name__ == "__main__":
    main()
