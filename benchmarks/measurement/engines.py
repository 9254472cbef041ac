"""The seam to codeopt: all that the study knows of it is here.

A comparison is what `codeopt check` does with one benchmark that may have changed, by the same code: the benchmark is found in the tree,
calibrated at base, and raced by `codeopt.app.check.races.raced`, which races a control before it claims anything. One provider of sandboxes
serves a whole study. Without the control, claims take half the time, and there are at least as many: a control can only withdraw one.

Any proven difference counts (`max_slowdown` 1): that is the strictest a user can ask for, and the default of 3% can be read off the
ratios afterwards.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from peers import Toolbox
from subjects import REQUIREMENTS, Pair, requirements

from codeopt.adapters.docker import DockerProvider
from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.adapters.local import LocalProvider
from codeopt.app.check.lanes import Entry, Lane
from codeopt.app.check.races import Lanes, Ready, attempt, raced
from codeopt.assets import programs_dir
from codeopt.config import Settings
from codeopt.model.check import Benchmark, BenchmarkReport
from codeopt.model.evidence import Machine, Measurement
from codeopt.model.work import Workload, WorkloadKind
from codeopt.ports import SandboxProvider
from codeopt.trial.benches import find_benches
from codeopt.trial.contest import calibrated
from codeopt.trial.environment import detect_environment
from codeopt.trial.scene import Limits, Scene

__all__ = ["Engine", "Result", "open_engine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What codeopt says of two versions: `outcome` is FASTER, SLOWER, NOT_PROVEN or UNVERIFIABLE, `ratio` old time over new time.

    `ratio`, `low` and `high` are None where nothing could be compared. `seconds` is everything: opening, calibration and the race.
    """

    outcome: str
    reason: str
    ratio: float | None
    low: float | None
    high: float | None
    clock: str
    pairs: tuple[Measurement, ...]
    seconds: float


@dataclass(slots=True, kw_only=True)
class Engine:
    """codeopt with one provider of sandboxes, and with a control beside each race or without; made by `open_engine`."""

    provider: SandboxProvider
    scene: Scene
    control: bool
    found: dict[str, Benchmark] = field(default_factory=dict)

    def machine(self) -> Machine:
        """Say what is measured on."""
        return self.provider.machine()

    def compare_versions(self, pair: Pair, *, budget_s: float, seed: int) -> Result:
        """Compare two versions of a subject.

        Raises:
            CodeoptError: a sandbox was lost, or the subject does not run.
        """
        start = time.perf_counter()
        settings = Settings(benchmark_budget=budget_s, max_slowdown=1.0, seed=seed)
        with self.lanes(pair) as lanes:
            ready = self._ready(lanes.base, pair)
            if self.control:
                (report,) = raced(lanes, [ready], settings, RecordingReporter())
            else:
                report = attempt(ready, settings, sides=(lanes.base, lanes.head), confidence=settings.confidence, part="confirm")
        return _result(report, time.perf_counter() - start)

    def search(self, pair: Pair, *, candidates: int, budget_s: float, seed: int) -> list[Result]:
        """Compare as many times at once as there are candidates: all are screened, what looks changed is raced again on fresh pairs.

        Settings are the defaults. The seconds of all stand with the first.

        Raises:
            CodeoptError: as above.
        """
        start = time.perf_counter()
        with self.lanes(pair) as lanes:
            ready = [self._ready(lanes.base, pair)] * candidates
            reports = raced(lanes, ready, Settings(benchmark_budget=budget_s, seed=seed), RecordingReporter())
        seconds = [time.perf_counter() - start] + [0.0] * (candidates - 1)
        return [_result(report, each) for report, each in zip(reports, seconds, strict=True)]

    @contextmanager
    def lanes(self, pair: Pair) -> Iterator[Lanes]:
        """Open both versions, and base once more."""
        with ExitStack() as stack:
            base, head, control = (
                Lane(scene=self.scene, sandbox=stack.enter_context(self.provider.open(files, cores=1)))
                for files in (pair.base, pair.head, pair.base)
            )
            yield Lanes(base=base, head=head, control=control)

    def entry(self, lane: Lane, pair: Pair) -> Entry:
        """Return the one benchmark of a subject, as codeopt finds it; it is looked for once.

        Raises:
            ValueError: codeopt does not find exactly one.
        """
        name = pair.subject.name
        if name not in self.found:
            # A pyperf script starts in a third of the time that a test takes: more pairs for the same budget.
            paths = [path for path in pair.base if path != "tests/test_bench.py"]
            listing = find_benches(self.scene, lane.sandbox, paths, pair.base.__getitem__)
            if len(listing.benchmarks) != 1:
                raise ValueError(f"{name}: codeopt finds {listing.benchmarks}, {listing.problems}")
            (self.found[name],) = listing.benchmarks
        return Entry(benchmark=self.found[name])

    def _ready(self, lane: Lane, pair: Pair) -> Ready:
        entry = self.entry(lane, pair)
        with lane.bench(entry) as bench:
            bench.batch(1)
            return Ready(entry=entry, calls=calibrated(bench))


@contextmanager
def open_engine(sandbox: str, tools: Toolbox, *, control: bool) -> Iterator[Engine]:
    """Open codeopt with `docker` or `local` sandboxes; local ones run on the toolbox's Python, which has what the subjects need.

    Raises:
        SandboxUnavailable: there is no such sandbox here.
    """
    with tempfile.TemporaryDirectory(prefix="codeopt-study-") as folder:
        snapshot = Path(folder) / "snapshot"
        snapshot.mkdir()
        (snapshot / REQUIREMENTS).write_bytes(requirements())
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        environment = detect_environment([REQUIREMENTS], lambda _: requirements(), python=python)
        if sandbox == "docker":
            made = DockerProvider(snapshot, programs_dir(), run="study")
        else:
            made = LocalProvider(snapshot, programs_dir(), python=str(tools.python))
        with closing(made) as provider:
            provider.prepare(environment)
            workload = Workload(kind=WorkloadKind.TESTS, argv=("python", "-c", ""))
            scene = Scene(provider=provider, environment=environment, workload=workload, tests=(), files={}, limits=Limits())
            yield Engine(provider=provider, scene=scene, control=control)


def _result(report: BenchmarkReport, seconds: float) -> Result:
    seen = report.comparison
    return Result(
        outcome=report.outcome.value,
        reason=report.reason,
        ratio=seen.ratio if seen else None,
        low=seen.low if seen else None,
        high=seen.high if seen else None,
        clock=seen.clock.value if seen else "",
        pairs=report.pairs,
        seconds=seconds,
    )
