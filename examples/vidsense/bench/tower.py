"""Measures the vision tower: processor time of the whole and of its parts, on a short and a long clip. Needs torch.

    python -m bench.tower [--rounds 5]
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from bench.common import interleaved
from vidsense.vision import Tower, TowerConfig, interp_pos_embed, rot_pos_emb, window_index

GRIDS = {"short": [[2, 16, 22]], "long": [[12, 16, 22]], "mixed": [[4, 16, 22], [1, 20, 12], [3, 8, 30]]}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    config = TowerConfig()
    tower = Tower(config)
    for name, shapes in GRIDS.items():
        grid = torch.tensor(shapes)
        rows = torch.randn(int(grid.prod(dim=1).sum()), 3 * 2 * 14 * 14)
        hidden = torch.randn(len(rows), config.dim)
        angles = torch.randn(len(rows), config.dim // config.heads)
        ends = window_index(grid).ends
        with torch.inference_mode():
            works = {
                "Tower": lambda rows=rows, grid=grid: tower(rows, grid),
                "PatchEmbed": lambda rows=rows: tower.patch_embed(rows),
                "VisionAttention": lambda h=hidden, e=ends, a=angles: tower.blocks[0].attention(h, e, a.cos(), a.sin()),
                "interp_pos_embed": lambda grid=grid: interp_pos_embed(tower.positions, grid),
                "window_index": lambda grid=grid: window_index(grid),
                "rot_pos_emb": lambda grid=grid: rot_pos_emb(grid, config.dim // config.heads),
            }
            times = interleaved(works, arguments.rounds)
        print(f"{name}: {len(rows)} patches, {config.depth} blocks")
        whole = np.median(times["Tower"])
        for part, values in times.items():
            calls = config.depth if part == "VisionAttention" else 1
            print(f"{part:>18}  {1000 * np.median(values):9.2f} ms  {100 * calls * np.median(values) / whole:5.1f} % of the tower")


if __name__ == "__main__":
    main()
