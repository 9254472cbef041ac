"""A plan as pictures, as sound, and as what its viewers did."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vidsense.io import AUDIO_RATE
from vidsense.sampling.cues import Viewers
from vidsense.synth.plan import Distractor, Plan

NOISE_LEVELS = 2.0  # standard deviation of the sensor's noise, in grey levels
SHAKE_PIXELS = 3
PAD = 8  # pixels of background beyond each edge, for shakes
NOISE_BANK = 16  # noise frames that are drawn once and shown in random order


def _background(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a smooth random picture; float32 [height, width, 3] around grey."""
    coarse = rng.uniform(50, 170, (height // 12 + 2, width // 12 + 2, 3))
    rows = np.linspace(0, coarse.shape[0] - 1.001, height)
    cols = np.linspace(0, coarse.shape[1] - 1.001, width)
    r, c = rows.astype(int), cols.astype(int)
    fr, fc = (rows - r)[:, None, None], (cols - c)[None, :, None]
    top = coarse[r][:, c] * (1 - fc) + coarse[r][:, c + 1] * fc
    bottom = coarse[r + 1][:, c] * (1 - fc) + coarse[r + 1][:, c + 1] * fc
    return (top * (1 - fr) + bottom * fr).astype(np.float32)


def _disc(height: int, width: int, x: float, y: float, radius: float) -> np.ndarray:
    """Return a disc with a soft edge and stripes; float32 [height, width] in 0..1."""
    rows, cols = np.ogrid[:height, :width]
    distance = np.sqrt((rows - y) ** 2 + (cols - x) ** 2)
    stripes = 0.75 + 0.25 * np.sin((cols - x) * 1.3)
    return (np.clip(radius - distance + 0.5, 0, 1) * stripes).astype(np.float32)


def _active(plan: Plan, kind: str, time_s: float) -> Distractor | None:
    """Return the distractor of the kind that lasts at the time, if any."""
    for other in plan.distractors:
        if other.kind == kind and other.start_s <= time_s < other.end_s:
            return other
    return None


def render(plan: Plan) -> Iterator[np.ndarray]:
    """Yield the frames of a plan; uint8 RGB [height, width, 3]."""
    rng = np.random.default_rng([plan.seed, 1])
    height, width = plan.height, plan.width
    cuts = [other.start_s for other in plan.distractors if other.kind == "cut"]
    scenes = [_background(rng, height + 2 * PAD, width + 2 * PAD) for _ in range(len(cuts) + 1)]
    noise = rng.standard_normal((NOISE_BANK, height, width, 3), dtype=np.float32)
    phase = rng.uniform(0, 6, 2)
    for index in range(plan.frame_count):
        time_s = index / plan.fps
        scene = scenes[sum(cut <= time_s for cut in cuts)]
        dy, dx = (PAD, PAD) if _active(plan, "shake", time_s) is None else PAD + rng.integers(-SHAKE_PIXELS, SHAKE_PIXELS + 1, 2)
        frame = scene[dy : dy + height, dx : dx + width].copy()
        x, y = width * (0.5 + 0.4 * np.sin(0.2 * time_s + phase[0])), height * (0.5 + 0.35 * np.sin(0.31 * time_s + phase[1]))
        frame += 30 * _disc(height, width, x, y, height / 10)[..., None]
        for event in plan.events:
            if event.start_s <= time_s < event.end_s:
                age = time_s - event.start_s
                x = event.position[0] * width + event.velocity[0] * age
                y = event.position[1] * height + event.velocity[1] * age
                frame += 255 * event.contrast * _disc(height, width, x, y, height / 9)[..., None]
        flicker = _active(plan, "flicker", time_s)
        if flicker is not None:
            frame *= 1 + 0.2 * np.sin(2 * np.pi * 7 * (time_s - flicker.start_s))
        level = NOISE_LEVELS if _active(plan, "noise", time_s) is None else 6 * NOISE_LEVELS
        frame += level * noise[rng.integers(NOISE_BANK)]
        yield np.clip(frame, 0, 255).astype(np.uint8)


def soundtrack(plan: Plan) -> np.ndarray:
    """Return the sound of a plan: hum and hiss, a tone during each audible event and at each other sound; float32, 16 kHz."""
    rng = np.random.default_rng([plan.seed, 2])
    count = round(plan.duration_s * AUDIO_RATE)
    seconds = np.arange(count) / AUDIO_RATE
    samples = 0.02 * np.sin(2 * np.pi * 120 * seconds) + 0.01 * rng.standard_normal(count)
    spans = [(event.start_s, max(event.end_s - event.start_s, 0.1)) for event in plan.events if event.audible]
    spans += [(start, float(rng.uniform(0.2, 0.6))) for start in plan.sounds_s]
    for start_s, length_s in spans:
        first = round(start_s * AUDIO_RATE)
        tone = np.arange(min(round(length_s * AUDIO_RATE), count - first)) / AUDIO_RATE
        samples[first : first + len(tone)] += rng.uniform(0.1, 0.4) * np.sin(2 * np.pi * rng.uniform(300, 1200) * tone)
    return np.clip(samples, -1, 1).astype(np.float32)


def watch(plan: Plan, *, viewers: int = 2000) -> Viewers:
    """Return what simulated viewers did: comments, and how many of them were watching each second.

    Reactions to noticed events come `plan.lag_s` after their end, give or take a fifth; some viewers jump there and leave again.
    """
    rng = np.random.default_rng([plan.seed, 3])
    comments = [rng.uniform(0, plan.duration_s, rng.poisson(0.4 * plan.duration_s))]
    for moment in plan.chatter_s:
        comments.append(moment + rng.normal(0, 0.8, rng.poisson(12)))
    seconds = np.arange(int(np.ceil(plan.duration_s)) + 1, dtype=np.float64)
    watching = viewers * np.exp(-seconds / (2 * plan.duration_s))
    for event in plan.events:
        if event.noticed:
            lags = plan.lag_s * np.exp(rng.normal(0, 0.2, rng.poisson(15)))
            comments.append(event.end_s + lags)
            jump = event.end_s + plan.lag_s
            watching += 0.08 * viewers * np.exp(-np.maximum(seconds - jump, 0) / 4) * (seconds >= jump)
    watching += rng.normal(0, 0.004 * viewers, len(seconds))
    times = np.sort(np.concatenate(comments))
    return Viewers(times[(times >= 0) & (times < plan.duration_s)], seconds, watching / viewers)
