"""What peers say of the same two versions: with the same budget each measures old, then new, and judges by its own rule.

All of them are pinned to the last core, which is more than their users do. A tool that is not there, or that fails, is a finding of its
own: it is counted and shown, never left out.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from load import timed_core
from subjects import PINS

__all__ = ["PEERS", "Finding", "Task", "Toolbox", "find", "make_toolbox"]

THRESHOLD = 0.05
RUN_S = 0.1
COMMAND_S = 0.25
PYTEST_STARTS_S = 0.8
PYPERF_PROCESS_S = 0.6
LONGEST_S = 300
SIDES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a tool says: `outcome` is FASTER, SLOWER, NOT_PROVEN, `missing` or `failed`; `ratio` is old time over new time by its figure."""

    outcome: str
    ratio: float | None = None
    seconds: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """Where the tools are: an interpreter that has those of Python, and hyperfine; None where it is not installed."""

    python: Path
    hyperfine: str | None = field(default_factory=lambda: shutil.which("hyperfine"))

    def run(self, tree: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program on the timed core.

        Raises:
            subprocess.SubprocessError: it fails, or takes longer than anything here may.
        """
        argv = ["taskset", "-c", str(timed_core()), *words]
        return subprocess.run(argv, cwd=tree, check=check, capture_output=True, text=True, timeout=LONGEST_S)


def make_toolbox(folder: Path) -> Toolbox:
    """Make a virtual environment with the pinned tools, unless `folder` holds it already."""
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        pins = [f"{name}=={version}" for name, version in PINS.items()]
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *pins], check=True)
        done.touch()
    return Toolbox(python=python)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Two working trees, and what may be spent on both together; `scratch` is an empty folder."""

    tools: Toolbox
    old: Path
    new: Path
    scratch: Path
    budget_s: float


def find(name: str, task: Task) -> Finding:
    """Return what a peer says, and how long it took."""
    start = time.perf_counter()
    try:
        outcome, ratio, detail = PEERS[name](task)
    except _MissingError as error:
        return Finding(outcome="missing", detail=str(error))
    except (subprocess.SubprocessError, OSError, ValueError, KeyError) as error:
        output = getattr(error, "stderr", "") or ""
        return Finding(outcome="failed", seconds=time.perf_counter() - start, detail=f"{error} {output[-300:]}".strip())
    return Finding(outcome=outcome, ratio=ratio, seconds=time.perf_counter() - start, detail=detail)


class _MissingError(Exception):
    """A tool is not installed."""


Told = tuple[str, float | None, str]


def minimum_of_runs(task: Task) -> Told:
    """Run old in fresh processes for half of the budget, new as often, and compare the minima with a threshold of 5%."""
    calls = _calls(task, RUN_S)
    start = time.perf_counter()
    old = [_seconds_per_call(task, task.old, calls)]
    while time.perf_counter() - start < task.budget_s / SIDES:
        old.append(_seconds_per_call(task, task.old, calls))
    new = [_seconds_per_call(task, task.new, calls) for _ in old]
    return _by_threshold(min(old), min(new), f"{len(old)} runs of {calls} calls each")


def pytest_benchmark(task: Task) -> Told:
    """Save old, compare new with it, and let `--benchmark-compare-fail=min:5%` decide; the same rule the other way round for a speed-up."""
    longest = max(1.0, task.budget_s / SIDES - PYTEST_STARTS_S)
    storage = f"--benchmark-storage=file://{task.scratch}/storage"
    words = [str(task.tools.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_bench.py", storage]
    words += [f"--benchmark-max-time={longest:.1f}"]
    task.tools.run(task.old, *words, "--benchmark-save=old")
    compared = task.tools.run(
        task.new, *words, "--benchmark-save=new", "--benchmark-compare=0001", f"--benchmark-compare-fail=min:{THRESHOLD:.0%}", check=False
    )
    said = compared.stdout + compared.stderr
    regressed = "Performance has regressed" in said
    if compared.returncode and not regressed:
        raise ValueError(said[-300:])
    old, new = (_pytest_minimum(task.scratch / "storage", name) for name in ("old", "new"))
    outcome, ratio, detail = _by_threshold(old, new, "minimum of rounds in one process")
    if regressed != (outcome == "SLOWER"):
        raise ValueError(f"the tool says {'' if regressed else 'not '}regressed, its own figures {old} and {new} say otherwise")
    return outcome, ratio, detail


def pyperf_compare(task: Task) -> Told:
    """Run the pyperf script of old, then that of new, and take what `pyperf compare_to` calls significant."""
    processes = max(3, int(task.budget_s / SIDES / PYPERF_PROCESS_S))
    files = []
    for tree, name in ((task.old, "old"), (task.new, "new")):
        script = "perf_work.py" if (tree / "perf_work.py").exists() else "bench_work.py"
        files.append(str(task.scratch / f"{name}.json"))
        task.tools.run(tree, str(task.tools.python), script, "-q", f"--processes={processes}", "-o", files[-1])
    said = task.tools.run(task.scratch, str(task.tools.python), "-m", "pyperf", "compare_to", *files).stdout.strip()
    means = [_pyperf_mean(Path(file)) for file in files]
    word = re.search(r"(\d[\d.]*)x (faster|slower)", said)
    if word is None and not re.search(r"not significant|no change", said, re.IGNORECASE):
        raise ValueError(f"pyperf says neither: {said[-200:]}")
    outcome = word.group(2).upper() if word else "NOT_PROVEN"
    return outcome, means[0] / means[1], f"{processes} processes a side"


def hyperfine(task: Task) -> Told:
    """Time whole commands, and read its `ratio ± sigma` as it is usually read: a difference when the range excludes 1."""
    if task.tools.hyperfine is None:
        raise _MissingError("hyperfine is not installed")
    calls = _calls(task, COMMAND_S)
    commands = [f"{task.tools.python} {tree / 'run.py'} {calls}" for tree in (task.old, task.new)]
    start = time.perf_counter()
    task.tools.run(task.old, *commands[0].split())
    runs = max(3, int(task.budget_s / SIDES / (time.perf_counter() - start)) - 1)
    out = task.scratch / "hyperfine.json"
    task.tools.run(
        task.scratch, task.tools.hyperfine, "-N", "--style=none", "--warmup=1", f"--runs={runs}", f"--export-json={out}", *commands
    )
    old, new = json.loads(out.read_text())["results"]
    ratio = old["mean"] / new["mean"]
    # As it prints them: the quicker one is the reference, so the figure is at least 1, and its sigma is that of a quotient.
    figure = max(ratio, 1 / ratio)
    sigma = figure * math.hypot(old["stddev"] / old["mean"], new["stddev"] / new["mean"])
    detail = f"{figure:.3f} ± {sigma:.3f}, {runs} runs of {calls} calls a side"
    if figure - sigma <= 1:
        return "NOT_PROVEN", ratio, detail
    return ("FASTER" if ratio > 1 else "SLOWER"), ratio, detail


PEERS: dict[str, Callable[[Task], Told]] = {
    "minimum of N runs, 5%": minimum_of_runs,
    "pytest-benchmark, min:5%": pytest_benchmark,
    "pyperf compare_to": pyperf_compare,
    "hyperfine, ± sigma": hyperfine,
}


def _by_threshold(old: float, new: float, detail: str) -> Told:
    if (new - old) / old > THRESHOLD:
        return "SLOWER", old / new, detail
    if (old - new) / new > THRESHOLD:
        return "FASTER", old / new, detail
    return "NOT_PROVEN", old / new, detail


def _calls(task: Task, seconds: float) -> int:
    """Return how many calls of old fill so many seconds."""
    rough = max(1, int(0.02 / _seconds_per_call(task, task.old, 1)))
    return max(1, round(seconds / _seconds_per_call(task, task.old, rough)))


def _seconds_per_call(task: Task, tree: Path, calls: int) -> float:
    return float(task.tools.run(tree, str(task.tools.python), "run.py", str(calls)).stdout)


def _pytest_minimum(storage: Path, name: str) -> float:
    (file,) = sorted(storage.rglob(f"*_{name}.json"))
    return float(json.loads(file.read_text())["benchmarks"][0]["stats"]["min"])


def _pyperf_mean(file: Path) -> float:
    runs = json.loads(file.read_text())["benchmarks"][0]["runs"]
    values: Sequence[float] = [value for run in runs for value in run.get("values", ())]
    return sum(values) / len(values)
