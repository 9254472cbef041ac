"""Counts the instructions of a benchmark's calls under callgrind: a second opinion that no noise reaches, and that sees no cache misses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeopt.errors import ContestantError
from codeopt.model.check import Benchmark
from codeopt.model.work import Command, Recording
from codeopt.ports import Sandbox
from codeopt.trial.benches import open_bench
from codeopt.trial.scene import Scene

__all__ = ["can_count", "count_instructions"]

ASK_S = 20.0
EMULATED = 100  # a program that is counted takes so many times as long
SUMMARY = re.compile(rb"^(?:summary|totals): (\d+)", re.MULTILINE)


def can_count(sandbox: Sandbox) -> bool:
    """Whether the sandbox has valgrind."""
    return sandbox.run(Command(argv=("valgrind", "--version"), timeout_s=ASK_S)).ok


def count_instructions(
    scene: Scene,
    sandbox: Sandbox,
    benchmark: Benchmark,
    *,
    calls: int,
    recording: Recording | None = None,
    numbers: Sequence[int] = (),
) -> float:
    """Return the instructions of one call: what a process of twice as many calls takes beyond one of `calls`. Hash seed 0.

    `recording` and `numbers` are as `open_bench` has them.

    Raises:
        ContestantError: the benchmark fails, or leaves no count.
    """
    once, twice = (_counted(scene, sandbox, benchmark, count, recording, numbers) for count in (calls, 2 * calls))
    return (twice - once) / calls


def _counted(scene: Scene, sandbox: Sandbox, benchmark: Benchmark, calls: int, recording: Recording | None, numbers: Sequence[int]) -> int:
    prefix = ("valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={sandbox.out}/callgrind.%p")
    patience_s = scene.limits.call_s * EMULATED
    with open_bench(scene, sandbox, benchmark, recording=recording, calls=numbers, prefix=prefix, start_s=patience_s) as bench:
        # A first batch, the same in both processes, pays for what only first calls do.
        bench.batch(1, timeout_s=patience_s)
        bench.batch(calls, timeout_s=patience_s)
        bench.end(timeout_s=patience_s)
        report = sandbox.read(f"{sandbox.out}/callgrind.{bench.pid}", limit_bytes=scene.limits.read_bytes)
    counts = SUMMARY.findall(report or b"")
    if not counts:
        raise ContestantError("callgrind left no count of the benchmark")
    return int(counts[-1])
