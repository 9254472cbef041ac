"""Counts the instructions of a benchmark in both versions: a second opinion that no noise reaches."""

from __future__ import annotations

import math

from codeopt.app.check.lanes import Lane
from codeopt.app.check.races import Lanes, Ready
from codeopt.errors import ContestantError
from codeopt.model.check import BenchmarkKind
from codeopt.trial.bench_counts import count_instructions

__all__ = ["counted"]

FEWEST_CALLS = 3
SHARE = 20  # an emulated call takes so many times as long, so a batch holds so many fewer


def counted(lanes: Lanes, one: Ready) -> float | None:
    """Return base over head in instructions per call; None for a command, and where the benchmark does not run while it is counted."""
    if one.entry.benchmark.kind is BenchmarkKind.COMMAND:
        return None
    calls = max(FEWEST_CALLS, math.ceil(one.calls / SHARE))
    try:
        base, head = (_count(lane, one, calls) for lane in (lanes.base, lanes.head))
    except ContestantError:
        return None
    return base / head if base > 0 and head > 0 else None


def _count(lane: Lane, one: Ready, calls: int) -> float:
    entry = one.entry
    return count_instructions(lane.scene, lane.sandbox, entry.benchmark, calls=calls, recording=entry.recording, numbers=entry.calls)
