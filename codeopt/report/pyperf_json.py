"""A check as two benchmark suites of pyperf, and such files read again: knows pyperf's file format, and what must not be mixed.

The history of our own fields (`codeopt_schema`):

1. one run for each pair of processes with one value, in seconds per call; `codeopt_version`, `codeopt_commit`, and for each benchmark
   `codeopt_clock` (`wall` or `cpu`), `codeopt_ratio` (base over head), `codeopt_low`, `codeopt_high`, `codeopt_confidence`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard

from codeopt import __version__
from codeopt.errors import UsageError
from codeopt.model.check import BenchmarkReport, CheckReport
from codeopt.model.evidence import Clock
from codeopt.report.check_prose import unique_names
from codeopt.report.json_parts import JsonObject
from codeopt.report.visible import one_line

__all__ = ["PyperfBenchmark", "PyperfSuite", "pyperf_suite", "read_pyperf", "refuse_mixed"]

SCHEMA = 1
_FORMAT = "1.0"
"""The version of pyperf's file format, which pyperf 1.0 and later write."""

_SAME = {
    "cpu_model_name": "machines",
    "cpu_count": "machines",
    "platform": "systems",
    "python_version": "Pythons",
    "codeopt_schema": "schemas",
}

Value = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class PyperfBenchmark:
    """The values of one benchmark, seconds per call, one for each pair of processes."""

    name: str
    clock: Clock
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PyperfSuite:
    """What a file holds; `conditions` are those that two files must share to be compared."""

    benchmarks: tuple[PyperfBenchmark, ...]
    conditions: tuple[tuple[str, Value], ...]


def pyperf_suite(report: CheckReport, side: Literal["base", "head"]) -> bytes:
    """Return the file of one side: the benchmarks that were measured, by the clock that each was compared by.

    pyperf itself takes no file without a benchmark.
    """
    named = zip(unique_names(report), report.benchmarks, strict=True)
    benchmarks = [_benchmark(name, one, values) for name, one in named if (values := _values(one, side))]
    suite = {"version": _FORMAT, "metadata": dict(_conditions(report, side)), "benchmarks": benchmarks}
    return json.dumps(suite, indent=1, allow_nan=False).encode() + b"\n"


def _conditions(report: CheckReport, side: str) -> Iterator[tuple[str, Value]]:
    machine = report.machine
    yield "unit", "second"
    yield "loops", 1
    # pyperf refuses a text that is empty.
    yield "python_version", one_line(machine.python.removeprefix("Python ")) or "unknown"
    yield "cpu_model_name", one_line(machine.cpu) or "unknown"
    yield "cpu_count", machine.cores
    yield "platform", one_line(machine.system) or "unknown"
    yield "codeopt_version", __version__
    yield "codeopt_schema", SCHEMA
    yield "codeopt_commit", one_line((report.base if side == "base" else report.head).commit) or "unknown"


def _values(one: BenchmarkReport, side: str) -> list[float]:
    pairs = (pair.by(_clock(one)) for pair in one.pairs)
    return [pair.old_seconds if side == "base" else pair.new_seconds for pair in pairs if pair is not None]


def _clock(one: BenchmarkReport) -> Clock:
    return one.comparison.clock if one.comparison else Clock.WALL


def _benchmark(name: str, one: BenchmarkReport, values: list[float]) -> JsonObject:
    metadata: dict[str, Value] = {"name": name, "codeopt_clock": str(_clock(one))}
    seen = one.comparison
    if seen is not None:
        figures = {"ratio": seen.ratio, "low": seen.low, "high": seen.high, "confidence": seen.confidence}
        metadata |= {f"codeopt_{field}": figure for field, figure in figures.items()}
    return {"metadata": metadata, "runs": [{"values": [value]} for value in values]}


