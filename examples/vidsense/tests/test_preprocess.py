"""Preprocessing against second implementations: exact for order and indices, 1 grey level for resizing, 1e-5 for float32."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.strategies import clips, seeds
from vidsense.preprocess import MEAN, STD, clip_hash, normalize, patchify, preprocess_clip, resize_clip, smart_resize

GREY_LEVELS = 1
FLOAT_TOLERANCE = 1e-5


def cubic(x: np.ndarray, a: float = -0.5) -> np.ndarray:
    """Return Keys' cubic kernel."""
    x = np.abs(x)
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def weights_of(size: int, new_size: int) -> np.ndarray:
    """Return the matrix [new_size, size] of an antialiased cubic resize: the kernel is stretched when the image shrinks."""
    scale = size / new_size
    stretch = max(scale, 1.0)
    centres = (np.arange(new_size) + 0.5) * scale
    matrix = np.zeros((new_size, size))
    for row, centre in enumerate(centres):
        low = max(0, int(centre - 2 * stretch + 0.5))
        high = min(size, int(centre + 2 * stretch + 0.5))
        taps = np.arange(low, high)
        matrix[row, low:high] = cubic((taps + 0.5 - centre) / stretch)
    return matrix / matrix.sum(axis=1, keepdims=True)


def exact_resize(clip: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize in float64, rounding once."""
    across = np.einsum("xw,nhwc->nhxc", weights_of(clip.shape[2], width), clip.astype(np.float64))
    return np.clip(np.rint(np.einsum("yh,nhxc->nyxc", weights_of(clip.shape[1], height), across)), 0, 255)


@settings(max_examples=60, deadline=None)
@given(clip=clips(low=56, high=200), height=st.integers(1, 90), width=st.integers(1, 90))
def test_resize_is_within_a_grey_level_of_the_exact_convolution(clip, height, width):
    """Every pixel of every shape, larger or smaller, is within the declared tolerance.

    The pixels are such that nothing overshoots: what is cut off between the axes depends on which one comes first, which
    differs among versions of Pillow.
    """
    resized = resize_clip(clip, height, width)
    assert resized.shape == (len(clip), height, width, 3)
    assert resized.dtype == np.uint8
    assert np.abs(resized.astype(np.int64) - exact_resize(clip, height, width)).max() <= GREY_LEVELS


def test_a_resize_to_the_same_size_changes_nothing():
    """Pixels are kept bit by bit."""
    clip = np.random.default_rng(0).integers(0, 256, (3, 28, 56, 3), dtype=np.uint8)
    assert np.array_equal(resize_clip(clip, 28, 56), clip)


def test_stripes_that_are_too_fine_turn_grey():
    """Shrinking is antialiased: a pattern above the new limit averages out instead of making a new one."""
    clip = np.zeros((1, 64, 64, 3), dtype=np.uint8)
    clip[:, :, ::2] = 255
    inner = resize_clip(clip, 16, 16)[0, 4:-4, 4:-4]
    assert np.abs(inner.astype(int) - 127).max() <= 2


@settings(max_examples=200, deadline=None)
@given(height=st.integers(1, 4000), width=st.integers(1, 4000))
def test_smart_resize_keeps_its_promises(height, width):
    """Sides are multiples, the area is within bounds, and the aspect is as near as multiples allow."""
    assume(max(height, width) / min(height, width) <= 4)
    factor, least, most = 28, 56 * 56, 28 * 28 * 1280
    new_height, new_width = smart_resize(height, width, factor=factor, min_pixels=least, max_pixels=most)
    assert new_height % factor == 0 and new_width % factor == 0
    assert new_height >= factor and new_width >= factor
    assert least <= new_height * new_width <= most
    scale = math.sqrt(new_height * new_width / (height * width))
    assert abs(new_height - height * scale) <= 2 * factor
    assert abs(new_width - width * scale) <= 2 * factor


@pytest.mark.parametrize(
    ("size", "expected"),
    [((100, 100), (112, 112)), ((28, 28), (56, 56)), ((720, 1280), (728, 1288)), ((1, 1), (56, 56)), ((14, 42), (56, 112))],
)
def test_smart_resize_of_known_sizes(size, expected):
    """Worked by hand."""
    assert smart_resize(*size) == expected


@pytest.mark.parametrize("size", [(0, 10), (10, 2001)])
def test_impossible_sizes_are_refused(size):
    """No pixels, or an aspect beyond 200."""
    with pytest.raises(ValueError):
        smart_resize(*size)


@settings(max_examples=40, deadline=None)
@given(clip=clips(height=st.integers(1, 30), width=st.integers(1, 30)))
def test_normalize_is_the_formula(clip):
    """(v / 255 - mean) / std in float64, within the declared tolerance, channels first."""
    expected = ((clip / 255.0 - np.array(MEAN)) / np.array(STD)).transpose(0, 3, 1, 2)
    result = normalize(clip)
    assert result.dtype == np.float32
    assert np.allclose(result, expected, rtol=FLOAT_TOLERANCE, atol=FLOAT_TOLERANCE)


def loop_patches(clip: np.ndarray, patch: int, temporal: int, merge: int) -> np.ndarray:
    """Cut patches by loops: time, then blocks of merge x merge patches, then the patches of a block."""
    frames = list(clip)
    while len(frames) % temporal:
        frames.append(frames[-1])
    rows = []
    block = patch * merge
    for start in range(0, len(frames), temporal):
        for top in range(0, clip.shape[2], block):
            for left in range(0, clip.shape[3], block):
                for dy in range(0, block, patch):
                    for dx in range(0, block, patch):
                        piece = [f[:, top + dy : top + dy + patch, left + dx : left + dx + patch] for f in frames[start : start + temporal]]
                        rows.append(np.stack(piece, axis=1).reshape(-1))
    return np.stack(rows)


@settings(max_examples=40, deadline=None)
@given(
    seed=seeds,
    count=st.sampled_from([1, 2, 3, 5, 6]),
    rows=st.integers(1, 4),
    cols=st.integers(1, 4),
    patch=st.sampled_from([1, 2, 7, 14]),
    temporal=st.sampled_from([1, 2, 3]),
    merge=st.sampled_from([1, 2, 3]),
)
def test_patches_are_those_of_a_loop(seed, count, rows, cols, patch, temporal, merge):
    """Order and values are exact, for one frame, odd counts and any grid."""
    shape = (count, 3, rows * patch * merge, cols * patch * merge)
    clip = np.random.default_rng(seed).random(shape, dtype=np.float32)
    result = patchify(clip, patch=patch, temporal_patch=temporal, merge=merge)
    assert np.array_equal(result.rows, loop_patches(clip, patch, temporal, merge))
    assert result.grid == (-(-count // temporal), rows * merge, cols * merge)


@pytest.mark.parametrize("shape", [(0, 3, 28, 28), (2, 3, 27, 28), (2, 3, 28, 30)])
def test_clips_that_have_no_patches_are_refused(shape):
    """No frames, or sides that are no multiple."""
    with pytest.raises(ValueError):
        patchify(np.zeros(shape, dtype=np.float32))


@settings(max_examples=15, deadline=None)
@given(clip=clips(height=st.integers(8, 70), width=st.integers(8, 70), low=56, high=200))
def test_the_whole_pipeline_is_its_parts(clip):
    """preprocess_clip resizes to what smart_resize says, and its values are those of the parts, each being within a grey level."""
    height, width = smart_resize(*clip.shape[1:3])
    result = preprocess_clip(clip)
    assert result.grid == ((len(clip) + 1) // 2, height // 14, width // 14)
    assert result.rows.dtype == np.float32
    expected = loop_patches(normalize(resize_clip(clip, height, width)), 14, 2, 2)
    assert np.abs(result.rows - expected).max() <= 2 * GREY_LEVELS / 255 / min(STD) + FLOAT_TOLERANCE


@settings(max_examples=30, deadline=None)
@given(clip=clips(height=st.integers(1, 12), width=st.integers(1, 12)), seed=seeds)
def test_equal_clips_have_equal_hashes_and_others_do_not(clip, seed):
    """One changed pixel, another shape or another type changes the hash; memory layout does not."""
    assert clip_hash(clip) == clip_hash(np.asfortranarray(clip))
    other = clip.copy()
    other.reshape(-1)[seed % other.size] ^= 1
    assert clip_hash(other) != clip_hash(clip)
    assert clip_hash(clip.reshape(1, -1, 1, 3)) != clip_hash(clip) or clip.shape == (1, clip.size // 3, 1, 3)
    assert clip_hash(clip.astype(np.int16)) != clip_hash(clip)
