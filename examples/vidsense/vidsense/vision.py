"""The vision tower: patches to tokens. Random weights; what is real is the shape of the work.

A tower of the Qwen-VL kind: a patch embedding, learned positions that are interpolated (as in Qwen3-VL), rotary positions,
attention within windows except in some blocks (as in Qwen2.5-VL), and a merger of four patches into one token. Needs torch.
A grid is int64 [clips, 3], the number of patches along time, height and width of each clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

try:
    import torch
    import torch.nn.functional as F  # noqa: N812 (the name that everybody uses)
    from torch import Tensor, nn
except ImportError as error:
    raise ImportError("vidsense.vision needs torch: install vidsense[torch]") from error

from vidsense.preprocess import MERGE, PATCH, TEMPORAL_PATCH


@dataclass(frozen=True)
class TowerConfig:
    """The sizes of a tower."""

    dim: int = 320
    heads: int = 4
    depth: int = 8
    mlp_dim: int = 860
    out_dim: int = 512
    full_attention: tuple[int, ...] = (3, 7)  # the blocks that attend over a whole frame, not a window
    window_pixels: int = 112
    position_grid: int = 24  # side of the learned grid of positions; 0 for none
    patch: int = PATCH
    temporal_patch: int = TEMPORAL_PATCH
    merge: int = MERGE


class Windows(NamedTuple):
    """The order of tokens that puts each window's together, and where each window's patches end, from 0."""

    order: Tensor  # int64 [tokens]
    ends: list[int]


class PatchEmbed(nn.Module):
    """Linear map of each patch, as a convolution whose kernel is its stride.

    Naive as in transformers (modeling_qwen2_5_vl.py, Qwen2_5_VisionPatchEmbed).
    """

    def __init__(self, config: TowerConfig) -> None:
        super().__init__()
        self.kernel = (config.temporal_patch, config.patch, config.patch)
        self.proj = nn.Conv3d(3, config.dim, kernel_size=self.kernel, stride=self.kernel, bias=False)

    def forward(self, rows: Tensor) -> Tensor:
        """Map float32 [patches, 3 * t * p * p] to [patches, dim], within 1e-5 of the matrix product (per unit of its size)."""
        volumes = rows.view(-1, 3, *self.kernel)
        return self.proj(volumes).view(rows.shape[0], -1)


class RMSNorm(nn.Module):
    """Divides by the root mean square over the last axis. As in transformers (modeling_qwen2_5_vl.py, Qwen2RMSNorm)."""

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, hidden: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        variance = hidden.float().pow(2).mean(-1, keepdim=True)
        return self.weight * (hidden.float() * torch.rsqrt(variance + self.eps)).to(hidden.dtype)


def window_index(grid: Tensor, *, window_pixels: int = 112, patch: int = PATCH, merge: int = MERGE) -> Windows:
    """Return the order of tokens by window, window by window and frame by frame; indices are exact.

    Windows at the right and lower edge are smaller when the side does not divide. Naive as in transformers
    (modeling_qwen2_5_vl.py, get_window_index): every clip is padded to full windows, with one more where they divide, and the
    padding is taken out again.
    """
    side = window_pixels // merge // patch
    orders: list[Tensor] = []
    ends = [0]
    offset = 0
    for t, h, w in grid.tolist():
        rows, cols = h // merge, w // merge
        index = torch.arange(t * rows * cols).reshape(t, rows, cols)
        pad_h, pad_w = side - rows % side, side - cols % side
        padded = F.pad(index, (0, pad_w, 0, pad_h), "constant", -1)
        down, across = (rows + pad_h) // side, (cols + pad_w) // side
        padded = padded.reshape(t, down, side, across, side).permute(0, 1, 3, 2, 4).reshape(t, down * across, side, side)
        lengths = (padded != -1).sum([2, 3]).reshape(-1)
        padded = padded.reshape(-1)
        orders.append(padded[padded != -1] + offset)
        ends.extend((lengths.cumsum(0) * merge * merge + ends[-1]).tolist())
        offset += t * rows * cols
    return Windows(torch.cat(orders), torch.unique_consecutive(torch.tensor(ends)).tolist())


def rot_pos_emb(grid: Tensor, head_dim: int, *, merge: int = MERGE, theta: float = 10000.0) -> Tensor:
    """Return the rotation angles of each patch's row and column; float32 [patches, head_dim // 2].

    Naive as in transformers (modeling_qwen2_5_vl.py, rot_pos_emb): whole position maps are built and permuted for each clip.
    """
    positions = []
    for t, h, w in grid.tolist():
        rows = torch.arange(h).unsqueeze(1).expand(-1, w)
        cols = torch.arange(w).unsqueeze(0).expand(h, -1)
        blocks = (h // merge, merge, w // merge, merge)
        rows = rows.reshape(blocks).permute(0, 2, 1, 3).flatten()
        cols = cols.reshape(blocks).permute(0, 2, 1, 3).flatten()
        positions.append(torch.stack([rows, cols], dim=-1).repeat(t, 1))
    frequencies = 1.0 / (theta ** (torch.arange(0, head_dim // 2, 2, dtype=torch.float32) / (head_dim // 2)))
    table = torch.outer(torch.arange(int(grid[:, 1:].max()), dtype=torch.float32), frequencies)
    return table[torch.cat(positions)].flatten(1)


def interp_pos_embed(weight: Tensor, grid: Tensor, *, merge: int = MERGE) -> Tensor:
    """Return a learned position for each patch, bilinear between those of a square grid; [patches, dim], within 1e-5.

    `weight` is [side * side, dim]. Naive as in transformers (modeling_qwen3_vl.py, fast_pos_embed_interpolate): indices and
    weights go through Python lists.
    """
    side = round(weight.shape[0] ** 0.5)
    corners: list[list[int]] = [[], [], [], []]
    shares: list[list[float]] = [[], [], [], []]
    for _, h, w in grid.tolist():
        rows, cols = torch.linspace(0, side - 1, h), torch.linspace(0, side - 1, w)
        top, left = rows.int(), cols.int()
        bottom, right = (top + 1).clip(max=side - 1), (left + 1).clip(max=side - 1)
        dr, dc = (rows - top)[:, None], (cols - left)[None, :]
        indices = [top[:, None] * side + left, top[:, None] * side + right, bottom[:, None] * side + left]
        indices.append(bottom[:, None] * side + right)
        for k, part in enumerate(indices):
            corners[k].extend(part.flatten().tolist())
        for k, share in enumerate([(1 - dr) * (1 - dc), (1 - dr) * dc, dr * (1 - dc), dr * dc]):
            shares[k].extend(share.flatten().tolist())
    gathered = weight[torch.tensor(corners)] * torch.tensor(shares, dtype=weight.dtype)[:, :, None]
    frames = (gathered[0] + gathered[1] + gathered[2] + gathered[3]).split([h * w for _, h, w in grid.tolist()])
    ordered = []
    for frame, (t, h, w) in zip(frames, grid.tolist(), strict=True):
        clip = frame.repeat(t, 1).view(t, h // merge, merge, w // merge, merge, -1)
        ordered.append(clip.permute(0, 1, 3, 2, 4, 5).flatten(0, 4))
    return torch.cat(ordered)


def _rotate_half(x: Tensor) -> Tensor:
    """Return (-second half, first half) of the last axis."""
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn [patches, heads, head_dim] by angles given as cos and sin, each [patches, head_dim].

    As in transformers (modeling_qwen2_5_vl.py, apply_rotary_pos_emb_vision).
    """
    return x * cos.unsqueeze(1) + _rotate_half(x) * sin.unsqueeze(1)


