"""SWE-fficiency (github.com/swefficiency/swefficiency) as a suite, from the user's checkout and clones: nothing of it is part of codeopt.

A task is a pull request that made a project faster: the project as it was before, with the suite's script as the workload. Nobody says
which function is slow. The best solution known is what the pull request did to Python files that measure nothing: no tests, no benchmarks.
The tests are those that it changed, and those about the modules that it changed, as they were before.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from codeopt.adapters.git.program import Git
from codeopt.app.bench.history import Change, History
from codeopt.errors import ConfigError, RepositoryError
from codeopt.model.bench import Commit, Task
from codeopt.trial.yardstick import is_test_module, is_yardstick

__all__ = ["swefficiency_tasks"]

WORKLOADS = "predictions/workload_generation/workload_generation.jsonl"
SCRIPT = "codeopt_workload.py"
_WAY_OUT = "give a checkout of SWE-fficiency with --root"
_INSTANCE = re.compile(r"(?P<owner>[\w.-]+?)__(?P<project>[\w.-]+)-(?P<number>\d+)")
# What is compiled, or made into what is: a solution without its part in these is another one.
_COMPILED = frozenset({".c", ".cc", ".cpp", ".cxx", ".f", ".f90", ".h", ".hpp", ".pxd", ".pxi", ".pyx", ".rs"})


def swefficiency_tasks(root: Path, *, projects: Path | None) -> tuple[Task, ...]:
    """Return the workloads of a checkout, bare or not, in its order; those whose project is not among the clones are skipped, and say so.

    `projects` holds git clones, bare or not: of sympy/sympy as `sympy`, `sympy__sympy` or either with `.git`.

    Raises:
        ConfigError: this is no checkout of SWE-fficiency.
        RepositoryError: a clone cannot be read.
    """
    history = cache(History)
    return tuple(_task(name, script, projects, history) for name, script in _workloads(root))


def _workloads(root: Path) -> Iterator[tuple[str, str]]:
    known = set()
    for number, line in enumerate(_text(root).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{root / WORKLOADS}, line {number}"
        try:
            told = json.loads(line)
            # some were never written: null
            name, script = told["instance_id"], told["workload"] or ""
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(f"{where}: is no workload ({type(error).__name__}: {error}): {_WAY_OUT}") from None
        if not isinstance(script, str) or not isinstance(name, str) or not _INSTANCE.fullmatch(name) or name in known:
            raise ConfigError(f"{where}: has no text as its workload, or no instance_id of its own like sympy__sympy-1: {_WAY_OUT}")
        known.add(name)
        yield name, script


def _text(root: Path) -> str:
    path = root / WORKLOADS
    try:
        data = path.read_bytes() if path.exists() or not root.is_dir() else Git(folder=root)("show", f"HEAD:{WORKLOADS}")
        return data.decode()
    except (OSError, RepositoryError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}): {_WAY_OUT}") from None


def _task(name: str, script: str, projects: Path | None, history: Callable[[Path], History]) -> Task:
    task = Task(name=name, files=((SCRIPT, script.encode(errors="replace")),), target="", workload=f"python {SCRIPT}", tests_may_fail=True)
    if not script:
        return replace(task, skip="the suite has no workload for it")
    full, _, number = name.rpartition("-")
    clone = _clone(projects, full) if projects is not None else None
    if clone is None:
        return replace(task, skip=f"no clone of {full.partition('__')[2]} in {projects or '--dataset'}")
    past = history(clone)
    merge = past.merges.get(int(number))
    if merge is None:
        return replace(task, skip=f"no commit of {clone} merges pull request {number}: fetch all of its main branch")
    changes = past.changes(merge)
    sources = [change for change in changes if change.path.endswith(".py") and not is_yardstick(change.path, ())]
    tests = _tests(past, past.blobs(merge.base), changes, sources)
    lacks = _why_not_best(changes, sources)
    return replace(
        task,
        base=Commit(name=merge.base, clone=clone),
        tests=shlex.join(("python", "-m", "pytest", "-q", *tests)) if tests else "",
        best=() if lacks else past.contents({change.path: change.blob for change in sources}),
        note=f"no best solution: the pull request {lacks}" if lacks else "",
    )


def _clone(projects: Path, full: str) -> Path | None:
    names = (full.partition("__")[2], full)
    return next((projects / f"{name}{end}" for name in names for end in ("", ".git") if (projects / f"{name}{end}").is_dir()), None)


def _why_not_best(changes: Sequence[Change], sources: Sequence[Change]) -> str:
    """Say why what the pull request did is no solution that a verdict can be given on; empty where it is one."""
    compiled = [change.path for change in changes if not _COMPILED.isdisjoint(PurePosixPath(change.path).suffixes)]
    gone = [change.path for change in sources if change.status == "D"]
    odd = [change.path for change in sources if not change.regular]
    reasons = (("changes", compiled, ", which is compiled"), ("deletes", gone, ""), ("makes", odd, " something else than a plain file"))
    found = next((f"{verb} {paths[0]}{end}" for verb, paths, end in reasons if paths), "")
    return found or ("" if sources else "changes no Python file but those that measure")


def _tests(past: History, existing: Mapping[str, str], changes: Sequence[Change], sources: Sequence[Change]) -> list[str]:
    """Return the test modules of the original that are about what was changed."""
    found = {change.path for change in changes if is_test_module(change.path) and change.path in existing}
    modules = [PurePosixPath(change.path) for change in sources if change.path in existing]
    return sorted(found.union(*(_tests_beside(past, existing, module) for module in modules)))


def _tests_beside(past: History, existing: Mapping[str, str], module: PurePosixPath) -> Collection[str]:
    """Return the test modules in a folder of tests beside a module: its namesake, else those that speak of it, else all.

    Of those that speak of it the ones whose names begin like the namesake's are enough: tests/test_commonmatrix.py for common.py.
    """
    folders = {module.parent / name for name in ("tests", "test")}
    beside = {path: blob for path, blob in existing.items() if is_test_module(path) and PurePosixPath(path).parent in folders}
    named = [path for path in beside if PurePosixPath(path).stem == f"test_{module.stem}"]
    if named:
        return named
    spoken = re.compile(rf"\b{re.escape(f'{module.parent.name}.{module.stem}'.strip('.'))}\b".encode())
    about = [path for path, text in past.contents(beside) if spoken.search(text)]
    return [path for path in about if PurePosixPath(path).name.startswith(f"test_{module.stem}")] or about or list(beside)
