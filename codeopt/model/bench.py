"""Nouns of benchmark suites: tasks, what became of them, and how a suite is summed up."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from pathlib import Path

from codeopt.model.evidence import Comparison, Machine

__all__ = ["BenchReport", "Commit", "Ending", "Scope", "Task", "TaskResult"]


class Ending(enum.StrEnum):
    """What became of a task; FAILED says that codeopt could not work on it, SKIPPED that something it needs is not there."""

    IMPROVED = "improved"
    NOT_IMPROVED = "not improved"
    FAILED = "failed"
    SKIPPED = "skipped"


class Scope(enum.StrEnum):
    """Whose time a ratio is of: the function that was changed, or the whole workload from its start to its end."""

    FUNCTION = "function"
    WORKLOAD = "workload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit in a git repository of this machine. Its name says all of what is in it: where it lies makes no other task."""

    name: str
    clone: Path = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be made faster, as a repository of its own: (path, bytes) of its files, on top of those of `base` where there is one.

    `target` is the function; empty where codeopt is to choose by the profile: then ratios are of the whole workload. `best` are the files
    that the best solution known has instead or besides; empty where none is known. `tests` is empty where they are found as in any
    repository; `tests_may_fail` says that some may fail before any patch. `skip` says why the task cannot be tried here, `note` what
    else there is to say of it.
    """

    name: str
    files: tuple[tuple[str, bytes], ...]
    target: str
    workload: str
    tests: str = ""
    best: tuple[tuple[str, bytes], ...] = ()
    base: Commit | None = None
    tests_may_fail: bool = False
    skip: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What a run of codeopt came to on a task: `gain` and `best` are confirmed ratios, None without proof, of what their scopes say.

    `wrong` counts the candidates that were stopped because they behave differently; `machine` and `sandbox` are where it was measured;
    `note` says in a line what else there is to say.
    """

    task: str
    ending: Ending
    gain: Comparison | None = None
    best: Comparison | None = None
    gain_of: Scope = Scope.FUNCTION
    best_of: Scope = Scope.FUNCTION
    origin: str = ""
    candidates: int = 0
    wrong: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    machine: Machine | None = None
    sandbox: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Make an improvement without its proof impossible to build."""
        if (self.ending is Ending.IMPROVED) != (self.gain is not None):
            msg = f"{self.task}: {self.ending} does not go with {self.gain}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """A suite that was run: by what (`model` is empty for the rules alone), with which results; `settings` is JSON."""

    suite: str
    model: str
    settings: str
    results: tuple[TaskResult, ...]

    @property
    def places(self) -> tuple[tuple[Machine, str], ...]:
        """The machines and sandboxes on which results were measured, in their order; more than one are not to be compared."""
        return tuple(dict.fromkeys((result.machine, result.sandbox) for result in self.results if result.machine is not None))