class VisionAttention(nn.Module):
    """Attention among the patches of the same segment (a window or a frame).

    Naive as in transformers 4.50 (modeling_qwen2_5_vl.py, Qwen2_5_VLVisionSdpaAttention): a mask of patches by patches.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, hidden: Tensor, ends: Sequence[int], cos: Tensor, sin: Tensor) -> Tensor:
        """Map [patches, dim] to the same shape; segment k is ends[k] to ends[k + 1]. Within 1e-5 of segment by segment."""
        count = hidden.shape[0]
        q, k, v = self.qkv(hidden).reshape(count, 3, self.heads, -1).permute(1, 0, 2, 3).unbind(0)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        mask = torch.zeros([1, count, count], dtype=torch.bool, device=hidden.device)
        for start, end in zip(ends[:-1], ends[1:], strict=True):
            mask[..., start:end, start:end] = True
        q, k, v = q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1)
        mixed = F.scaled_dot_product_attention(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0), mask.unsqueeze(0))
        return self.proj(mixed.squeeze(0).transpose(0, 1).reshape(count, -1))


class Block(nn.Module):
    """Attention and a gated MLP, each around a residual. As in transformers (modeling_qwen2_5_vl.py, Qwen2_5_VLVisionBlock)."""

    def __init__(self, config: TowerConfig) -> None:
        super().__init__()
        self.norm1, self.norm2 = RMSNorm(config.dim), RMSNorm(config.dim)
        self.attention = VisionAttention(config.dim, config.heads)
        self.gate = nn.Linear(config.dim, config.mlp_dim)
        self.up = nn.Linear(config.dim, config.mlp_dim)
        self.down = nn.Linear(config.mlp_dim, config.dim)

    def forward(self, hidden: Tensor, ends: Sequence[int], cos: Tensor, sin: Tensor) -> Tensor:
        """Map [patches, dim] to the same shape."""
        hidden = hidden + self.attention(self.norm1(hidden), ends, cos, sin)
        normed = self.norm2(hidden)
        return hidden + self.down(F.silu(self.gate(normed)) * self.up(normed))


class Tower(nn.Module):
    """Patches to tokens. The order of blocks and gathers is that of transformers (Qwen2_5_VisionTransformerPretrainedModel)."""

    def __init__(self, config: TowerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or TowerConfig()
        self.patch_embed = PatchEmbed(config)
        self.positions = nn.Parameter(0.02 * torch.randn(config.position_grid**2, config.dim))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.norm = RMSNorm(config.dim)
        wide = config.dim * config.merge**2
        self.merger = nn.Sequential(nn.Linear(wide, wide), nn.GELU(), nn.Linear(wide, config.out_dim))

    def forward(self, rows: Tensor, grid: Tensor) -> Tensor:
        """Map the patches of all clips, float32 [patches, 3 * t * p * p], to tokens [patches // merge**2, out_dim].

        Tokens come in the order of `patchify`. Raises ValueError when the grid does not hold as many patches.
        """
        if int(grid.prod(dim=1).sum()) != rows.shape[0]:
            raise ValueError(f"a grid of {grid.tolist()} does not hold {rows.shape[0]} patches")
        config = self.config
        unit = config.merge**2
        hidden = self.patch_embed(rows)
        if config.position_grid:
            hidden = hidden + interp_pos_embed(self.positions, grid, merge=config.merge)
        angles = rot_pos_emb(grid, config.dim // config.heads, merge=config.merge)
        windows = window_index(grid, window_pixels=config.window_pixels, patch=config.patch, merge=config.merge)
        frames = F.pad(torch.repeat_interleave(grid[:, 1] * grid[:, 2], grid[:, 0]).cumsum(0), (1, 0)).tolist()
        hidden = hidden.reshape(-1, unit, config.dim)[windows.order].reshape(-1, config.dim)
        angles = angles.reshape(-1, unit, angles.shape[-1])[windows.order].reshape(-1, angles.shape[-1])
        turned = torch.cat((angles, angles), dim=-1)
        cos, sin = turned.cos(), turned.sin()
        for number, block in enumerate(self.blocks):
            hidden = block(hidden, frames if number in config.full_attention else windows.ends, cos, sin)
        tokens = self.merger(self.norm(hidden).reshape(-1, unit * config.dim))
        return tokens[torch.argsort(windows.order)]
