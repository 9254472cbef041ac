"""A picture of the cue curves with the chosen frames: when they are, and what they show. Needs matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidsense.errors import VidsenseError
from vidsense.sampling.observe import Observation

COLUMNS = 10


def draw(path: str | Path, observation: Observation, chosen: Sequence[int], frames: np.ndarray) -> None:
    """Write a PNG: a row for each cue and for all of them together, the chosen moments as lines, and the frames below.

    `frames` is uint8 RGB [len(chosen), height, width, 3]. Raises VidsenseError when matplotlib is missing or the file cannot
    be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise VidsenseError("a picture needs matplotlib: install vidsense[plot]") from error
    curves = {**observation.curves, "all cues": observation.fused()}
    rows = math.ceil(len(chosen) / COLUMNS)
    figure = Figure(figsize=(12, 1.3 * len(curves) + 0.85 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(len(curves) + rows, COLUMNS, height_ratios=[1.3] * len(curves) + [0.85] * rows)
    for row, (name, curve) in enumerate(curves.items()):
        axes = figure.add_subplot(grid[row, :])
        axes.vlines(observation.times_s[list(chosen)], 0, 1, transform=axes.get_xaxis_transform(), color="tab:orange", linewidth=0.8)
        axes.plot(observation.times_s, curve, color="tab:blue", linewidth=0.9)
        axes.set_ylabel(name)
        axes.margins(x=0)
        if row + 1 == len(curves):
            axes.set_xlabel("seconds; lines are chosen frames")
        else:
            axes.set_xticklabels([])
    for place, (index, frame) in enumerate(zip(chosen, frames, strict=True)):
        axes = figure.add_subplot(grid[len(curves) + place // COLUMNS, place % COLUMNS])
        axes.imshow(frame)
        axes.set_title(f"{observation.times_s[index]:.2f} s", fontsize=7, pad=1)
        axes.axis("off")
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise VidsenseError(f"{path}: cannot be written ({error})") from error
