"""What the measuring scripts share: clocks, intervals, and a folder for videos that are made once."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

BOOTSTRAP = 2000  # resamples
CONFIDENCE = 0.95


def cache_folder(name: str | None = None) -> Path:
    """Return the folder that keeps synthetic videos from run to run; it may be deleted at any time."""
    folder = Path(name) if name else Path(tempfile.gettempdir()) / "vidsense-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def made_once(path: Path, make: Callable[[Path], None]) -> Path:
    """Return a file, made first when it is missing; a run that is broken off leaves no half of one."""
    if not path.exists():
        half = path.with_name(f"{os.getpid()}-{path.name}")
        make(half)
        half.replace(path)
    return path


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the processor time that a call takes, all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


def interleaved(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the processor times of each work over some rounds, in turn, after one call of each that does not count."""
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(cpu_seconds(work))
    return times


def interval(values: Sequence[float] | np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """Return the mean of the values with its bootstrap interval: (mean, low, high). Each value stands for one seed."""
    array = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(array), (BOOTSTRAP, len(array)))
    means = array[draws].mean(axis=1)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(array.mean()), float(low), float(high)


def shown(values: Sequence[float] | np.ndarray, *, signed: bool = False) -> str:
    """Return a mean with its interval as percent points, to be printed."""
    mean, low, high = (100 * value for value in interval(values))
    form = "+.1f" if signed else ".1f"
    return f"{mean:{form}} [{low:{form}}, {high:{form}}]"
