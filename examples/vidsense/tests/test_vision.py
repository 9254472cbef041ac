"""The tower against second implementations: exact for indices, 1e-5 for float32."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import grids, seeds

torch = pytest.importorskip("torch")

from vidsense.vision import (  # noqa: E402 (after the check for torch)
    PatchEmbed,
    RMSNorm,
    Tower,
    TowerConfig,
    VisionAttention,
    interp_pos_embed,
    rot_pos_emb,
    window_index,
)

TOLERANCE = 1e-5
SMALL = TowerConfig(dim=32, heads=2, depth=3, mlp_dim=48, out_dim=24, full_attention=(1,), position_grid=6)


def close(a, b) -> bool:
    """Whether two tensors agree within the declared tolerance, relative to the size of what they hold."""
    a, b = a.detach().double(), b.detach().double()
    return bool(torch.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * max(1.0, float(b.abs().max()))))


def patch_places(grid: list[tuple[int, int, int]], merge: int = 2) -> list[tuple[int, int, int, int]]:
    """Return (clip, frame, row, column) of each patch in the order of patchify, by loops."""
    places = []
    for clip, (t, h, w) in enumerate(grid):
        for frame in range(t):
            for top in range(0, h, merge):
                for left in range(0, w, merge):
                    places += [(clip, frame, top + dy, left + dx) for dy in range(merge) for dx in range(merge)]
    return places


@settings(max_examples=15, deadline=None)
@given(seed=seeds, count=st.integers(1, 9))
def test_the_patch_embedding_is_a_matrix_product(seed, count):
    """A convolution whose kernel is its stride."""
    torch.manual_seed(seed % 2**31)
    embed = PatchEmbed(SMALL)
    rows = torch.randn(count, 3 * 2 * 14 * 14)
    expected = rows.double() @ embed.proj.weight.reshape(SMALL.dim, -1).T.double()
    assert close(embed(rows), expected)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_the_norm_is_its_formula(seed):
    """x / sqrt(mean(x^2) + eps), times the weight."""
    torch.manual_seed(seed % 2**31)
    norm = RMSNorm(16)
    norm.weight.data.uniform_()
    x = 10 * torch.randn(5, 16)
    expected = x.double() / torch.sqrt((x.double() ** 2).mean(-1, keepdim=True) + 1e-6) * norm.weight.double()
    assert close(norm(x), expected)


@settings(max_examples=60, deadline=None)
@given(grid=grids, window=st.sampled_from([28, 56, 84, 112, 140]))
def test_windows_are_those_of_loops(grid, window):
    """Order and ends are exact, where the window divides the grid and where it does not."""
    side = window // 28
    order, ends, offset = [], [0], 0
    for t, h, w in grid:
        rows, cols = h // 2, w // 2
        for frame in range(t):
            for top in range(0, rows, side):
                for left in range(0, cols, side):
                    inside = [
                        offset + (frame * rows + row) * cols + col
                        for row in range(top, min(top + side, rows))
                        for col in range(left, min(left + side, cols))
                    ]
                    order += inside
                    ends.append(ends[-1] + 4 * len(inside))
        offset += t * rows * cols
    windows = window_index(torch.tensor(grid), window_pixels=window)
    assert windows.order.tolist() == order
    assert windows.ends == ends


@settings(max_examples=40, deadline=None)
@given(grid=grids, head_dim=st.sampled_from([4, 8, 16]))
def test_rotary_angles_are_those_of_each_place(grid, head_dim):
    """Half of the frequencies for the row, half for the column."""
    quarter = head_dim // 4
    frequencies = 10000.0 ** (-np.arange(quarter) / quarter)
    expected = [np.concatenate([row * frequencies, col * frequencies]) for _, _, row, col in patch_places(grid)]
    assert close(rot_pos_emb(torch.tensor(grid), head_dim), torch.tensor(np.stack(expected)))


@settings(max_examples=30, deadline=None)
@given(grid=grids, side=st.integers(2, 9), seed=seeds)
def test_positions_are_bilinear(grid, side, seed):
    """As torch interpolates an image with aligned corners, in the order of the patches."""
    weight = torch.from_numpy(np.random.default_rng(seed).normal(size=(side * side, 5)).astype(np.float32))
    image = weight.double().reshape(side, side, 5).permute(2, 0, 1)[None]
    maps = [torch.nn.functional.interpolate(image, (h, w), mode="bilinear", align_corners=True)[0] for _, h, w in grid]
    expected = torch.stack([maps[clip][:, row, col] for clip, _, row, col in patch_places(grid)])
    assert close(interp_pos_embed(weight, torch.tensor(grid)), expected)


def slow_attention(module, hidden, segments, cos, sin):
    """Attention in float64, one segment and head at a time; `segments` names each patch's segment."""
    dim = hidden.shape[1] // module.heads
    q, k, v = (part.reshape(len(hidden), module.heads, dim).double() for part in module.qkv(hidden).chunk(3, dim=-1))
    half = dim // 2

    def turn(x):
        first, second = x[..., :half], x[..., half:]
        c, s = cos[:, None, :half].double(), sin[:, None, :half].double()
        return torch.cat([first * c - second * s, second * c + first * s], dim=-1)

    q, k = turn(q), turn(k)
    mixed = torch.zeros_like(q)
    for segment in sorted(set(segments)):
        inside = [place for place, name in enumerate(segments) if name == segment]
        for head in range(module.heads):
            scores = torch.softmax(q[inside, head] @ k[inside, head].T / dim**0.5, dim=-1)
            mixed[inside, head] = scores @ v[inside, head]
    return module.proj(mixed.reshape(len(hidden), -1).float())


