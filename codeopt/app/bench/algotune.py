"""AlgoTune (github.com/oripress/AlgoTune) as a suite, from a checkout of the user's: nothing of it is part of codeopt.

A task is the file of its reference solver, with a small stand-in for what that inherits from; problems are made by its own generator at
a part of the published size. The tests are its own checker, on a copy of the file that patches do not reach. The best solution known is the
published solver of one agent, where the checkout has it: the reference then calls that.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from codeopt.errors import ConfigError
from codeopt.model.bench import Task
from codeopt.model.code import Function
from codeopt.syntax.parse import parse_file

__all__ = ["algotune_tasks"]

SEEDS = (1, 2, 3)
# Parts of the size that problems come in: what is compared call by call need not be large, and a call of many megabytes is not kept.
PARTS = (0.01, 0.1, 1.0)
# Where a module's distribution has another name, and which modules come with Python or with the stand-in.
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "ot": "POT", "pysat": "python-sat", "faiss": "faiss-cpu"}
_GIVEN = frozenset({"AlgoTuneTasks"})
_ABSENT = frozenset({"AlgoTuner"})
_IMPORT = re.compile(r"^(?:import|from) ([A-Za-z_]\w*)", re.MULTILINE)
_BASE = '''
"""Stands in for what AlgoTune's tasks inherit from: only what a solver needs."""


def register_task(name):
    """Leave the class as it is."""
    return lambda cls: cls


class Task:
    """A task without a dataset."""

    def __init__(self, **options):
        for name, value in options.items():
            setattr(self, name, value)
'''
_WORKLOAD = """
from AlgoTuneTasks.{name}.{name} import {cls}

task = {cls}()
for size in {sizes}:
    for seed in {seeds}:
        task.solve(task.generate_problem(size, seed))
"""
_TEST = """
import copy

import pytest
from AlgoTuneTasks.{name}.{name} import {cls}
from checker import {cls} as Checker


@pytest.mark.parametrize("seed", {seeds})
def test_the_checker_takes_the_answer(seed):
    problem = Checker().generate_problem({size}, seed)
    answer = {cls}().solve(copy.deepcopy(problem))
    assert Checker().is_solution(problem, answer)
"""


def algotune_tasks(root: Path, *, scale: float, agent: str = "") -> tuple[Task, ...]:
    """Return the tasks of a checkout, by name; those that need the suite's own harness are skipped, and say so.

    `scale` is the part of the published size of problems; `agent` is a folder under results/ whose solvers count as the best known.

    Raises:
        ConfigError: this is no checkout of AlgoTune, or it has no such agent.
    """
    sizes = _sizes(root)
    folders = sorted(path.parent for path in (root / "AlgoTuneTasks").glob("*/*.py") if path.stem == path.parent.name)
    if not folders:
        raise ConfigError(f"{root} is no checkout of AlgoTune: it has no AlgoTuneTasks")
    published = root / "results" / agent
    if agent and not published.is_dir():
        names = ", ".join(sorted(path.name for path in (root / "results").glob("*") if path.is_dir())[:20])
        raise ConfigError(f"{root} has no results of {agent}; it has those of {names or 'nobody'}")
    return tuple(
        _task(folder, sizes, scale=scale, published=published / folder.name / "solver.py" if agent else None) for folder in folders
    )


def _sizes(root: Path) -> Mapping[str, int]:
    report = root / "reports" / "generation.json"
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
        return {name: int(one["n"]) for name, one in told.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{report}: cannot be read ({error}): give a checkout of AlgoTune with --root") from None


def _task(folder: Path, sizes: Mapping[str, int], *, scale: float, published: Path | None) -> Task:
    name, path = folder.name, f"AlgoTuneTasks/{folder.name}/{folder.name}.py"
    source = (folder / f"{folder.name}.py").read_bytes()
    solve = _solve(path, source)
    skip = _why_not(name, source, sizes, solve)
    if skip or solve is None or solve.class_name is None:
        return Task(name=name, files=((path, source),), target=f"{path}::solve", workload="python workload.py", skip=skip)
    size = max(1, round(sizes[name] * scale))
    given = {
        "name": name,
        "cls": solve.class_name,
        "seeds": SEEDS,
        "size": size,
        "sizes": [*dict.fromkeys(max(1, round(size * part)) for part in PARTS)],
    }
    files = {
        path: source,
        "AlgoTuneTasks/base.py": _BASE.lstrip().encode(),
        "checker.py": source,
        "workload.py": _WORKLOAD.lstrip().format(**given).encode(),
        f"tests/test_{name}.py": _TEST.lstrip().format(**given).encode(),
        "requirements.txt": "".join(f"{package}\n" for package in _requirements([source])).encode(),
    }
    best: dict[str, bytes] = {}
    if published is not None and published.exists():
        solver = published.read_bytes()
        best = {path: _delegating(source, solve), "solver.py": solver}
        files["requirements.txt"] = "".join(f"{package}\n" for package in _requirements([source, solver])).encode()
    return Task(name=name, files=tuple(files.items()), target=str(solve.name), workload="python workload.py", best=tuple(best.items()))


def _solve(path: str, source: bytes) -> Function | None:
    methods = [
        one for one in parse_file(path, source).functions if one.name.qualname.endswith(".solve") and one.name.qualname.count(".") == 1
    ]
    return methods[0] if len(methods) == 1 else None


def _why_not(name: str, source: bytes, sizes: Mapping[str, int], solve: Function | None) -> str:
    if solve is None:
        return "its file has no single class with a method solve"
    if name not in sizes:
        return "the checkout publishes no size for it"
    absent = sorted(_modules([source]) & _ABSENT)
    return f"it needs the suite's own {absent[0]}" if absent else ""


def _modules(sources: Iterable[bytes]) -> set[str]:
    return {name for source in sources for name in _IMPORT.findall(source.decode(errors="replace"))}


def _requirements(sources: Iterable[bytes]) -> list[str]:
    """Return the distributions that sources import, the checker's test runner among them."""
    outside = _modules(sources) - sys.stdlib_module_names - _GIVEN - {"solver"}
    return sorted({"pytest", *(_DISTRIBUTIONS.get(name, name) for name in outside)})


def _delegating(source: bytes, solve: Function) -> bytes:
    """Return the reference's file with a `solve` that asks the published solver, which is made once."""
    parameter = solve.parameters.strip("()").split(",")[1].partition(":")[0].strip()
    body = f"return _SOLVER.solve({parameter})".encode()
    span = solve.body_span
    return source[: span.start_byte] + body + source[span.end_byte :].rstrip() + b"\n\n\nfrom solver import Solver\n\n_SOLVER = Solver()\n"
