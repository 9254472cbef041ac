"""The commands: `vidsense sample`, `vidsense encode` and `vidsense synth`.

Exit status: 0 done, 2 the input or the arguments are wrong, said in one line on standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidsense.errors import VidsenseError
from vidsense.io import read_frames
from vidsense.preprocess import clip_hash, preprocess_clip
from vidsense.sampling.adaptive import select
from vidsense.sampling.fixed import fixed_indices
from vidsense.sampling.lookagain import BlobReasoner, EndpointReasoner, Reasoner, look_again
from vidsense.sampling.observe import CUES, Observation, load_viewers, observe, save_viewers
from vidsense.synth.encode import CODECS, synthesize
from vidsense.synth.plan import make_plan
from vidsense.synth.render import watch


def _cue_names(text: str) -> list[str]:
    """Parse a list of cues; none is allowed, and gives uniform sampling."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in CUES]
    if unknown:
        raise argparse.ArgumentTypeError(f"cues are {', '.join(CUES)}, not {', '.join(unknown)}")
    return names


def _positive(text: str) -> int:
    """Parse a number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of at least 1")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="vidsense", description="Chooses and prepares the frames that a video model sees.")
    commands = parser.add_subparsers(dest="command", required=True)
    chooser = argparse.ArgumentParser(add_help=False)
    chooser.add_argument("video", type=Path)
    chooser.add_argument("--budget", type=_positive, help="how many frames; two a second at a fixed rate when left out")
    chooser.add_argument("--cues", type=_cue_names, default=["packets", "audio", "behaviour"], help=f"of {','.join(CUES)}")
    chooser.add_argument("--viewers", type=Path, help="JSON of what viewers did; VIDEO.viewers.json when that exists")
    chooser.add_argument("--look-again", metavar="blob|URL", help="who says where to look again: the one that ships, or an endpoint")
    chooser.add_argument("--model", default="", help="the model to ask for at the endpoint")
    sample = commands.add_parser("sample", parents=[chooser], help="print the chosen frames")
    sample.add_argument("--plot", type=Path, help="write a picture of cues and frames")
    sample.add_argument("--json", action="store_true", help="print an object")
    encode = commands.add_parser("encode", parents=[chooser], help="write the patches of the chosen frames")
    encode.add_argument("--output", type=Path, help="VIDEO.npz when left out")
    encode.add_argument("--max-pixels", type=_positive, default=28 * 28 * 256, help="of a frame after resizing")
    encode.add_argument("--tower", action="store_true", help="add the tokens of a tower with random weights; needs torch")
    synth = commands.add_parser("synth", help="make a video with planted events, and what its viewers did")
    synth.add_argument("video", type=Path, help=f"ends in {', '.join(sorted({codec.suffix for codec in CODECS.values()}))}")
    synth.add_argument("--seed", type=int, default=0)
    synth.add_argument("--seconds", type=_positive, default=60)
    return parser


def _choose(arguments: argparse.Namespace) -> tuple[Observation, list[int]]:
    """Return what the cues say, and the frames that they choose."""
    viewers_path = arguments.viewers
    if viewers_path is None and (beside := Path(f"{arguments.video}.viewers.json")).exists():
        viewers_path = beside
    observation = observe(arguments.video, arguments.cues, load_viewers(viewers_path) if viewers_path else None)
    for name in observation.left_out:
        print(f"vidsense: {arguments.video} has nothing for the cue {name}", file=sys.stderr)
    if arguments.budget is None:
        return observation, fixed_indices(len(observation.times_s), observation.fps)
    if arguments.look_again is None:
        return observation, select(observation.fused(), observation.times_s, arguments.budget)
    reasoner: Reasoner = BlobReasoner()
    if arguments.look_again != "blob":
        reasoner = EndpointReasoner(arguments.look_again, arguments.model)
    return observation, look_again(
        lambda indices: read_frames(arguments.video, indices), observation.fused(), observation.times_s, arguments.budget, reasoner
    )


def _sample(arguments: argparse.Namespace) -> None:
    """Print the chosen frames, and draw them when asked to."""
    from vidsense.plot import draw

    observation, chosen = _choose(arguments)
    times = observation.times_s[chosen].round(3).tolist()
    if arguments.plot is not None:
        draw(arguments.plot, observation, chosen, read_frames(arguments.video, chosen))
    if arguments.json:
        print(json.dumps({"video": str(arguments.video), "cues": sorted(observation.curves), "frames": chosen, "times_s": times}))
    else:
        for index, time_s in zip(chosen, times, strict=True):
            print(f"{index:>7}  {time_s:9.3f} s")


def _encode(arguments: argparse.Namespace) -> None:
    """Write patches, grid, times and hash of the chosen frames, and tokens when asked to."""
    observation, chosen = _choose(arguments)
    clip = read_frames(arguments.video, chosen)
    patches = preprocess_clip(clip, max_pixels=arguments.max_pixels)
    arrays = {"patches": patches.rows, "grid": np.array(patches.grid), "times_s": observation.times_s[chosen]}
    if arguments.tower:
        arrays["tokens"] = _tokens(patches.rows, patches.grid)
    output = arguments.output or arguments.video.with_suffix(".npz")
    try:
        np.savez(output, hash=clip_hash(clip), **arrays)
    except OSError as error:
        raise VidsenseError(f"{output}: cannot be written ({error})") from error
    grid = "x".join(str(side) for side in patches.grid)
    print(f"{output}: {len(chosen)} frames, {len(patches.rows)} patches, grid {grid}")


def _tokens(rows: np.ndarray, grid: Sequence[int]) -> np.ndarray:
    """Return the tokens of a tower with random weights, the same each time."""
    try:
        import torch

        from vidsense.vision import Tower
    except ImportError as error:
        raise VidsenseError("--tower needs torch: install vidsense[torch]") from error
    torch.manual_seed(0)
    with torch.inference_mode():
        return Tower()(torch.from_numpy(np.ascontiguousarray(rows)), torch.tensor([list(grid)])).numpy()


def _synth(arguments: argparse.Namespace) -> None:
    """Write a synthetic video and its viewers, and print its events."""
    codec = next((name for name, how in CODECS.items() if how.suffix == arguments.video.suffix), None)
    if codec is None:
        raise VidsenseError(f"{arguments.video}: no codec for this ending")
    scale = arguments.seconds / 60
    plan = make_plan(arguments.seed, events=max(1, round(8 * scale)), distractors=round(20 * scale), duration_s=float(arguments.seconds))
    synthesize(arguments.video, plan, codec=codec)
    save_viewers(f"{arguments.video}.viewers.json", watch(plan))
    for event in plan.events:
        print(f"event {event.start_s:7.2f} to {event.end_s:7.2f} s")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        {"sample": _sample, "encode": _encode, "synth": _synth}[arguments.command](arguments)
    except VidsenseError as error:
        print(f"vidsense: {error}", file=sys.stderr)
        return 2
    except IndexError:
        print(f"vidsense: {arguments.video}: holds fewer frames than packets; is it cut off?", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"vidsense: {arguments.video}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0
