"""Nouns of running: workloads, commands, results, budgets, recorded calls and profiles."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from codeopt.model.code import TargetName

__all__ = [
    "Attempt",
    "Budget",
    "CallSite",
    "Command",
    "Environment",
    "ExecResult",
    "Profile",
    "ProfileRow",
    "Recording",
    "SuiteRun",
    "Workload",
    "WorkloadKind",
]


class WorkloadKind(enum.StrEnum):
    """Where a workload came from."""

    COMMAND = "command"
    BENCHMARKS = "benchmarks"
    TESTS = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What the time is measured on: an argument list, run at the root of the repository. `python` as its first word means the sandbox's."""

    kind: WorkloadKind
    argv: tuple[str, ...]

    def __post_init__(self) -> None:
        """Restore tuples, and reject an empty command."""
        object.__setattr__(self, "argv", tuple(self.argv))
        if not self.argv:
            msg = "a workload needs a command"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What has to be installed before the repository's code runs, and where it lies in the tree.

    `requirements` are pip arguments in order; `installs_project` says whether the repository itself is installed (editable,
    without its dependencies); `import_roots` are folders, relative to the tree, that go onto the import path. `declared_by` maps the
    path of each file that declares a dependency to its SHA-256; `key` names the image.
    """

    python: str
    requirements: tuple[str, ...]
    installs_project: bool
    import_roots: tuple[str, ...]
    declared_by: tuple[tuple[str, str], ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program to run in a sandbox.

    `cwd` is relative to the tree. `env` is added to the sandbox's own clean environment; nothing of the host's is passed on.
    Output past `output_limit_bytes` (stdout and stderr together) is dropped.
    """

    argv: tuple[str, ...]
    timeout_s: float
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = "."
    stdin: bytes = b""
    output_limit_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecResult:
    """What a command did: `status` is None when it was killed for time. `seconds` is wall time on the host's clock."""

    status: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool = False
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether the command ended by itself with status 0."""
        return self.status == 0 and not self.timed_out


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """An edge that the profiler saw: `caller` called `callee` for `seconds`."""

    caller: TargetName
    callee: TargetName
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """A function's time: `own_s` in its own lines, `total_s` with everything it called; `lines` holds (line, own seconds)."""

    name: TargetName
    own_s: float
    total_s: float
    lines: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Where the time of a workload goes; only functions of the repository have rows, `total_s` is everything sampled."""

    total_s: float
    samples: int
    rows: tuple[ProfileRow, ...]
    edges: tuple[CallSite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The calls that a workload made of a target.

    `data` is opaque to the host: it is written by the recorder and read by workers, both in sandboxes. `calls` are kept in it,
    `seen` were made and took `seconds`, `skipped` says why others could not be kept (reason, number).
    """

    name: TargetName
    calls: int
    seen: int
    skipped: tuple[tuple[str, int], ...]
    data: bytes
    seconds: float = 0.0

    @property
    def each_s(self) -> float:
        """The time of a call, on average."""
        return self.seconds / max(1, self.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """What the repository's tests did: `outcomes` maps test id to `passed`, `failed`, `skipped`, `xfailed`, `xpassed`, `error` or `lost`.

    Empty `outcomes` with status 0 means a runner that does not report per test. `faults` (kind, a few words) says where the report
    contradicts itself.
    """

    status: int | None
    outcomes: tuple[tuple[str, str], ...]
    seconds: float
    tail: str
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may cost. `seconds` is wall time; `candidates` and `rounds` are per target."""

    seconds: float
    candidates: int = 24
    rounds: int = 3
    targets: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An earlier candidate as the proposer is told of it: its diff, the verdict's outcome and reason, its ratio if measured.

    `code` is the target function as the candidate leaves it; empty where it cannot be shown alone. `timings` are its lines on which its
    time is spent now, each with its share; empty where that was not looked at.
    """

    key: str
    diff: str
    outcome: str
    reason: str
    ratio: float | None
    code: str = ""
    timings: tuple[str, ...] = ()
