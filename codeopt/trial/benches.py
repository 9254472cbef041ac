"""Talks to `sandbox/programs/bench.py`: lists the benchmarks of a repository, and sits at one of them, call by call as the host says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from codeopt.errors import ContestantError
from codeopt.model.check import Benchmark, BenchmarkKind
from codeopt.model.work import Command, Recording
from codeopt.ports import Channel, Sandbox
from codeopt.trial.bench_files import find_bench_files
from codeopt.trial.bench_messages import BenchMessage, Reach, SampledRow, Samples, parse_bench_message
from codeopt.trial.clock import Elapsed, Stopwatch, added
from codeopt.trial.loading import target_spec
from codeopt.trial.recording import pack, unpack
from codeopt.trial.scene import Scene

__all__ = ["Bench", "Listing", "find_benches", "open_bench"]

START_S = 120.0
LIFE_S = 3600.0
REACHING = 30  # a call that is looked at takes so many times as long
SHOWN_PROBLEM = 300
MOST_ALONE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The benchmarks of a repository, and what kept others from being named, one line each."""

    benchmarks: tuple[Benchmark, ...]
    problems: tuple[str, ...]


def find_benches(scene: Scene, sandbox: Sandbox, paths: Sequence[str], read: Callable[[str], bytes]) -> Listing:
    """Name the benchmarks of the tree in a sandbox: tests for pytest-benchmark and pytest-codspeed, those of asv, those of pyperf scripts.

    `paths` are the files of the repository, `read` returns the bytes of one. A name that two files give is told apart by the path.
    """
    files = find_bench_files(paths, read)
    listings = [_tests(scene, sandbox, files.tests)] if files.tests else []
    listings += [_listed(scene, sandbox, BenchmarkKind.ASV, folder, {"folder": folder}) for folder in files.folders]
    listings += [_listed(scene, sandbox, BenchmarkKind.PYPERF, script, {"path": script}) for script in files.scripts]
    found: dict[tuple[BenchmarkKind, str], Benchmark] = {}
    for benchmark in (benchmark for listing in listings for benchmark in listing.benchmarks):
        taken = (benchmark.kind, benchmark.name) in found
        named = replace(benchmark, name=f"{benchmark.path}::{benchmark.name}") if taken else benchmark
        found.setdefault((named.kind, named.name), named)
    problems = (*files.problems, *(problem for listing in listings for problem in listing.problems))
    return Listing(benchmarks=tuple(found.values()), problems=problems)


def _tests(scene: Scene, sandbox: Sandbox, files: Sequence[str]) -> Listing:
    """List files of tests in one process; where that has problems, those without a benchmark once more, each on its own.

    Files that are not meant to be collected together get in each other's way by their names.
    """
    together = _listed(scene, sandbox, BenchmarkKind.PYTEST, "the benchmarks among the tests", {"paths": list(files)})
    having = {benchmark.path for benchmark in together.benchmarks}
    lonely = [path for path in files if path not in having]
    if not together.problems or len(files) == 1 or not 0 < len(lonely) <= MOST_ALONE:
        return together
    alone = [_listed(scene, sandbox, BenchmarkKind.PYTEST, path, {"paths": [path]}) for path in lonely]
    benchmarks = (*together.benchmarks, *(benchmark for listing in alone for benchmark in listing.benchmarks))
    return Listing(benchmarks=benchmarks, problems=tuple(problem for listing in alone for problem in listing.problems))


def _listed(scene: Scene, sandbox: Sandbox, kind: BenchmarkKind, what: str, fields: Mapping[str, object]) -> Listing:
    """Return what one process lists; a process that fails is a problem with `what`."""
    try:
        with _started(scene, sandbox, {"op": "list", "kind": kind.value, **fields}) as channel:
            message = parse_bench_message(channel.receive(timeout_s=START_S))
    except ContestantError as error:
        return Listing(benchmarks=(), problems=(f"{what}: {error}",))
    benchmarks = tuple(Benchmark(kind=kind, name=name, path=path, line=line) for name, path, line in message.benchmarks or ())
    return Listing(benchmarks=benchmarks, problems=tuple(" ".join(problem.split())[:SHOWN_PROBLEM] for problem in message.problems))


