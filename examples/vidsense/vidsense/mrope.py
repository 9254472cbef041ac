"""Positions for a language model that reads text, images and videos: three per token, for time, height and width. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

try:
    import torch
    from torch import Tensor
except ImportError as error:
    raise ImportError("vidsense.mrope needs torch: install vidsense[torch]") from error


@dataclass(frozen=True)
class Vocabulary:
    """The token ids that mark vision in a prompt: one start token, then a pad token per visual token."""

    vision_start: int = 151652
    image_pad: int = 151655
    video_pad: int = 151656


class Positions(NamedTuple):
    """Positions int64 [3, batch, length], and per row how far its next position lies from its length: int64 [batch, 1]."""

    ids: Tensor
    deltas: Tensor


def rope_index(
    input_ids: Tensor,
    image_grid: Tensor | None = None,
    video_grid: Tensor | None = None,
    *,
    seconds_per_grid: Sequence[float] | None = None,
    attention_mask: Tensor | None = None,
    tokens_per_second: float = 2.0,
    merge: int = 2,
    vocabulary: Vocabulary | None = None,
) -> Positions:
    """Return the positions of every token; exact.

    Text counts up alike on all three axes; a clip's tokens keep the time, row and column they have in it, from where the text
    before it ended; text goes on after the largest. Masked tokens have position 1. Grids are int64 [clips, 3] in patches, in
    order of appearance over the batch; a video's time steps are scaled by its `seconds_per_grid` times `tokens_per_second`.
    Naive as in transformers 4.57 (modeling_qwen2_5_vl.py, get_rope_index): Python lists, and a search for each next clip.
    Raises ValueError when the marks of a row do not fit the grids.
    """
    vocabulary = vocabulary or Vocabulary()
    if attention_mask is None:
        attention_mask = torch.ones_like(input_ids)
    ids = torch.ones(3, *input_ids.shape, dtype=torch.int64)
    deltas = []
    image = video = 0
    for row in range(input_ids.shape[0]):
        kept = attention_mask[row] == 1
        tokens = input_ids[row][kept].tolist()
        parts: list[Tensor] = []
        start = 0
        for kind in _clips(tokens, vocabulary):
            if kind == vocabulary.image_pad:
                grid, step = _grid_of(image_grid, image, "image"), 0.0
                image += 1
            else:
                grid = _grid_of(video_grid, video, "video")
                step = tokens_per_second * (1.0 if seconds_per_grid is None else float(seconds_per_grid[video]))
                video += 1
            at = tokens.index(kind, start)
            base = int(parts[-1].max()) + 1 if parts else 0
            parts.append(torch.arange(at - start).view(1, -1).expand(3, -1) + base)
            t, h, w = grid[0], grid[1] // merge, grid[2] // merge
            times = (torch.arange(t).view(-1, 1).expand(-1, h * w) * step).long().flatten()
            rows = torch.arange(h).view(1, -1, 1).expand(t, -1, w).flatten()
            cols = torch.arange(w).view(1, 1, -1).expand(t, h, -1).flatten()
            parts.append(torch.stack([times, rows, cols]) + at - start + base)
            start = at + t * h * w
        if start < len(tokens):
            base = int(parts[-1].max()) + 1 if parts else 0
            parts.append(torch.arange(len(tokens) - start).view(1, -1).expand(3, -1) + base)
        _place(ids, row, kept, parts)
        deltas.append(int(ids[:, row][:, kept].max()) + 1 - len(input_ids[row]) if parts else 0)
    return Positions(ids, torch.tensor(deltas).unsqueeze(1))


def _clips(tokens: list[int], vocabulary: Vocabulary) -> list[int]:
    """Return the pad token of each clip of a row: what follows each start token."""
    pads = (vocabulary.image_pad, vocabulary.video_pad)
    return [after for token, after in zip(tokens[:-1], tokens[1:], strict=True) if token == vocabulary.vision_start and after in pads]


def _grid_of(grids: Tensor | None, number: int, kind: str) -> list[int]:
    """Return one grid as integers; ValueError when there are not so many."""
    if grids is None or number >= len(grids):
        raise ValueError(f"the prompt has more {kind}s than grids")
    return grids[number].tolist()


def _place(ids: Tensor, row: int, kept: Tensor, parts: list[Tensor]) -> None:
    """Write a row's positions where it is not masked; ValueError when there are not as many as tokens."""
    if not parts:
        return
    positions = torch.cat(parts, dim=1)
    if positions.shape[1] != int(kept.sum()):
        raise ValueError(f"row {row} has {int(kept.sum())} tokens and positions for {positions.shape[1]}")
    ids[:, row, kept] = positions
