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
from codeopt.app.bench.history import files_of
from codeopt.app.bench.journal import Journal
from codeopt.app.optimize import Asked, optimize
from codeopt.app.verify import verify
from codeopt.config import Settings, load_settings
from codeopt.errors import ConfigError, InstallError, UsageError
from codeopt.model.bench import BenchReport, Ending, Scope, Task, TaskResult
from codeopt.model.evidence import Comparison, Outcome, Verdict
from codeopt.model.report import CandidateReport, Report
from codeopt.ports import Reporter

__all__ = ["BenchRequest", "chosen", "run_suite"]

_NAMED = 8
# How many functions are tried where a task names none, unless the settings say.
_TARGETS = 2
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
        except (UsageError, InstallError) as error:
            failed = TaskResult(task=task.name, ending=Ending.FAILED, note=_noted(task.note, str(error)))
            return replace(failed, seconds=time.monotonic() - began), None
        result = _told(task, report)
        if with_best and task.best:
            result = _with_best(task, result, Path(scratch) / "best", settings, reporter)
    return replace(result, seconds=time.monotonic() - began), report


def _settings_of(task: Task, folder: Path, settings: Settings) -> Settings:
    """Return the settings of the run with what the task says of itself."""
    flags: dict[str, object] = {**settings.model_dump(exclude_unset=True), "workload": task.workload}
    if task.target:
        flags["targets"] = [task.target]
    else:
        flags.setdefault("max_targets", _TARGETS)
    if task.tests:
        flags["tests"] = task.tests
    if task.tests_may_fail:
        flags["allow_failing_tests"] = True
    return load_settings(folder, flags=flags, environ={})


def _laid_out(task: Task, folder: Path, *, with_new: bool = False) -> Path:
    """Make the task's repository, and return its folder; `with_new` adds, empty, the files that only the best solution known has."""
    if task.base is not None:
        _write(files_of(task.base), folder)
    _write(task.files, folder)
    if with_new:
        _write([(path, b"") for path, _ in task.best if not (folder / path).exists()], folder)
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


def _with_best(task: Task, result: TaskResult, folder: Path, settings: Settings, reporter: Reporter) -> TaskResult:
    """Add the proven gain of the best solution known, in a repository of its own; without one, why there is none."""
    reporter.stage("best", task.name)
    try:
        # A patch edits files that are there.
        git = _git(_laid_out(task, folder, with_new=True))
        _write(task.best, folder)
        patch = git("diff", "--binary")
        git("reset", "-q", "--hard")
        own = _settings_of(task, folder, settings).model_copy(update={"trust_patch": True})
        verdict = verify(folder, own, patch=patch, reporter=reporter).verdict
    except UsageError as error:
        return replace(result, note=_noted(result.note, f"the best solution known could not be tried: {error}"))
    if verdict.outcome is Outcome.FASTER:
        best, scope = _figure(task, verdict)
        return replace(result, best=best, best_of=scope)
    return replace(result, note=_noted(result.note, f"the best solution known is {verdict.outcome}: {verdict.reason}"))


def _noted(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _figure(task: Task, verdict: Verdict) -> tuple[Comparison | None, Scope]:
    """Return what a proven verdict counts with: the whole workload's ratio where the task names no function, else the function's."""
    if not task.target and verdict.workload is not None:
        return verdict.workload, Scope.WORKLOAD
    return verdict.comparison, Scope.FUNCTION


def _told(task: Task, report: Report) -> TaskResult:
    proven = [one for one in report.candidates if one.key in report.accepted]
    gain, scope, origin = _gained(task, report, proven)
    return TaskResult(
        task=task.name,
        ending=Ending.IMPROVED if proven else Ending.NOT_IMPROVED,
        gain=gain,
        gain_of=scope,
        origin=origin,
        candidates=len(report.candidates),
        wrong=_count(report.candidates, Outcome.WRONG),
        prompt_tokens=report.cost.prompt_tokens,
        completion_tokens=report.cost.completion_tokens,
        machine=report.machine,
        sandbox=report.sandbox,
        note=task.note,
    )


def _gained(task: Task, report: Report, proven: Sequence[CandidateReport]) -> tuple[Comparison | None, Scope, str]:
    """Return the best that was proven, and by whom; all patches together where the task names no function and they were proven so."""
    together = report.combined
    if not task.target and together is not None and together.verdict.accepted and together.workload is not None:
        return together.workload, Scope.WORKLOAD, ", ".join(dict.fromkeys(map(_origin, proven)))
    figures = [(*_figure(task, one.verdict), _origin(one)) for one in proven]
    return max(figures, key=lambda figure: _ratio(figure[0]), default=(None, Scope.FUNCTION, ""))


def _ratio(comparison: Comparison | None) -> float:
    return comparison.ratio if comparison else 0.0


def _origin(one: CandidateReport) -> str:
    return f"{one.origin.proposer} ({one.origin.prompt})" if one.origin.prompt else one.origin.proposer


def _count(candidates: Iterable[CandidateReport], outcome: Outcome) -> int:
    return sum(one.verdict.outcome is outcome for one in candidates)
