"""Times the whole workload on old and new code, run next to each other in fresh processes on fresh trees."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from codeopt.model.evidence import Comparison, Measurement
from codeopt.model.work import ExecResult
from codeopt.stats.compare import compare
from codeopt.trial.clock import Elapsed, Stopwatch
from codeopt.trial.contest import measurement
from codeopt.trial.scene import Scene
from codeopt.trial.suite import last_line
from codeopt.verify.clocks import preferred_clock

__all__ = ["WorkloadResult", "race_workload"]

FEWEST = 6
MOST = 11
CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadResult:
    """`comparison` is None when `failure` says how the workload fails on the new code, or `note` why nothing can be said."""

    comparison: Comparison | None
    failure: str = ""
    note: str = ""


def race_workload(scene: Scene, patched: Mapping[str, bytes], *, seed: int) -> WorkloadResult:
    """Time the workload on old and new code; what looks slower is timed once more, and only the second figure counts.

    One look in thirty at equal code shows a slowdown by chance, and would cost a good patch.

    Raises:
        SandboxUnavailable: a sandbox was lost; nothing was learnt.
    """
    result = _raced(scene, patched, seed=seed)
    slower = result.comparison is not None and result.comparison.high < 1
    return _raced(scene, patched, seed=seed + 1) if slower else result


def _raced(scene: Scene, patched: Mapping[str, bytes], *, seed: int) -> WorkloadResult:
    """Run the workload in pairs, in random order within each, every run on a tree of its own: what one leaves meets no other.

    The number of pairs, six to eleven, follows from what the first one took and from `workload_race_s`, never from what they show: so the
    interval is that of a sample of fixed size.

    Raises:
        SandboxUnavailable: a sandbox was lost; nothing was learnt.
    """
    rng = random.Random(f"{scene.seed}/{seed}/workload")  # noqa: S311 - an order of measurement, not a secret
    pairs: list[Measurement] = []
    wanted = FEWEST
    while len(pairs) < wanted:
        start = time.perf_counter()
        old, new = _pair(scene, patched, rng)
        problem = _problem(scene, old.result, new.result)
        if problem is not None:
            return problem
        pairs.append(measurement([old.elapsed], [new.elapsed], calls=1))
        if len(pairs) == 1:
            wanted = min(MOST, max(FEWEST, int(scene.limits.workload_race_s / (time.perf_counter() - start))))
    return WorkloadResult(comparison=compare(pairs, CONFIDENCE, clock=preferred_clock(pairs)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of the workload, and what it took by both clocks."""

    result: ExecResult
    elapsed: Elapsed


def _pair(scene: Scene, patched: Mapping[str, bytes], rng: random.Random) -> tuple[_Run, _Run]:
    with ExitStack() as stack:
        sandboxes = [stack.enter_context(scene.provider.open(files)) for files in ({}, patched)]
        results: dict[int, _Run] = {}
        for side in rng.sample((0, 1), 2):
            sandbox = sandboxes[side]
            command = scene.command(sandbox, scene.workload.argv, scene.limits.workload_s)
            watch = Stopwatch(sandbox)
            result = sandbox.run(command)
            results[side] = _Run(result=result, elapsed=watch.stop())
    return results[0], results[1]


def _problem(scene: Scene, old: ExecResult, new: ExecResult) -> WorkloadResult | None:
    """Say what is wrong with a pair; tests as a workload may end with status 1 on both sides, when some failed before."""
    allowed = {0, 1} if scene.workload.argv == scene.tests else {0}
    if old.timed_out or old.status not in allowed:
        return WorkloadResult(comparison=None, note=f"the workload does not repeat on the original code: {last_line(old)}")
    if new.timed_out:
        return WorkloadResult(comparison=None, failure="the workload does not end in time on the new code")
    if new.status not in allowed:
        return WorkloadResult(comparison=None, failure=f"the workload ends with status {new.status} on the new code: {last_line(new)}")
    return None
