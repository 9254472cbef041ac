"""Times calls apart by how much they are given: a patch may win on large inputs and lose on small ones, and one figure hides that."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from codeopt.model.evidence import Clock, Measurement, SizeFigure
from codeopt.stats.compare import compare
from codeopt.trial.clock import Elapsed
from codeopt.trial.contest import measurement
from codeopt.trial.lot import Lot

__all__ = ["Sweep", "sweep_of"]

PARTS = 3
FEWEST = 2  # calls of a part
APART = 2.0  # times as much as the part before, in the middle of each
PART_S = 0.008
MOST_REPEATS = 2_000
PART_BYTES = 8_000_000


@dataclass(slots=True, kw_only=True)
class _Part:
    lot: Lot
    bytes: int
    is_known: bool = False
    series: list[Measurement] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Sweep:
    """The parts of a batch by size, smallest first; none where all calls are given about as much."""

    parts: list[_Part] = field(default_factory=list)

    def take(self, rounds: Callable[[Lot], Sequence[Sequence[Elapsed]]]) -> None:
        """Add a pair's times of each part, old and new; the first time is spent on how often a part must be repeated."""
        for part in self.parts:
            old, new, *_ = rounds(part.lot)
            if part.is_known:
                part.series.append(measurement(old, new, calls=len(part.lot.calls) * part.lot.repeat))
            else:
                part.lot = replace(part.lot, repeat=_repeat(part, min(elapsed.seconds for elapsed in old)))
                part.is_known = True

    def figures(self, confidence: float, clock: Clock) -> tuple[SizeFigure, ...]:
        """Return what each part shows by a clock; nothing where one of them shows nothing."""
        found = [(len(part.lot.calls), compare(part.series, confidence, clock=clock)) for part in self.parts]
        figures = tuple(SizeFigure(calls=calls, comparison=comparison) for calls, comparison in found if comparison is not None)
        return figures if len(figures) == len(self.parts) else ()


def _repeat(part: _Part, seconds: float) -> int:
    return max(1, min(int(PART_S / max(seconds, 1e-6)) + 1, PART_BYTES // max(1, part.bytes), MOST_REPEATS))


def sweep_of(calls: Sequence[int], every: Sequence[bytes]) -> Sweep:
    """Split calls into three parts by the size of their inputs, or two, where the parts differ enough."""
    ordered = sorted(calls, key=lambda call: len(every[call]))
    for count in range(PARTS, 1, -1):
        lots = [ordered[len(ordered) * at // count : len(ordered) * (at + 1) // count] for at in range(count)]
        if min(map(len, lots)) >= FEWEST and _are_apart([len(every[lot[len(lot) // 2]]) for lot in lots]):
            return Sweep(parts=[_Part(lot=Lot(calls=tuple(lot)), bytes=sum(len(every[call]) for call in lot)) for lot in lots])
    return Sweep()


def _are_apart(middles: Sequence[int]) -> bool:
    return all(larger >= APART * smaller for smaller, larger in itertools.pairwise(middles))
