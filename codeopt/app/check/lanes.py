"""A lane is one version in an open sandbox, and starts fresh processes of its benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from codeopt.errors import ContestantError
from codeopt.model.check import Benchmark, BenchmarkKind
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.benches import Bench, open_bench
from codeopt.trial.clock import Elapsed, Stopwatch, added
from codeopt.trial.contest import Opener, Runner
from codeopt.trial.discovery import split
from codeopt.trial.scene import Scene
from codeopt.trial.suite import last_line

__all__ = ["Entry", "Lane"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A benchmark that is to be raced; `recording` and `calls` are those of a function whose recorded calls are the benchmark."""

    benchmark: Benchmark
    recording: Recording | None = None
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One version in its sandbox."""

    scene: Scene
    sandbox: Sandbox

    def opener(self, entry: Entry) -> Opener:
        """Return what starts a fresh process of a benchmark."""

        @contextmanager
        def opened(hash_seed: int) -> Iterator[Runner]:
            if entry.benchmark.kind is BenchmarkKind.COMMAND:
                yield _Command(self, entry.benchmark.name, hash_seed)
                return
            with self.bench(entry, hash_seed=hash_seed) as bench:
                yield bench

        return opened

    @contextmanager
    def bench(self, entry: Entry, *, hash_seed: int = 0) -> Iterator[Bench]:
        """Start a fresh process of a benchmark that is no command.

        Raises:
            ContestantError: it does not get as far as its first call.
        """
        with open_bench(
            self.scene, self.sandbox, entry.benchmark, hash_seed=hash_seed, recording=entry.recording, calls=entry.calls
        ) as bench:
            yield bench


class _Command:
    """A command as a runner: each call is one run of it, on a tree that was put back."""

    def __init__(self, lane: Lane, command: str, hash_seed: int) -> None:
        self._lane = lane
        self._argv = split(command, where="the benchmark")
        self._hash_seed = hash_seed

    def batch(self, calls: int) -> Elapsed:
        """Run the command so many times.

        Raises:
            ContestantError: it fails.
        """
        return added([self._once() for _ in range(calls)])

    def _once(self) -> Elapsed:
        scene, sandbox = self._lane.scene, self._lane.sandbox
        sandbox.renew()
        command = scene.command(sandbox, self._argv, scene.limits.workload_s)
        command = replace(command, env=(*command.env, ("PYTHONHASHSEED", str(self._hash_seed))))
        watch = Stopwatch(sandbox)
        result = sandbox.run(command)
        elapsed = watch.stop()
        if not result.ok:
            ending = f"does not end within {scene.limits.workload_s:.0f} s" if result.timed_out else f"ends with status {result.status}"
            raise ContestantError(f"`{' '.join(self._argv)}` {ending}: {last_line(result)}")
        return elapsed