class Bench:
    """A fresh process at its benchmark, ready for calls; made by `open_bench`.

    `most` is how many calls one batch of the process can hold: each may need arguments, or a setup, of its own. `planned` is how many its
    author foresaw in one process. None where that is no matter. `collects` says whether Python's garbage collector is enabled.
    """

    def __init__(self, scene: Scene, sandbox: Sandbox, channel: Channel, *, start_s: float) -> None:
        """Wait until the process has everything ready, at most so long.

        Raises:
            BenchSkippedError: the benchmark does not want to run here.
            ContestantError: it does not get as far as its first call.
        """
        self._scene = scene
        self._sandbox = sandbox
        self._channel = channel
        ready = self._expect("ready", start_s)
        self.pid = ready.ready
        self.most = None if ready.most is None else max(1, ready.most)
        self.planned = ready.planned
        self.collects = ready.collects

    def batch(self, calls: int, *, timeout_s: float | None = None) -> Elapsed:
        """Make so many calls, and say how long all of them took, by the host's clocks.

        Where the process cannot hold so many at once they are made in parts, and only the parts are timed.

        Raises:
            ContestantError: a call fails, or takes longer than `timeout_s` (`call_s` of the limits when None).
        """
        return added([self._part(count, self._patience_s(timeout_s)) for count in self._counts(calls)])

    def reach(self, *, timeout_s: float | None = None) -> Reach:
        """Make one call, and say which functions of the tree it ran and which files are imported.

        Raises:
            ContestantError: the call fails or takes too long.
        """
        self._send({"op": "reach"})
        message = self._expect("reached", self._patience_s(timeout_s) * REACHING)
        return Reach(functions=tuple(message.reached or ()), files=tuple(message.files))

    def sample(self, calls: int, *, timeout_s: float | None = None) -> Samples:
        """Make so many calls, and say in which functions of the tree their time was spent.

        Raises:
            ContestantError: a call fails or takes too long.
        """
        self._send({"op": "sample", "calls": calls})
        message = self._expect("sampled", self._patience_s(timeout_s))
        rows = tuple(SampledRow(place=(path, line, name), own_s=own, total_s=total) for path, line, name, own, total in message.rows)
        return Samples(seconds=message.sampled or 0.0, samples=message.samples, rows=rows)

    def outcomes(self, *, timeout_s: float | None = None) -> tuple[str, ...]:
        """Say how each recorded call ends: `returned`, or `raised` and the exception's type.

        Raises:
            ContestantError: it is no benchmark of recorded calls, or a call ends the process.
        """
        self._send({"op": "outcomes"})
        return tuple(self._expect("outcomes", self._patience_s(timeout_s)).outcomes or ())

    def end(self, *, timeout_s: float | None = None) -> None:
        """Let what stands behind the calls run, such as the asserts of the test around them; no calls can be made afterwards.

        Raises:
            ContestantError: it fails.
        """
        self._send({"op": "end"})
        self._expect("ended", self._patience_s(timeout_s))
        with suppress(ContestantError):  # it says nothing more, and is waited for
            self._channel.receive(timeout_s=self._patience_s(timeout_s))

    def _counts(self, calls: int) -> list[int]:
        if self.most is None or calls <= self.most:
            return [calls]
        whole, rest = divmod(calls, self.most)
        return [self.most] * whole + [rest] * bool(rest)

    def _part(self, calls: int, patience_s: float) -> Elapsed:
        self._send({"op": "batch", "calls": calls})
        self._expect("prepared", patience_s)
        watch = Stopwatch(self._sandbox)
        self._send({})
        done = self._expect("done", patience_s)
        elapsed = watch.stop()
        if done.done != calls:
            raise ContestantError(f"the benchmark's process made {done.done} calls of {calls}")
        return elapsed

    def _patience_s(self, timeout_s: float | None) -> float:
        return self._scene.limits.call_s if timeout_s is None else timeout_s

    def _send(self, message: object) -> None:
        self._channel.send(json.dumps(message).encode())

    def _expect(self, field: str, timeout_s: float) -> BenchMessage:
        message = parse_bench_message(self._channel.receive(timeout_s=timeout_s))
        if getattr(message, field) is None:
            raise ContestantError(f"the benchmark's process did not say `{field}`")
        return message


@contextmanager
def open_bench(
    scene: Scene,
    sandbox: Sandbox,
    benchmark: Benchmark,
    *,
    hash_seed: int = 0,
    recording: Recording | None = None,
    calls: Sequence[int] = (),
    prefix: Sequence[str] = (),
    start_s: float = START_S,
) -> Iterator[Bench]:
    """Start a process at a benchmark, in a sandbox that is put back first, and wait until it is ready for calls.

    A benchmark of recorded calls needs its `recording`; `calls` are the numbers of those that are made, all where there are none. The
    program is started through the words of `prefix`, such as an emulator's, and may take `start_s` to get ready.

    Raises:
        BenchSkippedError: the benchmark does not want to run here.
        ContestantError: it does not get as far as its first call.
        ValueError: it is a command, or has no recording where it needs one.
    """
    if benchmark.kind is BenchmarkKind.COMMAND or (benchmark.kind is BenchmarkKind.CALLS) != (recording is not None):
        raise ValueError(f"no process can sit at {benchmark.name}")
    spec: dict[str, object] = {"op": "run", "kind": benchmark.kind.value, "name": benchmark.name, "path": benchmark.path}
    frames: tuple[bytes, ...] = ()
    if recording is not None:
        spec |= target_spec(scene, sandbox, recording)
        every = unpack(recording).calls
        frames = (pack([every[number] for number in calls or range(len(every))]),)
    with _started(scene, sandbox, spec, *frames, hash_seed=hash_seed, prefix=prefix) as channel:
        yield Bench(scene, sandbox, channel, start_s=start_s)


@contextmanager
def _started(
    scene: Scene, sandbox: Sandbox, spec: Mapping[str, object], *frames: bytes, hash_seed: int = 0, prefix: Sequence[str] = ()
) -> Iterator[Channel]:
    sandbox.renew()
    argv = (*prefix, sandbox.python, f"{sandbox.tools}/bench.py")
    env = (("PYTHONPATH", scene.import_path(sandbox, inside=True)), ("PYTHONHASHSEED", str(hash_seed)))
    with sandbox.open_channel(Command(argv=argv, timeout_s=LIFE_S, env=env)) as channel:
        channel.send(json.dumps({"tree": sandbox.tree, "out": sandbox.out, **spec}).encode())
        for frame in frames:
            channel.send(frame)
        yield channel
