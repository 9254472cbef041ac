"""Positions against a token-by-token second implementation; exact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from vidsense.mrope import Vocabulary, rope_index  # noqa: E402 (after the check for torch)

START, IMAGE, VIDEO, END, PAD = 151652, 151655, 151656, 151653, 0


def slow_positions(row: list[tuple[int, tuple[int, int, int] | None]], speeds: list[float]) -> list[tuple[int, int, int]]:
    """Return (time, height, width) of each token; a row is text tokens and, for clips, (pad token, merged grid)."""
    positions: list[tuple[int, int, int]] = []
    following = 0
    speeds = list(speeds)
    for token, grid in row:
        if grid is None:
            positions.append((following,) * 3)
            following += 1
            continue
        speed = speeds.pop(0) if token == VIDEO else 0.0
        base = following
        for frame in range(grid[0]):
            for y in range(grid[1]):
                for x in range(grid[2]):
                    place = (base + int(frame * speed), base + y, base + x)
                    positions.append(place)
                    following = max(following, *(axis + 1 for axis in place))
    return positions


@st.composite
def prompts(draw):
    """One row: stretches of text, images and videos in any order."""
    row: list[tuple[int, tuple[int, int, int] | None]] = []
    for kind in draw(st.lists(st.sampled_from(["text", "image", "video"]), max_size=5)):
        if kind == "text":
            row += [(token, None) for token in draw(st.lists(st.integers(1, 99), min_size=1, max_size=4))]
            continue
        t = 1 if kind == "image" else draw(st.integers(1, 3))
        grid = (t, draw(st.integers(1, 4)), draw(st.integers(1, 4)))
        row += [(START, None), (IMAGE if kind == "image" else VIDEO, grid), (END, None)]
    return row or [(5, None)]


def tokens_of(row) -> list[int]:
    """Return a row's token ids, a pad token for each place of a clip."""
    return [token for token, grid in row for _ in range(1 if grid is None else grid[0] * grid[1] * grid[2])]


def grids_of(rows, kind: int):
    """Return the grids of the clips of a kind in patches, or None."""
    found = [[t, 2 * h, 2 * w] for row in rows for token, grid in row if token == kind and grid is not None for t, h, w in [grid]]
    return torch.tensor(found) if found else None


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(prompts(), min_size=1, max_size=3), left=st.booleans(), data=st.data())
def test_positions_are_those_of_a_loop(rows, left, data):
    """For batches of rows of different length, padded at either side, with a speed for each video."""
    videos = [sum(token == VIDEO for token, _ in row) for row in rows]
    seconds = [data.draw(st.sampled_from([0.5, 1.0, 0.3, 2.0])) for _ in range(sum(videos))]
    length = max(len(tokens_of(row)) for row in rows)
    ids, mask = torch.full((len(rows), length), PAD), torch.zeros((len(rows), length), dtype=torch.int64)
    expected = torch.ones(3, len(rows), length, dtype=torch.int64)
    for k, row in enumerate(rows):
        tokens = tokens_of(row)
        place = slice(length - len(tokens), length) if left else slice(0, len(tokens))
        ids[k, place], mask[k, place] = torch.tensor(tokens), 1
        own = [2.0 * speed for speed in seconds[sum(videos[:k]) : sum(videos[: k + 1])]]
        expected[:, k, place] = torch.tensor(slow_positions(row, own)).T
    result = rope_index(ids, grids_of(rows, IMAGE), grids_of(rows, VIDEO), seconds_per_grid=seconds, attention_mask=mask)
    assert torch.equal(result.ids, expected)
    last = torch.stack([expected[:, k][:, mask[k] == 1].max() for k in range(len(rows))])
    assert torch.equal(result.deltas[:, 0], last + 1 - length)


def test_text_counts_up():
    """Without vision, all three axes count from 0."""
    result = rope_index(torch.tensor([[7, 8, 9]]))
    assert result.ids.tolist() == [[[0, 1, 2]]] * 3
    assert result.deltas.tolist() == [[0]]


def test_a_known_video():
    """Worked by hand: two frames a second apart, of 1 x 2 tokens, between two words."""
    ids = torch.tensor([[7, START, VIDEO, VIDEO, VIDEO, VIDEO, 9]])
    result = rope_index(ids, None, torch.tensor([[2, 2, 4]]), seconds_per_grid=[1.0])
    assert result.ids[0, 0].tolist() == [0, 1, 2, 2, 4, 4, 5]
    assert result.ids[1, 0].tolist() == [0, 1, 2, 2, 2, 2, 5]
    assert result.ids[2, 0].tolist() == [0, 1, 2, 3, 2, 3, 5]
    assert result.deltas.tolist() == [[-1]]


@pytest.mark.parametrize("grid", [None, [[1, 4, 4]]])
def test_marks_that_do_not_fit_are_refused(grid):
    """No grid for the image, or one with another number of tokens."""
    ids = torch.tensor([[START, IMAGE, IMAGE, 9]])
    with pytest.raises(ValueError):
        rope_index(ids, None if grid is None else torch.tensor(grid), vocabulary=Vocabulary())
