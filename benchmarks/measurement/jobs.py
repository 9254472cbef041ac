"""Which comparisons the parts of the study consist of, and in which order they are made."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from journal import Job
from peers import PEERS
from subjects import SUBJECTS

__all__ = ["CODEOPT", "PARTS", "PERCENTS", "RACED", "blocks", "planned"]

CODEOPT = "codeopt"
PARTS = ("aa", "power", "peers", "searches")
PERCENTS = (2, 5, 10)
RACED = ("py-200us", "numpy-200us")
SEARCHED = ("py-10us", "py-200us", "numpy-200us")
BLOCK = 20
RUNS = {"aa": 24, "power": 20, "peers": 4, "searches": 2}
"""How often by default: A/A comparisons of each flavour, comparisons of each size of a change, the same by each peer, searches."""
SLOW_SHARE = {"py-100ms": 0.25}
"""A subject of which a comparison takes much longer is compared less often."""


def planned(parts: Iterable[str], conditions: Sequence[str], *, runs: int | None) -> list[Job]:
    """Return all jobs of the parts; `runs` replaces the number of repetitions."""
    return [
        Job(part=part, tool=tool, subject=subject, change=change, condition=condition, repetition=repetition)
        for part in parts
        for tool, subject, change, count in _cells(part, RUNS[part] if runs is None else runs)
        for condition in conditions
        for repetition in range(count)
    ]


def blocks(jobs: Iterable[Job], rng: random.Random) -> Iterator[tuple[str, list[Job]]]:
    """Yield short blocks of one condition, the conditions in turn, the jobs of each in random order."""
    waiting: dict[str, list[Job]] = {}
    for job in sorted(jobs):
        waiting.setdefault(job.condition, []).append(job)
    for left in waiting.values():
        rng.shuffle(left)
    while any(waiting.values()):
        for condition, left in waiting.items():
            block, left[:] = left[:BLOCK], left[BLOCK:]
            if block:
                yield condition, block


def _cells(part: str, runs: int) -> Iterator[tuple[str, str, str, int]]:
    """Yield tool, subject, change and the number of repetitions."""
    both = (runs + 1) // 2
    if part == "aa":
        for subject in SUBJECTS:
            for flavour in ("same", "comment"):
                yield CODEOPT, subject, flavour, max(1, round(runs * SLOW_SHARE.get(subject, 1.0)))
    elif part == "searches":
        for subject in SEARCHED:
            yield CODEOPT, subject, "comment", runs
    else:
        nothing = ("same", "comment") if part == "peers" else ()
        changes = (*nothing, *(f"{direction}-{percent}" for percent in PERCENTS for direction in ("slower", "faster")))
        for tool in PEERS if part == "peers" else (CODEOPT,):
            for subject in RACED:
                for change in changes:
                    yield tool, subject, change, both
