"""A small repository with benchmarks, in a local sandbox or another, for the tests of who runs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from codeopt.adapters.local import LocalProvider
from codeopt.assets import programs_dir
from codeopt.model.check import Benchmark, BenchmarkKind
from codeopt.model.work import Environment, Workload, WorkloadKind
from codeopt.ports import Sandbox, SandboxProvider
from codeopt.trial.benches import Bench, Listing, find_benches, open_bench
from codeopt.trial.scene import Limits, Scene

ENVIRONMENT = Environment(
    python="3.11", requirements=(), installs_project=False, import_roots=("src", "."), declared_by=(), key="codeopt-tests"
)
LIBRARY = '''"""What is measured."""


def double(number):
    """Return twice the number."""
    return sum(number for _ in range(2))


def busy(rounds):
    """Take a while."""
    total = 0
    for number in range(rounds):
        total += number * number
    return total


async def doubled(number):
    """Return twice the number, the asynchronous way."""
    return double(number)
'''


class Repository:
    """A repository in an open sandbox."""

    def __init__(self, scene: Scene, sandbox: Sandbox, files: Mapping[str, bytes]) -> None:
        self.scene, self.sandbox, self.files = scene, sandbox, files

    def list(self) -> Listing:
        return find_benches(self.scene, self.sandbox, tuple(self.files), self.files.__getitem__)

    def names(self) -> list[str]:
        listing = self.list()
        assert listing.problems == ()
        return [benchmark.name for benchmark in listing.benchmarks]

    def find(self, name: str) -> Benchmark:
        return next(benchmark for benchmark in self.list().benchmarks if benchmark.name == name)

    @contextmanager
    def open(self, name: str, **how: object) -> Iterator[Bench]:
        with open_bench(self.scene, self.sandbox, self.find(name), **how) as bench:
            yield bench

    @contextmanager
    def open_as(self, benchmark: Benchmark, *, name: str) -> Iterator[Bench]:
        """Open a benchmark by another name."""
        with open_bench(self.scene, self.sandbox, replace(benchmark, name=name)) as bench:
            yield bench

    @contextmanager
    def test(self, name: str) -> Iterator[Bench]:
        """Open a test that is not listed first."""
        benchmark = Benchmark(kind=BenchmarkKind.PYTEST, name=name, path=name.partition("::")[0])
        with open_bench(self.scene, self.sandbox, benchmark) as bench:
            yield bench


def lay_out(root: Path, files: Mapping[str, str]) -> dict[str, bytes]:
    every = {"lib.py": LIBRARY, **files}
    for path, text in every.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return {path: text.encode() for path, text in every.items()}


@contextmanager
def repository(root: Path, files: Mapping[str, str], *, provider: SandboxProvider | None = None) -> Iterator[Repository]:
    """Open a repository of these files, and `lib.py`."""
    data = lay_out(root, files)
    provider = provider or LocalProvider(root, programs_dir())
    try:
        provider.prepare(ENVIRONMENT)
        scene = Scene(
            provider=provider,
            environment=ENVIRONMENT,
            workload=Workload(kind=WorkloadKind.TESTS, argv=("python", "-m", "pytest")),
            tests=("python", "-m", "pytest"),
            files=data,
            limits=Limits(call_s=20.0),
        )
        with provider.open({}) as sandbox:
            yield Repository(scene, sandbox, data)
    finally:
        provider.close()
