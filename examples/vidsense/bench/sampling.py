"""Measures samplers on synthetic videos: which share of planted events the chosen frames show, and what the cues cost.

    python -m bench.sampling [--seeds 24] [--first-seed 2000] [--cache FOLDER]

Policies were tuned on seeds below 100. Each seed gives a video per length of events and codec; a figure is the mean over
seeds with its bootstrap interval (95%), in percent points.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from bench.common import cache_folder, cpu_seconds, made_once, shown
from vidsense.io import audio_rms, packet_sizes, read_frames
from vidsense.preprocess import resize_clip
from vidsense.sampling.adaptive import bandit_select, fill_gaps, fuse, inverse_transform, select
from vidsense.sampling.cues import audio_onset, packet_activity, unlagged_behaviour
from vidsense.sampling.fixed import fixed_indices, uniform_indices
from vidsense.sampling.lookagain import BlobReasoner, Span, frames_in_spans, look_again
from vidsense.synth.encode import CODECS, synthesize, write_video
from vidsense.synth.plan import Event, Plan, make_plan
from vidsense.synth.render import render, watch

LENGTHS = {"0.1-0.2 s": (0.1, 0.2), "0.3-0.6 s": (0.3, 0.6), "1-2 s": (1.0, 2.0)}
CUE_SETS = ("packets", "packets+audio", "packets+behaviour", "packets+audio+behaviour")
EVERYTHING = CUE_SETS[-1]
TASK_LENGTH = "0.3-0.6 s"  # of the events that look-again is measured on
REACH_S = 0.2
FIRST_SHARE = {2: 0.6, 3: 0.5}  # of the budget that the first look gets, by how many frames of an event are needed


@dataclass(frozen=True)
class Case:
    """A video with its plan and the fused curves of each set of cues."""

    seed: int
    length: str
    codec: str
    plan: Plan
    path: Path
    times_s: np.ndarray
    fps: float
    curves: dict[str, np.ndarray]


Sampler = Callable[[Case], list[int]]


def observe_case(seed: int, length: str, codec: str, folder: Path) -> Case:
    """Make the video when it is missing, and compute its curves."""
    plan = make_plan(seed, event_s=LENGTHS[length])
    name = f"{seed}-{len(plan.distractors)}-{LENGTHS[length][0]}-{codec}{CODECS[codec].suffix}"
    path = made_once(folder / name, lambda half: synthesize(half, plan, codec=codec))
    trace = packet_sizes(path)
    sound = audio_rms(path)
    base = {"packets": packet_activity(trace)}
    both = {**base, "audio": audio_onset(sound, trace.times_s)} if sound is not None else base
    viewers = watch(plan)
    sets = {"packets": base, "packets+audio": both}
    for known in (base, both):
        behaviour = unlagged_behaviour(viewers, fuse(known) ** 2, trace.times_s)
        sets["+".join([*known, "behaviour"])] = {**known, "behaviour": behaviour}
    return Case(seed, length, codec, plan, path, trace.times_s, trace.fps, {name: fuse(curves) for name, curves in sets.items()})


def hits(case: Case, chosen: list[int], wanted: Callable[[Event], bool], frames: int = 1) -> float:
    """Return the share of the wanted events that enough chosen frames show; nan when there are none."""
    moments = case.times_s[chosen]
    seen = [np.count_nonzero((moments >= e.start_s) & (moments < e.end_s)) >= frames for e in case.plan.events if wanted(e)]
    return float(np.mean(seen)) if seen else float("nan")


def means(cases: Sequence[Case], scores: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the mean score of each seed, seeds without a score left out."""
    array = np.asarray(scores, dtype=np.float64)
    seeds = np.array([case.seed for case in cases])
    groups = [array[(seeds == seed) & ~np.isnan(array)] for seed in np.unique(seeds)]
    return np.array([group.mean() for group in groups if len(group)])


def by_seed(cases: Sequence[Case], score: Callable[[Case], float]) -> np.ndarray:
    """Return the mean over each seed's cases of what is scored."""
    return means(cases, [score(case) for case in cases])


def adaptive(budget: int, cues: str = EVERYTHING) -> Sampler:
    """Return this package's sampler."""
    return lambda case: select(case.curves[cues], case.times_s, budget)


