"""What every report of a check says in words: what became slower and by how much, where the time went, and how sure that is.

Text of others (names, reasons) stands in what is returned as it is; who shows it makes it harmless.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator

from codeopt.model.check import BenchmarkReport, CheckReport, Culprit, PeakMemory, Revision
from codeopt.model.evidence import Clock, Comparison, Outcome
from codeopt.report.figures import change, duration, percent, ratio, size
from codeopt.report.visible import visible

__all__ = [
    "COMMIT_DIGITS",
    "changed_of",
    "clock_words",
    "culprit_line",
    "error_rate",
    "facts",
    "figures_line",
    "is_undecided",
    "own_times",
    "per_call",
    "result",
    "side_line",
    "unchanged_line",
    "unchanged_of",
    "unique_names",
]

COMMIT_DIGITS = 12
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ORDER = (Outcome.SLOWER, Outcome.WRONG, Outcome.FASTER, Outcome.UNVERIFIABLE)
_CLOCKS = {Clock.WALL: "wall time", Clock.CPU: "processor time"}
_NOTABLE_MEMORY = 1.1
_NOTABLE_BYTES = 2**20
_NOTABLE_INSTRUCTIONS = 1.005
_DIGEST = 12


def changed_of(report: CheckReport) -> tuple[BenchmarkReport, ...]:
    """Return all benchmarks but the unchanged: regressions first, the worst at the top, then broken ones, improvements, and the rest."""
    changed = [one for one in report.benchmarks if one.outcome in _ORDER]
    return tuple(sorted(changed, key=lambda one: (_ORDER.index(one.outcome), _weight(one.comparison))))


def _weight(comparison: Comparison | None) -> float:
    return -abs(math.log(comparison.ratio)) if comparison else 0.0


def unchanged_of(report: CheckReport) -> tuple[BenchmarkReport, ...]:
    """Return the benchmarks that show no change, in their order."""
    return tuple(one for one in report.benchmarks if one.outcome is Outcome.NOT_PROVEN)


def is_undecided(one: BenchmarkReport, report: CheckReport) -> bool:
    """Whether an unchanged benchmark may be slower, or faster, by more than the check tolerates."""
    seen = one.comparison
    return seen is None or max(seen.high, 1 / seen.low) >= report.max_slowdown


def unchanged_line(report: CheckReport) -> str:
    """Count the benchmarks that show no change, those apart that had too little power; empty when there is none."""
    unchanged = unchanged_of(report)
    undecided = sum(is_undecided(one, report) for one in unchanged)
    within = f"within {percent(round(report.max_slowdown - 1, 6))}"
    if not unchanged:
        return ""
    if not undecided:
        return f"{_benchmarks(len(unchanged))} unchanged {within}"
    same = len(unchanged) - undecided
    return f"{_benchmarks(len(unchanged))} without a proven change: {same} the same {within}, {undecided} undecided"


def result(report: CheckReport) -> str:
    """Say in one sentence how the check ended, without a word of others."""
    lead = "The check holds" if report.holds else "The check fails"
    counts = Counter(one.outcome for one in report.benchmarks)
    total = len(report.benchmarks)
    if not total:
        return f"{lead}: no benchmark was run."
    if counts[Outcome.UNVERIFIABLE] == total:
        return f"{lead}: {'the one benchmark' if total == 1 else f'none of {total} benchmarks'} could {'not ' * (total == 1)}be compared."
    return f"{lead}: {_first_part(counts, total)}{_aside(counts)}."


def _first_part(counts: Counter[Outcome], total: int) -> str:
    slower, wrong = counts[Outcome.SLOWER], counts[Outcome.WRONG]
    of = f"of {_benchmarks(total)}"
    if slower:
        return f"{slower} {of} became slower" + (f", {wrong} broke" if wrong else "")
    return f"{wrong} {of} broke" if wrong else f"none {of} became slower"


def _aside(counts: Counter[Outcome]) -> str:
    parts = [f"{counts[Outcome.FASTER]} became faster"] if counts[Outcome.FASTER] else []
    parts += [f"{counts[Outcome.UNVERIFIABLE]} could not be compared"] if counts[Outcome.UNVERIFIABLE] else []
    return f"; {', '.join(parts)}" if parts else ""


def error_rate(report: CheckReport) -> str:
    """Say what the confidence means."""
    error = percent(round(1 - report.confidence, 9))
    sure = percent(report.confidence)
    return f"Confidence {sure}: of changes that alter no speed, at most {error} have any benchmark called slower or faster."


def side_line(revision: Revision) -> str:
    """Name one side by the user's word and its commit."""
    commit = revision.commit[:COMMIT_DIGITS]
    known = f" ({commit})" if commit and revision.name != revision.commit else ""
    return f"{revision.name}{known}{', with uncommitted changes' if revision.dirty else ''}"


