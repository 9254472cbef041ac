"""What `sandbox/programs/bench.py` may say, and what the host makes of it: messages are data, and what else comes breaks the protocol."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from codeopt.errors import ContestantError

__all__ = ["BenchMessage", "BenchSkippedError", "Place", "Reach", "SampledRow", "Samples", "parse_bench_message"]

Place = tuple[str, int, str]
"""Where a piece of code stands: path in the tree, first line, name."""


class BenchSkippedError(ContestantError):
    """The benchmark does not want to run here, as its author says; or it is one that cannot be timed this way."""


class BenchMessage(BaseModel):
    """One message; each has the fields of one kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
    benchmarks: list[tuple[str, str, int]] | None = None
    problems: list[str] = []
    ready: int | None = None
    most: int | None = None
    planned: int | None = None
    collects: bool = True
    prepared: int | None = None
    done: int | None = None
    reached: list[Place] | None = None
    files: list[str] = []
    sampled: float | None = None
    samples: int = 0
    rows: list[tuple[str, int, str, float, float]] = []
    outcomes: list[str] | None = None
    ended: int | None = None
    failed: str | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one call of a benchmark ran, and which files of the tree its process has imported; paths are in the tree.

    Code that ran only while modules were imported is not among the functions.
    """

    functions: tuple[Place, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledRow:
    """A function's share of what was sampled: `own_s` without, `total_s` with the functions of the tree that it calls."""

    place: Place
    own_s: float
    total_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Where the time of calls went: `seconds` of all of them, looked at `samples` times."""

    seconds: float
    samples: int
    rows: tuple[SampledRow, ...]


def parse_bench_message(frame: bytes) -> BenchMessage:
    """Return what a frame says.

    Raises:
        BenchSkippedError: it says that the benchmark does not want to run.
        ContestantError: it says that the benchmark fails, or breaks the protocol.
    """
    try:
        message = BenchMessage.model_validate_json(frame)
    except ValidationError as error:
        raise ContestantError(f"the benchmark's process broke the protocol: {error.errors()[0]['msg']}") from None
    if message.skipped is not None:
        raise BenchSkippedError(_line(message.skipped))
    if message.failed is not None:
        raise ContestantError(_line(message.failed))
    return message


def _line(text: str) -> str:
    return " ".join(text.split())[:400]
