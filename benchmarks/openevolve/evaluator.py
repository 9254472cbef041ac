"""What OpenEvolve runs for each program: the task's tests, then the time of its workload in the function, both in processes of their own.

The folder of the task is in the environment (TASK_FOLDER), as is OLD_SECONDS, which was measured by the same function. A program that fails
a test is worth nothing, one that passes its speed-up. OpenEvolve imports this file by its path.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

RUNS = 3
TIMEOUT_S = 60.0
# Only the calls of the function count, as in codeopt's own figures.
TIMED = """
import runpy, sys, time, solution

name, spent = sys.argv[2], [0.0]
function = getattr(solution, name)

def timed(*args, **kwargs):
    began = time.perf_counter()
    try:
        return function(*args, **kwargs)
    finally:
        spent[0] += time.perf_counter() - began

setattr(solution, name, timed)
runpy.run_path(sys.argv[1])
print("seconds", spent[0])
"""


def evaluate(program_path: str) -> dict[str, float]:
    """Return the score of a program, as OpenEvolve asks for it."""
    folder = Path(os.environ["TASK_FOLDER"])
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "task"
        shutil.copytree(folder, copy)
        shutil.copyfile(program_path, copy / "solution.py")
        if _output(copy, ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]) is None:
            return {"combined_score": 0.0, "correct": 0.0}
        return {"combined_score": float(os.environ["OLD_SECONDS"]) / seconds(copy), "correct": 1.0}


def seconds(folder: Path) -> float:
    """Return the shortest time that a few runs of the workload spend in the function; infinite when one fails."""
    told = tomllib.loads((folder / "task.toml").read_text())
    _, script = shlex.split(told["workload"])
    outputs = [_output(folder, ["-c", TIMED, script, told["target"].rpartition("::")[2]]) for _ in range(RUNS)]
    return min(float(text.split()[-1]) if text else float("inf") for text in outputs)


def _output(folder: Path, words: list[str]) -> str | None:
    env = {**os.environ, "PYTHONPATH": "."}
    try:
        done = subprocess.run([sys.executable, *words], cwd=folder, check=False, capture_output=True, text=True, timeout=TIMEOUT_S, env=env)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None
