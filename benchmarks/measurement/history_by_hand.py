"""What a commit really does to a benchmark, measured without codeopt: a few lines that anyone can read.

Processes of base and head alternate, each pinned to one core and timed by its processor time; of each the fastest of some batches
counts, and of each side both the fastest and the median process. The interpreter must have what the repository needs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from history_cases import Case, Range, git

__all__ = ["Truth", "measure_by_hand"]

PROGRAM = """
import sys, time
setup, statement = sys.argv[1:]
exec(setup)
exec("def _run(_count):\\n for _ in range(_count):\\n  " + "\\n  ".join(statement.splitlines()))
_run(1)
_count = 1
while True:
    _start = time.process_time()
    _run(_count)
    if time.process_time() - _start > 0.04:
        break
    _count *= 2
_times = []
for _ in range(6):
    _start = time.process_time()
    _run(_count)
    _times.append((time.process_time() - _start) / _count)
print(min(_times))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Time at base over time at head: of the fastest processes, of the median ones, and the least and greatest of pairs."""

    fastest: float
    median: float
    low: float
    high: float
    base_s: float


def measure_by_hand(case: Case, span: Range, folder: Path, *, python: str, pairs: int = 8) -> Truth:
    """Return what the change does to the case's statement; `folder` takes the two trees.

    Raises:
        subprocess.CalledProcessError: the statement fails.
    """
    trees = {side: _tree(span, commit, folder / side) for side, commit in (("base", span.base), ("head", span.head))}
    for path in case.overlay:
        subprocess.run(["cp", "-rT", str(trees["head"] / path), str(trees["base"] / path)], check=True)
    times: dict[str, list[float]] = {"base": [], "head": []}
    for number in range(pairs):
        for side in ("base", "head") if number % 2 else ("head", "base"):
            times[side].append(_time(case, trees[side], python))
    ratios = sorted(old / new for old, new in zip(times["base"], times["head"], strict=True))
    return Truth(
        fastest=min(times["base"]) / min(times["head"]),
        median=statistics.median(times["base"]) / statistics.median(times["head"]),
        low=ratios[0],
        high=ratios[-1],
        base_s=min(times["base"]),
    )


def _tree(span: Range, commit: str, folder: Path) -> Path:
    git(span.folder, "worktree", "add", "--quiet", "--detach", str(folder), commit)
    _version_file(folder)
    return folder


def _version_file(folder: Path) -> None:
    """Write the version that the build of a package would have written."""
    for package in folder.glob("src/*/__init__.py"):
        if "_version" in package.read_text(encoding="utf-8") and not package.with_name("_version.py").exists():
            package.with_name("_version.py").write_text('__version__ = "0"\n', encoding="utf-8")


def _time(case: Case, tree: Path, python: str) -> float:
    roots = [str(root) for root in (tree / "src", tree) if root.is_dir()]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(roots), "PYTHONDONTWRITEBYTECODE": "1"}
    core = str(max(os.sched_getaffinity(0)))
    words = ["taskset", "-c", core, python, "-c", PROGRAM, case.setup, case.statement]
    ended = subprocess.run(words, cwd=tree, env=environ, check=True, capture_output=True, text=True)
    return float(ended.stdout)