def read_pyperf(data: bytes) -> PyperfSuite:
    """Return what a file of `pyperf_suite` holds, also after pyperf itself wrote it anew.

    Raises:
        UsageError: it is no such file, was written by another codeopt, or mixes what must not be compared.
    """
    try:
        suite = json.loads(data)
    except (ValueError, RecursionError):
        suite = None
    if not isinstance(suite, dict) or suite.get("version") != _FORMAT:
        raise UsageError(f"not a pyperf file of format {_FORMAT}: give one that codeopt check --pyperf wrote")
    common = _metadata(suite)
    read = [_read_benchmark(entry, common) for entry in _list(suite, "benchmarks")]
    conditions = {_conditions_of(metadata) for _, found in read for metadata in found} or {_conditions_of(common)}
    if len(conditions) > 1:
        raise UsageError("the pyperf file mixes runs of different machines, Pythons or systems: measure all in one check")
    return PyperfSuite(benchmarks=tuple(benchmark for benchmark, _ in read), conditions=conditions.pop())


def refuse_mixed(a: PyperfSuite, b: PyperfSuite) -> None:
    """Refuse to compare what was not measured alike.

    Raises:
        UsageError: the two come from different machines, systems or Pythons, or a benchmark was timed by different clocks.
    """
    theirs = dict(b.conditions)
    for key, value in a.conditions:
        if value != theirs.get(key):
            raise UsageError(f"measured on different {_SAME[key]} ({key}: {value} and {theirs.get(key)}): measure both in one check")
    clocks = {benchmark.name: benchmark.clock for benchmark in b.benchmarks}
    for benchmark in a.benchmarks:
        if clocks.get(benchmark.name, benchmark.clock) is not benchmark.clock:
            raise UsageError(f"{benchmark.name} was timed by different clocks: measure both in one check")


def _read_benchmark(entry: object, common: Mapping[str, Value]) -> tuple[PyperfBenchmark, list[dict[str, Value]]]:
    known = {**common, **_metadata(entry)}
    runs = _list(entry, "runs")
    found = [{**known, **_metadata(run)} for run in runs]
    values = [value for run in runs for value in _list(run, "values")]
    times = [float(value) for value in values if _is_time(value)]
    name, clocks = known.get("name"), {_clock_of(metadata) for metadata in found}
    if not isinstance(name, str) or not values or len(times) < len(values):
        raise UsageError("the pyperf file holds a benchmark without a name, or times that are none: write it anew")
    if len(clocks) > 1:
        raise UsageError(f"{one_line(name)} was timed by different clocks: measure all in one check")
    return PyperfBenchmark(name=name, clock=clocks.pop(), values=tuple(times)), found


def _clock_of(metadata: Mapping[str, Value]) -> Clock:
    try:
        return Clock(str(metadata.get("codeopt_clock")))
    except ValueError:
        known = " or ".join(Clock)
        raise UsageError(f"unknown codeopt_clock {one_line(str(metadata.get('codeopt_clock')), limit=40)}: known are {known}") from None


def _conditions_of(metadata: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    missing = [key for key in _SAME if key not in metadata]
    if missing:
        raise UsageError(f"the pyperf file does not say its {missing[0]}: give one that codeopt check --pyperf wrote")
    if metadata["codeopt_schema"] != SCHEMA:
        shown = one_line(str(metadata["codeopt_schema"]), limit=40)
        raise UsageError(f"unknown codeopt_schema {shown} in the pyperf file: this codeopt knows {SCHEMA}")
    return tuple((key, metadata[key]) for key in _SAME)


def _metadata(entry: object) -> dict[str, Value]:
    found = entry.get("metadata", {}) if isinstance(entry, dict) else None
    if not isinstance(found, dict):
        raise UsageError("the pyperf file holds metadata that is none: write it anew")
    return {
        key: one_line(value) if isinstance(value, str) else value for key, value in found.items() if isinstance(value, str | int | float)
    }


def _list(entry: object, key: str) -> list[object]:
    found = entry.get(key, []) if isinstance(entry, dict) else None
    if not isinstance(found, list):
        raise UsageError(f"the pyperf file holds {key} that are no list: write it anew")
    return found


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= sys.float_info.max