def samplers() -> dict[str, Sampler]:
    """Return what is compared, by name."""
    return {
        "fixed 2 fps (120 frames)": lambda case: fixed_indices(len(case.times_s), case.fps),
        "uniform, 30": lambda case: uniform_indices(len(case.times_s), 30),
        "inverse transform (as BOLT), 30": lambda case: inverse_transform(case.curves[EVERYTHING], 30),
        "bandit (as FOCUS), 30": lambda case: bandit_select(case.curves[EVERYTHING], 30),
        "adaptive, packets, 30": adaptive(30, "packets"),
        "adaptive, 30": adaptive(30),
        "uniform, 60": lambda case: uniform_indices(len(case.times_s), 60),
        "adaptive, 60": adaptive(60),
        "adaptive, 120": adaptive(120),
    }


def print_recall(cases: list[Case]) -> None:
    """Print the recall of each sampler for each length of events, and the differences that were promised."""
    print(f"\n{'event recall':<34}" + "".join(f"{length:>24}" for length in LENGTHS))
    for name, sampler in samplers().items():
        row = [shown(by_seed([c for c in cases if c.length == length], lambda c, s=sampler: hits(c, s(c), bool))) for length in LENGTHS]
        print(f"{name:<34}" + "".join(f"{cell:>24}" for cell in row))
    for codec in sorted({case.codec for case in cases}):
        part = [case for case in cases if case.codec == codec]
        row = [shown(by_seed([c for c in part if c.length == length], lambda c: hits(c, adaptive(30)(c), bool))) for length in LENGTHS]
        print(f"{'adaptive, 30, ' + codec:<34}" + "".join(f"{cell:>24}" for cell in row))
    table = samplers()
    pairs = [("adaptive, 30", "fixed 2 fps (120 frames)"), ("adaptive, 30", "uniform, 30")]
    for one, other in [*pairs, ("adaptive, 60", "uniform, 60"), ("adaptive, 120", "fixed 2 fps (120 frames)")]:
        row = []
        for length in LENGTHS:
            part = [case for case in cases if case.length == length]
            row.append(shown(by_seed(part, lambda c, a=table[one], b=table[other]: hits(c, a(c), bool) - hits(c, b(c), bool)), signed=True))
        print(f"{one} minus {other}\n{'':<34}" + "".join(f"{cell:>24}" for cell in row))


def print_ablation(cases: list[Case]) -> None:
    """Print what sound and behaviour add, on events that they can know of and elsewhere."""
    kinds: dict[str, Callable[[Event], bool]] = {
        "all": bool,
        "audible": lambda e: e.audible,
        "not audible": lambda e: not e.audible,
        "noticed": lambda e: e.noticed,
        "not noticed": lambda e: not e.noticed,
    }
    for budget in (15, 30):
        scores = {
            (cues, kind): [hits(case, chosen, wanted) for case, chosen in zip(cases, choices, strict=True)]
            for cues in CUE_SETS
            for choices in [[adaptive(budget, cues)(case) for case in cases]]
            for kind, wanted in kinds.items()
        }
        print(f"\n{f'ablation, {budget} frames':<34}" + "".join(f"{kind:>24}" for kind in kinds))
        for cues in CUE_SETS:
            print(f"{cues:<34}" + "".join(f"{shown(means(cases, scores[cues, kind])):>24}" for kind in kinds))
        for more, less in (("packets+audio", "packets"), (EVERYTHING, "packets+audio")):
            row = [shown(means(cases, np.subtract(scores[more, kind], scores[less, kind])), signed=True) for kind in kinds]
            print(f"{more} minus {less}\n{'':<34}" + "".join(f"{cell:>24}" for cell in row))


