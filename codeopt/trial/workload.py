"""Times the whole workload on old and new code, run next to each other in fresh processes."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from codeopt.model.evidence import Comparison, Measurement
from codeopt.ports import Sandbox
from codeopt.stats.compare import compare
from codeopt.trial.scene import Scene
from codeopt.trial.suite import last_line

__all__ = ["WorkloadResult", "race_workload"]

FEWEST = 5
SUSPECT = 8
MOST = 11
CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadResult:
    """`comparison` is None when `failure` says how the workload failed on the new code."""

    comparison: Comparison | None
    failure: str = ""


def race_workload(scene: Scene, old: Sandbox, new: Sandbox, *, seed: int) -> WorkloadResult:
    """Run the workload in pairs, in random order within each: at least five, up to eleven while `workload_race_s` lasts.

    When the first five say slower, eight are run whatever they cost, so that a patch is not lost to five unlucky pairs.
    """
    rng = random.Random(f"{scene.seed}/{seed}/workload")  # noqa: S311 - an order of measurement, not a secret
    pairs: list[Measurement] = []
    start = time.perf_counter()
    while len(pairs) < MOST and not _enough(pairs, time.perf_counter() - start, scene.limits.workload_race_s):
        seconds = {}
        for side in rng.sample((0, 1), 2):
            result = (old, new)[side].run(scene.command((old, new)[side], scene.workload.argv, scene.limits.workload_s))
            if side == 1 and not result.ok:
                how = "does not end" if result.timed_out else f"ends with status {result.status}"
                return WorkloadResult(comparison=None, failure=f"the workload {how} on the new code: {last_line(result)}")
            seconds[side] = result.seconds
        pairs.append(Measurement(old_seconds=seconds[0], new_seconds=seconds[1]))
    return WorkloadResult(comparison=compare(pairs, CONFIDENCE))


def _enough(pairs: list[Measurement], spent_s: float, limit_s: float) -> bool:
    if len(pairs) < FEWEST:
        return False
    suspect = all(pair.ratio < 1.0 for pair in pairs)
    if suspect and len(pairs) < SUSPECT:
        return False
    return spent_s > limit_s