@settings(max_examples=25, deadline=None)
@given(seed=seeds, lengths=st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_attention_stays_within_segments(seed, lengths):
    """The block mask gives what attention segment by segment gives."""
    torch.manual_seed(seed % 2**31)
    module = VisionAttention(16, 2)
    ends = [0, *np.cumsum(lengths).tolist()]
    hidden = torch.randn(ends[-1], 16)
    half = torch.randn(ends[-1], 4)
    angles = torch.cat([half, half], dim=-1)
    segments = [number for number, length in enumerate(lengths) for _ in range(length)]
    with torch.no_grad():
        expected = slow_attention(module, hidden, segments, angles.cos(), angles.sin())
        assert close(module(hidden, ends, angles.cos(), angles.sin()), expected)


def slow_tower(tower: Tower, rows, grid: list[tuple[int, int, int]]):
    """The tower without a change of order: windows are names of segments."""
    config = tower.config
    places = patch_places(grid)
    side = config.window_pixels // config.patch
    windows = [(clip, frame, row // side, col // side) for clip, frame, row, col in places]
    frames = [(clip, frame) for clip, frame, _, _ in places]
    hidden = rows @ tower.patch_embed.proj.weight.reshape(config.dim, -1).T
    hidden = hidden + interp_pos_embed(tower.positions, torch.tensor(grid))
    half = rot_pos_emb(torch.tensor(grid), config.dim // config.heads)
    angles = torch.cat([half, half], dim=-1)
    for number, block in enumerate(tower.blocks):
        segments = frames if number in config.full_attention else windows
        hidden = hidden + slow_attention(block.attention, block.norm1(hidden), segments, angles.cos(), angles.sin())
        normed = block.norm2(hidden)
        gate = block.gate(normed)
        hidden = hidden + block.down(gate * torch.sigmoid(gate) * block.up(normed))
    return tower.merger(tower.norm(hidden).reshape(-1, 4 * config.dim))


small_grids = st.lists(st.tuples(st.integers(1, 2), st.sampled_from([2, 4, 10]), st.sampled_from([2, 8, 12])), min_size=1, max_size=2)


@settings(max_examples=15, deadline=None)
@given(grid=small_grids, seed=seeds)
def test_the_tower_is_what_it_is_without_reordering(grid, seed):
    """Tokens come in the order of the patches, for mixed shapes and grids that windows do not divide."""
    torch.manual_seed(seed % 2**31)
    tower = Tower(SMALL)
    rows = torch.randn(sum(t * h * w for t, h, w in grid), 3 * 2 * 14 * 14)
    with torch.no_grad():
        assert close(tower(rows, torch.tensor(grid)), slow_tower(tower, rows, grid))


def test_clips_do_not_see_each_other():
    """Two clips together give what they give apart."""
    torch.manual_seed(0)
    tower = Tower(SMALL)
    first, second = torch.tensor([[2, 4, 6]]), torch.tensor([[1, 10, 2]])
    rows = torch.randn(48 + 20, 3 * 2 * 14 * 14)
    with torch.no_grad():
        apart = torch.cat([tower(rows[:48], first), tower(rows[48:], second)])
        assert close(tower(rows, torch.cat([first, second])), apart)


def test_a_grid_that_does_not_fit_is_refused():
    """More patches than places."""
    with pytest.raises(ValueError, match="does not hold"):
        Tower(SMALL)(torch.zeros(5, 1176), torch.tensor([[1, 2, 2]]))
