"""A check for services that draw curves over time: Bencher's metric format, and the custom format of github-action-benchmark.

Both get the time of head. Curves over machines that change prove little; the verdict is the check's.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from codeopt.model.check import BenchmarkReport, CheckReport
from codeopt.model.evidence import Comparison, Outcome
from codeopt.report.check_prose import figures_line, unique_names
from codeopt.report.figures import percent
from codeopt.report.json_parts import JsonObject

__all__ = ["check_action_benchmark", "check_bencher"]

# What Bencher allows; github-action-benchmark sets no limit.
_NAME_LIMIT = 1024
_PER_SECOND = 1e9
_QUARTERS = 4
_FEWEST = 2
_COMPARED = {Outcome.SLOWER, Outcome.FASTER, Outcome.NOT_PROVEN}


def check_bencher(report: CheckReport) -> JsonObject:
    """Return two measures of each benchmark that was compared, with their ranges.

    `latency` is nanoseconds per call at head, its range the middle half of the pairs; `codeopt-ratio` is base time over head time, its
    range the interval.
    """
    return {
        name: {
            "latency": {"value": seen.new_seconds * _PER_SECOND, "lower_value": low * _PER_SECOND, "upper_value": high * _PER_SECOND},
            "codeopt-ratio": {"value": seen.ratio, "lower_value": seen.low, "upper_value": seen.high},
        }
        for name, one, seen in _measured(report)
        for low, high in [_spread(one, seen)]
    }


def check_action_benchmark(report: CheckReport) -> list[JsonObject]:
    """Return what `customSmallerIsBetter` takes: nanoseconds per call at head, the range half as wide as the middle half of pairs."""
    return [_entry(name, one, seen) for name, one, seen in _measured(report)]


def _entry(name: str, one: BenchmarkReport, seen: Comparison) -> JsonObject:
    low, high = _spread(one, seen)
    told = f"{figures_line(one)}\nagainst base at {percent(seen.confidence)} confidence"
    return {
        "name": name,
        "unit": "ns",
        "value": seen.new_seconds * _PER_SECOND,
        "range": f"± {(high - low) / 2 * _PER_SECOND:.3f}",
        "extra": told,
    }


def _measured(report: CheckReport) -> Iterator[tuple[str, BenchmarkReport, Comparison]]:
    for name, one in zip(unique_names(report, limit=_NAME_LIMIT), report.benchmarks, strict=True):
        if one.comparison is not None and one.outcome in _COMPARED:
            yield name, one, one.comparison


def _spread(one: BenchmarkReport, seen: Comparison) -> tuple[float, float]:
    """Return where the middle half of head's times lies, never without the figure itself."""
    times = [pair.new_seconds for pair in (pair.by(seen.clock) for pair in one.pairs) if pair is not None]
    if len(times) < _FEWEST:
        return seen.new_seconds, seen.new_seconds
    low, _, high = statistics.quantiles(times, n=_QUARTERS, method="inclusive")
    return min(low, seen.new_seconds), max(high, seen.new_seconds)
