"""Nouns of benchmark suites: tasks, what became of them, and how a suite is summed up."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from codeopt.model.evidence import Comparison, Machine

__all__ = ["BenchReport", "Ending", "Task", "TaskResult"]


class Ending(enum.StrEnum):
    """What became of a task; FAILED says that codeopt could not work on it, SKIPPED that something it needs is not there."""

    IMPROVED = "improved"
    NOT_IMPROVED = "not improved"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One function to be made faster, as a repository of its own: (path, bytes) of its files.

    `best` are the files that the best solution known has instead; empty where none is known. `tests` is empty where they are found as
    in any repository. `skip` says why the task cannot be tried here.
    """

    name: str
    files: tuple[tuple[str, bytes], ...]
    target: str
    workload: str
    tests: str = ""
    best: tuple[tuple[str, bytes], ...] = ()
    skip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What a run of codeopt came to on a task: `gain` and `best` are confirmed ratios of the function's time, None without proof.

    `wrong` counts the candidates that were stopped because they behave differently; `machine` and `sandbox` are where it was measured;
    `note` says in a line what else there is to say.
    """

    task: str
    ending: Ending
    gain: Comparison | None = None
    best: Comparison | None = None
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
