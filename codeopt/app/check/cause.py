"""Where a slower benchmark spends its time now and did not before: its profile in both versions, function by function."""

from __future__ import annotations

from collections import defaultdict

from codeopt.app.check.lanes import Entry, Lane
from codeopt.app.check.versions import Version
from codeopt.errors import ContestantError
from codeopt.model.check import BenchmarkKind, Culprit
from codeopt.model.code import TargetName
from codeopt.syntax.changed import Change

__all__ = ["find_cause"]

SAMPLED_S = 1.0
MOST = 5
SHARE = 0.1


def find_cause(
    lanes: tuple[Lane, Lane], versions: tuple[Version, Version], entry: Entry, change: Change, *, per_call_s: float
) -> tuple[Culprit, ...]:
    """Return the functions whose own time per call grew most, the worst first; none for a command, or where nothing stands out."""
    if entry.benchmark.kind is BenchmarkKind.COMMAND:
        return ()
    calls = max(1, round(SAMPLED_S / per_call_s))
    try:
        before, after = (_own_seconds(lane, version, entry, calls) for lane, version in zip(lanes, versions, strict=True))
    except ContestantError:
        # A profile is an explanation: without one the regression stands as it is.
        return ()
    grown = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    most = max(grown.values(), default=0.0)
    worst = sorted((name for name in grown if grown[name] > max(0.0, SHARE * most)), key=lambda name: -grown[name])[:MOST]
    return tuple(
        Culprit(
            name=name,
            line=versions[1].line_of(name),
            old_own_s=before.get(name, 0.0),
            new_own_s=after[name],
            changed=name in change.new or name in change.old,
        )
        for name in worst
    )


def _own_seconds(lane: Lane, version: Version, entry: Entry, calls: int) -> dict[TargetName, float]:
    """Return each function's own seconds per call of the benchmark."""
    with lane.bench(entry) as bench:
        bench.batch(max(1, calls // 10))
        sampled = bench.sample(calls)
    own: defaultdict[TargetName, float] = defaultdict(float)
    for row in sampled.rows:
        path, line, name = row.place
        function = version.index.at_line(path, line) if name != "<module>" else None
        if function is not None:
            own[function.name] += row.own_s / calls
    return own