def one_shot(case: Case, budget: int, per_moment: int) -> list[int]:
    """Choose without looking: `per_moment` frames around each of the best moments."""
    curve = case.curves[EVERYTHING]
    first = select(curve, case.times_s, budget // per_moment)
    spans = [Span(case.times_s[k] - REACH_S, case.times_s[k] + REACH_S, per_moment - 1) for k in first]
    return fill_gaps(sorted([*first, *frames_in_spans(spans, curve, case.times_s, first, budget - len(first))]), case.times_s, budget)


def again(case: Case, budget: int, needed: int, clip: np.ndarray) -> list[int]:
    """Look, and look again with the reasoner that ships, which is told how many frames of an event it takes."""
    reasoner = BlobReasoner(reach_s=REACH_S, frames=needed - 1)
    share = FIRST_SHARE[needed]
    return look_again(lambda indices: clip[indices], case.curves[EVERYTHING], case.times_s, budget, reasoner, first_share=share)


def print_look_again(cases: list[Case]) -> None:
    """Print the share of events of which enough frames are seen to tell what moves, when looking once and when looking again."""
    part = [case for case in cases if case.length == TASK_LENGTH]
    budgets = (30, 40)
    ways: dict[str, Callable[[Case, int, int, np.ndarray], list[int]]] = {
        "uniform": lambda case, budget, needed, clip: uniform_indices(len(case.times_s), budget),
        **{
            f"one shot, {count} a moment": lambda case, budget, needed, clip, count=count: one_shot(case, budget, count)
            for count in (1, 2, 3)
        },
        "look again": again,
    }
    seen: dict[tuple[str, int, int], list[tuple[int, float]]] = {}
    for case in part:
        clip = read_frames(case.path)
        for needed in FIRST_SHARE:
            for budget in budgets:
                for name, way in ways.items():
                    score = hits(case, way(case, budget, needed, clip), bool, needed)
                    seen.setdefault((name, needed, budget), []).append((case.seed, score))
    scores = {key: np.array([np.mean([s for k, s in rows if k == seed]) for seed in sorted(dict(rows))]) for key, rows in seen.items()}
    for needed in FIRST_SHARE:
        print(f"\n{f'{needed} frames of an event needed':<34}" + "".join(f"{f'{budget} frames':>24}" for budget in budgets))
        for name in ways:
            print(f"{name:<34}" + "".join(f"{shown(scores[name, needed, budget]):>24}" for budget in budgets))
        row = []
        for budget in budgets:
            best = max((scores[name, needed, budget] for name in ways if name != "look again"), key=np.mean)
            row.append(shown(scores["look again", needed, budget] - best, signed=True))
        print(f"{'look again minus best one shot':<34}" + "".join(f"{cell:>24}" for cell in row))


def decode(path: Path) -> None:
    """Decode every frame and do nothing with it, on one thread."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        for _ in container.decode(stream):
            pass


def enlarged(path: Path, scale: int, codec: str) -> None:
    """Write a minute of synthetic video, `scale` times as large, as rendering large ones takes long."""
    plan = make_plan(1000)
    frames = (resize_clip(frame[None], scale * plan.height, scale * plan.width)[0] for frame in render(plan))
    write_video(path, frames, [index / plan.fps for index in range(plan.frame_count)], codec=codec)


def print_cost(folder: Path) -> None:
    """Print what the packet cue costs, opening and demuxing included, as a share of decoding."""
    print("\ncost of the packet cue for a minute of video, processor time (least of 5)")
    for scale in (1, 4, 8):
        for codec in ("h264", "vp9"):
            name = f"cost-{scale}-{codec}{CODECS[codec].suffix}"
            path = made_once(folder / name, lambda half, scale=scale, codec=codec: enlarged(half, scale, codec))
            cue = min(cpu_seconds(lambda p=path: packet_activity(packet_sizes(p))) for _ in range(5))
            whole = min(cpu_seconds(lambda p=path: decode(p)) for _ in range(5))
            size = f"{160 * scale}x{96 * scale} {codec}"
            print(f"{size:<16} cue {1000 * cue:7.1f} ms, decoding {1000 * whole:8.1f} ms: {100 * cue / whole:.2f} %")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--first-seed", type=int, default=2000)
    parser.add_argument("--cache", help="folder for the videos; one under the system's temporary folder when left out")
    arguments = parser.parse_args()
    folder = cache_folder(arguments.cache)
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    cases = [observe_case(seed, length, codec, folder) for seed in seeds for length in LENGTHS for codec in ("h264", "vp9")]
    plan = cases[0].plan
    print(f"{len(seeds)} seeds, {len(cases)} videos of 60 s, {len(plan.events)} events and {len(plan.distractors)} distractors each")
    print_recall(cases)
    print_ablation(cases)
    print_look_again(cases)
    print_cost(folder)


if __name__ == "__main__":
    main()
