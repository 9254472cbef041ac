"""Runs a suite: each task becomes a repository, `optimize` works on it, and the best solution known goes through `verify` beside it."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from codeopt.adapters.git.branch import SELF
from codeopt.adapters.git.program import Git
from codeopt.app.bench.journal import Journal
from codeopt.app.optimize import Asked, optimize
from codeopt.app.verify import verify
from codeopt.config import Settings, load_settings
from codeopt.errors import ConfigError, UsageError
from codeopt.model.bench import BenchReport, Ending, Task, TaskResult
from codeopt.model.evidence import Comparison, Outcome
from codeopt.model.report import CandidateReport, Report
from codeopt.ports import Reporter

__all__ = ["BenchRequest", "chosen", "run_suite"]

_NAMED = 8
_AS_WRITTEN = ("core.autocrlf=false", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRequest:
    """What to run: the suite's name, its tasks, the folder that keeps results, and whether best solutions are verified too."""

    suite: str
    tasks: tuple[Task, ...]
    out: Path
    with_best: bool = True


def chosen(tasks: Sequence[Task], patterns: Sequence[str]) -> tuple[Task, ...]:
    """Return the tasks that one of the patterns names; all of them where there is none.

    Raises:
        ConfigError: a pattern names none.
    """
    for pattern in patterns:
        if not any(fnmatch(task.name, pattern) for task in tasks):
            names = ", ".join(task.name for task in tasks[:_NAMED]) + (", ..." if len(tasks) > _NAMED else "")
            raise ConfigError(f"no task is named {pattern}: there are {names}")
    return tuple(task for task in tasks if not patterns or any(fnmatch(task.name, pattern) for pattern in patterns))


def run_suite(request: BenchRequest, settings: Settings, reporter: Reporter) -> BenchReport:
    """Run every task that has no result yet, one after the other, and return all results in the order of the tasks.

    Raises:
        UsageError: the folder holds another run.
        InfrastructureError: sandbox, endpoint or disk were lost; the same command goes on.
    """
    journal = Journal(request.out, settings=_fingerprint(request, settings))
    known = dict(journal.results())
    for number, task in enumerate(request.tasks, start=1):
        if task.name not in known:
            reporter.stage("task", f"{number} of {len(request.tasks)}: {task.name}")
            known[task.name], report = _result(task, settings, reporter, with_best=request.with_best)
            if report is not None:
                journal.keep(task.name, report)
            journal.add(known[task.name])
    return BenchReport(
        suite=request.suite,
        model="" if settings.model in {None, "none"} else str(settings.model_name or settings.model),
        settings=settings.public_json(),
        results=tuple(known[task.name] for task in request.tasks),
    )


def _fingerprint(request: BenchRequest, settings: Settings) -> str:
    """Name the settings, and every byte of every task."""
    tasks = {task.name: hashlib.sha256(repr(task).encode()).hexdigest()[:16] for task in request.tasks}
    return json.dumps({"suite": request.suite, "settings": json.loads(settings.public_json()), "tasks": tasks}, indent=1, sort_keys=True)


def _result(task: Task, settings: Settings, reporter: Reporter, *, with_best: bool) -> tuple[TaskResult, Report | None]:
    if task.skip:
        return TaskResult(task=task.name, ending=Ending.SKIPPED, note=task.skip), None
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeopt-bench-") as scratch:
        try:
            folder = _laid_out(task, Path(scratch) / "repo")
            report = optimize(folder, _settings_of(task, folder, settings), asked=Asked(command=("bench",)), reporter=reporter)
        except UsageError as error:
            return TaskResult(task=task.name, ending=Ending.FAILED, note=str(error), seconds=time.monotonic() - began), None
        best, note = _best(task, Path(scratch) / "best", settings, reporter) if with_best and task.best else (None, "")
    return replace(_told(task, report), best=best, note=note, seconds=time.monotonic() - began), report


def _settings_of(task: Task, folder: Path, settings: Settings) -> Settings:
    """Return the settings of the run with what the task says of itself."""
    flags: dict[str, object] = {"targets": [task.target], "workload": task.workload}
    if task.tests:
        flags["tests"] = task.tests
    return load_settings(folder, flags={**settings.model_dump(exclude_unset=True), **flags}, environ={})


def _laid_out(task: Task, folder: Path) -> Path:
    """Make the task's repository, and return its folder."""
    _write(task.files, folder)
    git = _git(folder)
    for words in (("init", "-q"), ("add", "-f", "."), ("commit", "-q", "-m", task.name)):
        git(*words)
    return folder


def _write(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    for path, data in files:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _git(folder: Path) -> Git:
    return Git(folder=folder, env=SELF, settings=_AS_WRITTEN)


def _best(task: Task, folder: Path, settings: Settings, reporter: Reporter) -> tuple[Comparison | None, str]:
    """Return the proven gain of the best solution known, in a repository of its own; without one, why there is none."""
    reporter.stage("best", task.name)
    try:
        git = _git(_laid_out(task, folder))
        _write(task.best, folder)
        git("add", "--intent-to-add", "-f", ".")
        patch = git("diff", "--binary")
        git("reset", "-q", "--hard")
        own = _settings_of(task, folder, settings).model_copy(update={"trust_patch": True})
        verdict = verify(folder, own, patch=patch, reporter=reporter).verdict
    except UsageError as error:
        return None, f"the best solution known could not be tried: {error}"
    if verdict.outcome is Outcome.FASTER:
        return verdict.comparison, ""
    return None, f"the best solution known is {verdict.outcome}: {verdict.reason}"


def _told(task: Task, report: Report) -> TaskResult:
    proven = [one for one in report.candidates if one.key in report.accepted]
    winner = max(proven, key=_gain, default=None)
    return TaskResult(
        task=task.name,
        ending=Ending.IMPROVED if winner else Ending.NOT_IMPROVED,
        gain=winner.verdict.comparison if winner else None,
        origin=_origin(winner) if winner else "",
        candidates=len(report.candidates),
        wrong=_count(report.candidates, Outcome.WRONG),
        prompt_tokens=report.cost.prompt_tokens,
        completion_tokens=report.cost.completion_tokens,
        machine=report.machine,
        sandbox=report.sandbox,
    )


def _gain(one: CandidateReport) -> float:
    return one.verdict.comparison.ratio if one.verdict.comparison else 0.0


def _origin(one: CandidateReport) -> str:
    return f"{one.origin.proposer} ({one.origin.prompt})" if one.origin.prompt else one.origin.proposer


def _count(candidates: Iterable[CandidateReport], outcome: Outcome) -> int:
    return sum(one.verdict.outcome is outcome for one in candidates)