def figures_line(one: BenchmarkReport) -> str:
    """Say what was measured: `1.24x slower [1.20, 1.29], 1.20 ms -> 1.49 ms per call, processor time, 24 pairs`; empty without figures."""
    seen = one.comparison
    return f"{change(seen)}, {per_call(seen)} per call, {clock_words(seen)}, {_pairs(seen.rounds)}" if seen else ""


def per_call(seen: Comparison) -> str:
    """Write the time per call on both sides."""
    return f"{duration(seen.old_seconds)} -> {duration(seen.new_seconds)}"


def clock_words(seen: Comparison) -> str:
    """Say which time was compared."""
    return _CLOCKS[seen.clock]


def culprit_line(culprit: Culprit) -> str:
    """Say where time went: place, function, own time per call on both sides, and whether the change edits it."""
    edited = ", edited by the change" if culprit.changed else ""
    return f"{culprit.name.path}:{culprit.line} {culprit.name.qualname}: {own_times(culprit)} of its own per call{edited}"


def own_times(culprit: Culprit) -> str:
    """Write a function's own time per call of the benchmark on both sides."""
    return f"{duration(culprit.old_own_s)} -> {duration(culprit.new_own_s)}"


def facts(one: BenchmarkReport) -> Iterator[str]:
    """Yield what else is known: memory and instructions where they differ, and the commit of a regression."""
    if one.memory is not None and _is_notable(one.memory):
        yield f"most memory at once: {size(one.memory.old_bytes)} -> {size(one.memory.new_bytes)}{_times_as_much(one.memory)}"
    if one.instructions is not None and 0 < one.instructions < math.inf:
        seen = max(one.instructions, 1 / one.instructions)
        if seen >= _NOTABLE_INSTRUCTIONS:
            yield f"instructions: {ratio(seen)} {'fewer' if one.instructions > 1 else 'more'}"
    if one.first_bad:
        alone = _COMMIT.fullmatch(one.first_bad) is not None
        yield f"first slower commit: {one.first_bad[:COMMIT_DIGITS] if alone else one.first_bad}"


def _is_notable(memory: PeakMemory) -> bool:
    less, more = sorted((memory.old_bytes, memory.new_bytes))
    return more - less >= _NOTABLE_BYTES and more >= less * _NOTABLE_MEMORY


def _times_as_much(memory: PeakMemory) -> str:
    less, more = sorted((memory.old_bytes, memory.new_bytes))
    return f" ({ratio(more / less)} {'more' if memory.new_bytes == more else 'less'})" if less > 0 else ""


def unique_names(report: CheckReport, *, limit: int = 200) -> tuple[str, ...]:
    """Return a name for each benchmark, in their order: one visible line of at most `limit` characters, and none of them twice."""
    names = [_short(one.benchmark.name, limit) for one in report.benchmarks]
    twice = {name for name, count in Counter(names).items() if count > 1}
    taken: set[str] = set(names) - twice
    found = []
    for name, one in zip(names, report.benchmarks, strict=True):
        shown = _free(f"{name} ({one.benchmark.kind})", taken) if name in twice else name
        taken.add(shown)
        found.append(shown)
    return tuple(found)


def _short(name: str, limit: int) -> str:
    line = visible(name).strip() or "unnamed"
    # A cut name keeps a digest of all of it, so that two long ones stay two.
    digest = hashlib.sha256(line.encode()).hexdigest()[:_DIGEST]
    return line if len(line) <= limit - 2 * _DIGEST else f"{line[: limit - 3 * _DIGEST]}...{digest}"


def _free(name: str, taken: set[str]) -> str:
    number, shown = 1, name
    while shown in taken:
        number += 1
        shown = f"{name} #{number}"
    return shown


def _benchmarks(count: int) -> str:
    return "1 benchmark" if count == 1 else f"{count} benchmarks"


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count} pairs"
