"""Nouns of telling: what a run did, found and rejected."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.model.code import Target
from codeopt.model.evidence import Comparison, Machine, Verdict
from codeopt.model.patch import Origin
from codeopt.model.work import Workload

__all__ = ["CandidateReport", "Combined", "Cost", "Facts", "Report", "RunInfo", "Serving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """What a run was asked to do, as stored when it starts; `settings` is JSON of the effective settings, without secrets."""

    run: str
    repository: str
    commit: str
    dirty: bool
    started: str
    command: tuple[str, ...]
    settings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a model served a run: `seconds` in which it was asked for something, and the tokens that it wrote in them.

    `prefix_hits` is the share of prompt tokens that its prefix cache had, `accepted` that of speculated tokens which were right; None where
    the server does not say.
    """

    seconds: float
    completion_tokens: int
    prefix_hits: float | None = None
    accepted: float | None = None

    @property
    def tokens_per_s(self) -> float:
        """The tokens written in a second of being asked."""
        return self.completion_tokens / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a run besides its candidates: stored as it becomes known, so that an interrupted run can be reported too.

    `tests` sums up the original's test run, `seconds` is wall time by stage.
    """

    workload: Workload
    machine: Machine
    sandbox: str
    isolated: bool
    tests: str
    notes: tuple[str, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    finished: bool = False
    serving: Serving | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateReport:
    """One candidate in the report. `diff` is a unified diff that `git apply` takes; empty when the answer held no patch."""

    key: str
    target: Target
    origin: Origin
    diff: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was spent; `seconds` is by stage. `serving` is that of the last part of a run that was resumed."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: tuple[tuple[str, float], ...] = ()
    serving: Serving | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """All accepted patches together: whether the tests pass on their union, and what the whole workload gains."""

    verdict: Verdict
    diff: str
    workload: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a run has to say. `accepted` holds keys of `candidates`; `notes` are one-line remarks (skipped files, lost endpoints)."""

    info: RunInfo
    finished: bool
    workload: Workload
    machine: Machine
    sandbox: str
    isolated: bool
    targets: tuple[Target, ...]
    candidates: tuple[CandidateReport, ...]
    accepted: tuple[str, ...]
    cost: Cost
    tests: str = ""
    notes: tuple[str, ...] = ()
    combined: Combined | None = None
