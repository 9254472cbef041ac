"""Curves that say when something may be happening, from what is cheap: packet sizes, sound, and what viewers did.

Every cue gives one value per frame time, high where something may happen. Only the lag of viewers is found by comparing two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidsense.io import AudioTrace, PacketTrace

NARROW_FRAMES = 3  # outlives a spike of one frame (a cut, a key frame), keeps a burst of two or more
WIDE_S = 4.0  # seconds over which packets count as usual
MAX_LAG_S = 8.0  # viewers react within this
LAG_STEP_S = 0.2
LAG_WIDTH_S = 1.6  # comments this far apart count together while the lag is sought
LAG_SHARPNESS = 40.0  # how much likelier a lag is per unit of correlation, as an exponent


@dataclass(frozen=True)
class Viewers:
    """What viewers did: when they commented, and which share of them was watching at each of some moments."""

    comments_s: np.ndarray  # float64 [c], ascending
    moments_s: np.ndarray  # float64 [m], ascending
    watching: np.ndarray  # float64 [m], 1 is everybody at the start


def running_median(values: np.ndarray, width: int) -> np.ndarray:
    """Return the median of the `width` values around each one (made odd), the ends repeated; float64, same length.

    Every window is copied and sorted on its own: memory and time grow with length times width.
    """
    half = width // 2
    padded = np.pad(np.asarray(values, dtype=np.float64), half, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)


def _smooth(values: np.ndarray, sigma: float) -> np.ndarray:
    """Return the values under a Gaussian of `sigma` steps, the ends repeated."""
    if sigma <= 0:
        return values
    half = max(1, round(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
    return np.convolve(np.pad(values, half, mode="edge"), kernel / kernel.sum(), mode="valid")


def packet_activity(trace: PacketTrace) -> np.ndarray:
    """Return the log of how much larger packets are around each frame than is usual there; float64 [n], 0 is usual.

    The running median over NARROW_FRAMES over that over WIDE_S. Nothing is decoded.
    """
    sizes = trace.sizes_bytes.astype(np.float64)
    wide = max(NARROW_FRAMES + 2, round(WIDE_S * trace.fps))
    ratio = np.log(running_median(sizes, NARROW_FRAMES) + 1) - np.log(running_median(sizes, wide) + 1)
    return _smooth(ratio, 1.2)


def luma_activity(planes: np.ndarray) -> np.ndarray:
    """Return how much each frame's brightness differs from the frame before, changes of the whole picture aside; float64 [n].

    `planes` is uint8 [n, h, w]. A frame's mean is taken off, so that flicker does not count. Needs decoded frames.
    """
    if len(planes) < 2:
        return np.zeros(len(planes))
    values = planes.astype(np.float32)
    values -= values.mean(axis=(1, 2), keepdims=True)
    steps = np.abs(np.diff(values, axis=0)).mean(axis=(1, 2)).astype(np.float64)
    return running_median(np.concatenate([steps[:1], steps]), NARROW_FRAMES)


def audio_onset(trace: AudioTrace, times_s: np.ndarray) -> np.ndarray:
    """Return how much louder it is at each time than around it, in nepers and never below 0; float64 [n].

    The mean loudness between a frame and the next, over a running median of WIDE_S: high from an onset to the sound's end.
    """
    if len(trace.rms) == 0:
        return np.zeros(len(times_s))
    level = np.log(trace.rms + 1e-4)
    hop_s = float(trace.times_s[1] - trace.times_s[0]) if len(trace.rms) > 1 else 1.0
    excess = level - running_median(level, max(3, round(WIDE_S / hop_s)))
    return np.maximum(np.interp(times_s, trace.times_s, _smooth(excess, 1.0)), 0.0)


def _comment_bursts(comments_s: np.ndarray, times_s: np.ndarray, width_s: float) -> np.ndarray:
    """Return the density of comments around each time over the mean density, as a z-score of counts; float64 [n]."""
    span_s = float(times_s[-1] - times_s[0]) if len(times_s) > 1 else 1.0
    low = np.searchsorted(comments_s, times_s - width_s / 2)
    high = np.searchsorted(comments_s, times_s + width_s / 2)
    expected = max(len(comments_s) * width_s / max(span_s, width_s), 0.5)
    return (high - low - expected) / np.sqrt(expected)


def behaviour_curve(viewers: Viewers, times_s: np.ndarray, *, lag_s: float = 0.0, width_s: float = 0.8) -> np.ndarray:
    """Return how much viewers reacted to each time, their lag taken off; float64 [n], about a z-score, never below 0.

    Comment bursts plus rises of the share that is watching. `lag_s` is how long after a moment its reactions come; see
    `estimate_lag`.
    """
    late_s = times_s + lag_s
    bursts = _comment_bursts(viewers.comments_s, late_s, width_s)
    rises = np.zeros(len(times_s))
    if len(viewers.moments_s) > 1:
        slope = np.diff(viewers.watching) / np.diff(viewers.moments_s)
        middles = (viewers.moments_s[1:] + viewers.moments_s[:-1]) / 2
        spread = 1.4826 * np.median(np.abs(slope - np.median(slope))) + 1e-6
        rises = np.interp(late_s, middles, np.clip((slope - np.median(slope)) / spread, 0.0, 6.0))
    known = late_s <= max(viewers.moments_s[-1:].tolist() + viewers.comments_s[-1:].tolist(), default=0.0)
    return np.where(known, np.maximum(_smooth(bursts + 0.5 * rises, 3.0), 0.0), 0.0)


def lag_weights(viewers: Viewers, reference: np.ndarray, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lags that viewers may have, in seconds, and how likely each is; two float64 [k], the second sums to 1.

    A lag is likely when behaviour, moved back by it, correlates with the reference: what the picture and the sound say.
    """
    lags = np.arange(0.0, MAX_LAG_S + LAG_STEP_S / 2, LAG_STEP_S)
    centred = reference - reference.mean()
    centred = centred / (np.linalg.norm(centred) + 1e-12)
    agreement = np.zeros(len(lags))
    for k, lag_s in enumerate(lags):
        curve = behaviour_curve(viewers, times_s, lag_s=float(lag_s), width_s=LAG_WIDTH_S)
        curve = curve - curve.mean()
        agreement[k] = centred @ curve / (np.linalg.norm(curve) + 1e-12)
    weights = np.exp(LAG_SHARPNESS * (agreement - agreement.max()))
    return lags, weights / weights.sum()


def estimate_lag(viewers: Viewers, reference: np.ndarray, times_s: np.ndarray) -> float:
    """Return the likeliest lag in seconds, the least of equals; see `lag_weights`."""
    lags, weights = lag_weights(viewers, reference, times_s)
    return float(lags[np.argmax(weights)])


def unlagged_behaviour(viewers: Viewers, reference: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """Return `behaviour_curve` averaged over the lags that viewers may have; float64 [n].

    Where the lag is uncertain, the curve is flat rather than wrong.
    """
    lags, weights = lag_weights(viewers, reference, times_s)
    total = np.zeros(len(times_s))
    for lag_s, weight in zip(lags, weights, strict=True):
        if weight > 0.01 * weights.max():
            total += weight * behaviour_curve(viewers, times_s, lag_s=float(lag_s))
    return total
