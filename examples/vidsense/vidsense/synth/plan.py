"""What happens when in a synthetic video: events to find, distractors to see through, sounds, and how viewers react."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MARGIN_S = 0.5  # between any two things that happen, so that a frame shows one of them
DISTRACTORS = ("cut", "shake", "flicker", "noise")


@dataclass(frozen=True)
class Event:
    """A disc that appears, moves and vanishes. A frame with start_s <= time < end_s shows it."""

    start_s: float
    end_s: float
    contrast: float  # 1 is white on black
    position: tuple[float, float]  # share of width and height where it starts
    velocity: tuple[float, float]  # pixels a second
    audible: bool
    noticed: bool  # viewers react to it

    @property
    def moves_right(self) -> bool:
        """The question that two frames of an event can answer, and one cannot."""
        return self.velocity[0] > 0


@dataclass(frozen=True)
class Distractor:
    """Something that changes the picture and is no event: one of DISTRACTORS. A cut has no length."""

    kind: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Plan:
    """A whole video on paper."""

    seed: int
    duration_s: float
    fps: float
    width: int
    height: int
    events: tuple[Event, ...]
    distractors: tuple[Distractor, ...]
    sounds_s: tuple[float, ...]  # starts of sounds that belong to no event
    chatter_s: tuple[float, ...]  # bursts of comments that belong to no event
    lag_s: float  # median time from an event's end to a reaction

    @property
    def frame_count(self) -> int:
        """Frames of the video."""
        return max(1, round(self.duration_s * self.fps))


def _place(rng: np.random.Generator, lengths: list[float], duration_s: float) -> list[float]:
    """Return a start for each length such that no two come closer than MARGIN_S; ValueError when they do not fit."""
    slack = duration_s - sum(lengths) - MARGIN_S * (len(lengths) + 1)
    if slack < 0:
        raise ValueError(f"{len(lengths)} things do not fit into {duration_s} s")
    pauses = np.diff(np.concatenate([[0.0], np.sort(rng.uniform(0, slack, len(lengths)))]))
    starts = [0.0] * len(lengths)
    now = 0.0
    for pause, item in zip(pauses, rng.permutation(len(lengths)), strict=True):
        now += MARGIN_S + float(pause)
        starts[int(item)] = now
        now += lengths[int(item)]
    return starts


def _event(rng: np.random.Generator, start_s: float, length_s: float, width: int) -> Event:
    """Return a random event that stays in the picture; three in ten are faint, half are audible, six in ten are noticed."""
    faint = rng.random() < 0.3
    speed = min(float(rng.uniform(0.2, 0.5)), 0.25 / length_s) * width * (1 if rng.random() < 0.5 else -1)
    return Event(
        start_s=start_s,
        end_s=start_s + length_s,
        contrast=float(rng.uniform(0.12, 0.25) if faint else rng.uniform(0.4, 0.8)),
        position=(float(rng.uniform(0.25, 0.75)), float(rng.uniform(0.25, 0.75))),
        velocity=(speed, float(rng.uniform(-0.3, 0.3)) * abs(speed)),
        audible=bool(rng.random() < 0.5),
        noticed=bool(rng.random() < 0.6),
    )


def make_plan(
    seed: int,
    *,
    event_s: tuple[float, float] = (0.3, 0.6),
    events: int = 8,
    distractors: int = 20,
    duration_s: float = 60.0,
    fps: float = 25.0,
    size: tuple[int, int] = (160, 96),
) -> Plan:
    """Return a random plan with events of `event_s` (least, most) seconds; size is (width, height), both even."""
    rng = np.random.default_rng([seed, round(event_s[0] * 1000), round(event_s[1] * 1000)])
    lengths = [float(rng.uniform(*event_s)) for _ in range(events)]
    kinds = [DISTRACTORS[int(rng.integers(len(DISTRACTORS)))] for _ in range(distractors)]
    spans = [0.0 if kind == "cut" else float(rng.uniform(0.3, 1.2)) for kind in kinds]
    starts = _place(rng, lengths + spans, duration_s)
    found = tuple(_event(rng, start, length, size[0]) for start, length in zip(starts, lengths, strict=False))
    others = tuple(
        Distractor(kind, start, start + span)
        for kind, start, span in zip(kinds, starts[events:], spans, strict=True)
    )
    return Plan(
        seed=seed,
        duration_s=duration_s,
        fps=fps,
        width=size[0],
        height=size[1],
        events=tuple(sorted(found, key=lambda event: event.start_s)),
        distractors=tuple(sorted(others, key=lambda other: other.start_s)),
        sounds_s=tuple(float(s) for s in rng.uniform(0, duration_s, rng.integers(1, 4))),
        chatter_s=tuple(float(s) for s in rng.uniform(0, duration_s, rng.integers(1, 3))),
        lag_s=float(rng.uniform(1.5, 6.0)),
    )


def recall(plan: Plan, chosen_s: np.ndarray, *, frames: int = 1) -> float:
    """Return the share of events that at least `frames` of the chosen moments show; 1 when there are no events."""
    if not plan.events:
        return 1.0
    seen = [np.count_nonzero((chosen_s >= event.start_s) & (chosen_s < event.end_s)) >= frames for event in plan.events]
    return float(np.mean(seen))
