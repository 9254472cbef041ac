"""Makes benchmarks ready for their races: each runs once in both versions, and what does not, or cannot have changed, is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from codeopt.app.check.lanes import Entry, Lane
from codeopt.app.check.races import Lanes, Ready
from codeopt.app.check.reach import matters
from codeopt.app.check.versions import Version
from codeopt.errors import ContestantError
from codeopt.model.check import BenchmarkKind, BenchmarkReport, PeakMemory
from codeopt.model.evidence import Outcome
from codeopt.ports import Reporter
from codeopt.syntax.changed import Change
from codeopt.trial.bench_messages import BenchSkippedError, Reach
from codeopt.trial.contest import calibrated

__all__ = ["Prepared", "prepare"]


@dataclass(slots=True, kw_only=True)
class Prepared:
    """What is to be raced, and what became of the other benchmarks."""

    ready: list[Ready] = field(default_factory=list)
    broken: list[BenchmarkReport] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def prepare(
    lanes: Lanes, versions: tuple[Version, Version], entries: Sequence[Entry], change: Change, reporter: Reporter, *, everything: bool
) -> Prepared:
    """Run each benchmark once on both sides; with `everything`, those that the change cannot reach are kept as well.

    Raises:
        SandboxUnavailable: a sandbox was lost.
    """
    prepared = Prepared()
    for number, entry in enumerate(entries, start=1):
        reporter.stage("prepare", f"{number} of {len(entries)}: {entry.benchmark.name}")
        _sort_in(prepared, lanes, versions, entry, change, everything=everything)
    return prepared


def _sort_in(
    prepared: Prepared, lanes: Lanes, versions: tuple[Version, Version], entry: Entry, change: Change, *, everything: bool
) -> None:
    name = entry.benchmark.name
    try:
        base = _first_run(lanes.base, entry)
    except BenchSkippedError as error:
        prepared.skipped.append((name, str(error)))
        return
    except ContestantError as error:
        prepared.skipped.append((name, f"it does not run at base, with head's benchmarks: {error}"))
        return
    try:
        head = _first_run(lanes.head, entry)
    except BenchSkippedError as error:
        prepared.skipped.append((name, f"at head: {error}"))
        return
    except ContestantError as error:
        reason = f"it runs at base and fails at head: {error}"
        prepared.broken.append(BenchmarkReport(benchmark=entry.benchmark, outcome=Outcome.WRONG, reason=reason))
        return
    if not everything and base.reach and head.reach and not matters(change, versions, base.reach, head.reach):
        prepared.unreached.append(name)
        return
    if entry.benchmark.kind is BenchmarkKind.CALLS:
        alike = tuple(call for call, was, now in zip(entry.calls, base.outcomes, head.outcomes, strict=True) if was and was == now)
        if not alike:
            prepared.skipped.append((name, "none of its recorded calls ends at head as at base"))
            return
        entry = replace(entry, calls=alike)
    memory = PeakMemory(old_bytes=base.grown, new_bytes=head.grown) if base.grown is not None and head.grown is not None else None
    prepared.ready.append(Ready(entry=entry, calls=base.calls, memory=memory))


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """What the first process of a benchmark tells: how many calls make a batch, what ran, how recorded calls ended, what memory it took."""

    calls: int
    reach: Reach | None = None
    outcomes: tuple[str, ...] = ()
    grown: int | None = None


def _first_run(lane: Lane, entry: Entry) -> _First:
    """Run a benchmark as often as it takes to fill a batch.

    Raises:
        ContestantError: it fails.
    """
    if entry.benchmark.kind is BenchmarkKind.COMMAND:
        with lane.opener(entry)(0) as runner:
            runner.batch(1)
        return _First(calls=1)
    with lane.bench(entry) as bench:
        outcomes = bench.outcomes() if entry.benchmark.kind is BenchmarkKind.CALLS else ()
        reach = bench.reach() if entry.benchmark.kind is not BenchmarkKind.CALLS else None
        before = lane.sandbox.peak_bytes()
        bench.batch(1)
        after = lane.sandbox.peak_bytes()
        grown = None if before is None or after is None else max(0, after - before)
        calls = calibrated(bench)
        # What the test around the benchmark asserts of its result.
        bench.end()
        return _First(calls=calls, reach=reach, outcomes=outcomes, grown=grown)
