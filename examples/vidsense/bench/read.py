"""Measures reading and preprocessing a file together: processor time and peak memory, each run in a process of its own.

    python -m bench.read [--rounds 5] [--seconds 20]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench.common import cache_folder, cpu_seconds, made_once
from bench.workload import moving_square
from vidsense.io import packet_sizes
from vidsense.prepare import prepare
from vidsense.sampling.fixed import fixed_indices
from vidsense.synth.encode import write_video

MAX_PIXELS = 28 * 28 * 256
FPS = 25


def peak_kib() -> int:
    """Return this process's peak memory; from Linux's own count where there is one, as the other includes the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def once(path: Path) -> dict[str, float]:
    """Read and preprocess two frames a second; return processor seconds, and peak memory beyond that of the imports."""
    before_kib = peak_kib()

    def work() -> None:
        trace = packet_sizes(path)
        prepare(path, fixed_indices(len(trace.times_s), trace.fps), max_pixels=MAX_PIXELS)

    seconds = cpu_seconds(work)
    return {"seconds": seconds, "peak_mib": (peak_kib() - before_kib) / 1024}


def main() -> None:
    """Print medians over the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once is not None:
        print(json.dumps(once(arguments.once)))
        return
    count = FPS * arguments.seconds

    def make(path: Path) -> None:
        write_video(path, moving_square(count, 360, 640), [index / FPS for index in range(count)], codec="h264")

    path = made_once(cache_folder() / f"square-{arguments.seconds}.mp4", make)
    command = [sys.executable, "-m", "bench.read", "--once", str(path)]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(arguments.rounds)]
    print(f"{count} frames of 360x640, h264, two a second taken")
    seconds, peak_mib = (np.median([run[name] for run in runs]) for name in ("seconds", "peak_mib"))
    print(f"processor time {seconds:.3f} s, peak memory {peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
