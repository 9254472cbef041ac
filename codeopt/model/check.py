"""Nouns of `codeopt check`: benchmarks, what became of each between two commits, and the report of them all."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from codeopt.model.code import TargetName
from codeopt.model.evidence import Comparison, Machine, Measurement, Outcome

__all__ = ["Benchmark", "BenchmarkKind", "BenchmarkReport", "CheckReport", "Culprit", "PeakMemory", "Revision"]


class BenchmarkKind(enum.StrEnum):
    """What a benchmark is written for, or made of."""

    PYTEST = "pytest"
    ASV = "asv"
    PYPERF = "pyperf"
    COMMAND = "command"
    CALLS = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One benchmark of a repository.

    `name` is unique among those of its kind: a pytest id, `module.Class.time_method(param, ...)` of asv, the name that a pyperf script
    gives, the words of a command, or the address of a function whose recorded calls are timed. `path` and `line` say where it is written;
    empty and 0 where that is nowhere.
    """

    kind: BenchmarkKind
    name: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """A function in which a slower benchmark spends more time than before: own seconds per call of the benchmark, callees left out.

    `line` is where it stands at head, `changed` says whether the change edits it.
    """

    name: TargetName
    line: int
    old_own_s: float
    new_own_s: float
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakMemory:
    """The most memory that the benchmark's process took at once, beyond what it held before, in bytes; medians over pairs."""

    old_bytes: int
    new_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkReport:
    """What became of a benchmark between base and head.

    `outcome`: SLOWER is a regression, FASTER an improvement, NOT_PROVEN no difference that is shown and large enough; WRONG fails at
    head and not at base; UNVERIFIABLE cannot be compared. `comparison` is base time over head time (0.5: head takes twice as long),
    `pairs` are the measurements that it rests on, in seconds per call. `instructions` is base over head, counted rather than timed; None
    where it was not. `first_bad` is the commit that brought a regression, where it was looked for.
    """

    benchmark: Benchmark
    outcome: Outcome
    reason: str
    comparison: Comparison | None = None
    pairs: tuple[Measurement, ...] = ()
    memory: PeakMemory | None = None
    instructions: float | None = None
    cause: tuple[Culprit, ...] = ()
    first_bad: str = ""

    def __post_init__(self) -> None:
        """Restore tuples, and make a claim without its comparison impossible to build."""
        object.__setattr__(self, "pairs", tuple(self.pairs))
        object.__setattr__(self, "cause", tuple(self.cause))
        claims = {Outcome.SLOWER: lambda seen: seen.high < 1.0, Outcome.FASTER: lambda seen: seen.low > 1.0}
        holds = claims.get(self.outcome)
        if holds is not None and (self.comparison is None or not holds(self.comparison)):
            msg = f"{self.outcome} needs a comparison whose interval lies on its side of 1"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One side of a check: what the user called it, and the full name of its commit; `dirty` is a working tree that differs from it."""

    name: str
    commit: str
    dirty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All that a check has to say.

    `max_slowdown` is the ratio new/old from which a proven slowdown fails the check (1.03 is 3%). `confidence` holds over all benchmarks
    together. `unreached` are benchmarks that the change cannot reach and that were not run, `skipped` those that could not be compared,
    with the reason; `seconds` is wall time. `prefix` is the way from the root of the checkout to the folder that was checked (`""`, or
    ending in `/`): paths are in that folder.
    """

    base: Revision
    head: Revision
    outcome: Outcome
    reason: str
    benchmarks: tuple[BenchmarkReport, ...]
    unreached: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    max_slowdown: float
    confidence: float
    machine: Machine
    sandbox: str
    notes: tuple[str, ...]
    seconds: float
    repository: str = ""
    prefix: str = ""

    @property
    def holds(self) -> bool:
        """Whether what was asked for holds: nothing became slower, and nothing broke."""
        return self.outcome in {Outcome.FASTER, Outcome.NOT_PROVEN}
