"""One pair after the other: old and new code in fresh workers, on the same calls, with their answers compared while they are timed.

In each pair the sides are loaded on trees that were put back, then batches alternate in the order old, new, new, old, so that a drift of
the machine meets both alike; every batch runs in a fresh child on freshly rebuilt inputs. What an empty batch costs (the pipe) is measured
and taken off. A control, where there is one, is the original once more, in a sandbox of its own: whatever the machine shows between it and
the original is no news about a patch.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from codeopt.errors import ContestantError
from codeopt.model.calls import Expected
from codeopt.model.evidence import Measurement, Span, SpanPair
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.clock import Elapsed
from codeopt.trial.contest import measurement
from codeopt.trial.lot import Lot
from codeopt.trial.scene import Scene
from codeopt.trial.sizes import Sweep
from codeopt.trial.worker import Named, Worker, open_worker
from codeopt.verify.tolerance import unlike

__all__ = ["FLOOR_S", "Duel", "WrongWhileTimed"]

SHOWN = 4
FLOOR_S = 2e-6
FLOOR_SHARE = 0.1
EMPTY = 5
HEAVY = 4
FIRST_ROUNDS = 3  # of short batches: one would be purer, and too noisy; what passes from child to child is a deed, and told
OLD, NEW, CONTROL = 0, 1, 2


class WrongWhileTimed(ContestantError):  # noqa: N818 - named for what the candidate did
    """A timed call of the candidate answered differently from the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    span: Span
    elapsed: Elapsed
    named: Named
    grown_bytes: int | None


@dataclass(slots=True, kw_only=True)
class Duel:
    """A race under way: `sides` are the original, the candidate, and the original once more where there is a control.

    `warm` holds a measurement for each pair on repeated calls, `control` the original's against itself, `sweep` those of the same calls
    apart by size; `first` and `fresh` are the series on inputs that were not met before. `memory` holds the bytes by which the peak of
    each side rose in a batch.
    """

    scene: Scene
    recording: Recording
    expected: Expected
    every: Sequence[bytes]
    sides: Sequence[Sandbox]
    lot: Lot
    many: Lot
    looked: int
    is_short: bool
    rng: random.Random
    sweep: Sweep = field(default_factory=Sweep)
    warm: list[Measurement] = field(default_factory=list)
    control: list[Measurement] = field(default_factory=list)
    first: list[Measurement] = field(default_factory=list)
    fresh: list[Measurement] = field(default_factory=list)
    spans: list[SpanPair] = field(default_factory=list)
    imports: list[tuple[float, float]] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    memory: list[tuple[int, int]] = field(default_factory=list)
    hash_seed: int = 0

    def pair(self) -> None:
        """Add one pair of fresh processes, started in random order.

        Raises:
            ContestantError: a worker died, hung, or answered differently while it was timed.
        """
        with ExitStack() as stack:
            workers: dict[int, Worker] = {}
            self.hash_seed = self.rng.randrange(1, 2**32)
            for side in self._order():
                worker = open_worker(self.scene, self.sides[side], self.recording, hash_seed=self.hash_seed)
                with _answerable(side):
                    workers[side] = stack.enter_context(worker)
            all_workers = tuple(workers[side] for side in range(len(self.sides)))
            self.imports.append((workers[OLD].import_s, workers[NEW].import_s))
            empty = tuple(self._pipe_cost(worker) for worker in all_workers)
            self.empty.extend(cost.seconds for cost in empty[: NEW + 1])
            self._first_time(all_workers[: NEW + 1], empty)
            times = self._rounds(all_workers, self.lot, empty)
            self.warm.append(measurement(times[OLD], times[NEW], calls=1))
            self.control += [measurement(times[OLD], again, calls=1) for again in times[CONTROL:]]
            self.sweep.take(lambda lot: self._rounds(all_workers[: NEW + 1], lot, empty))
            if len(self.warm) == 1:
                self._both(all_workers, self.many, (OLD, NEW))

    def _order(self) -> list[int]:
        return self.rng.sample(range(len(self.sides)), len(self.sides))

    def _pipe_cost(self, worker: Worker) -> Elapsed:
        costs = [self._make(worker, Lot(calls=()), ()).elapsed for _ in range(EMPTY)]
        used = [cost.cpu_seconds for cost in costs if cost.cpu_seconds is not None]
        blocked = [cost.blocked_seconds for cost in costs if cost.blocked_seconds is not None]
        return Elapsed(
            seconds=statistics.median(cost.seconds for cost in costs),
            cpu_seconds=statistics.median(used) if len(used) == EMPTY else None,
            blocked_seconds=statistics.median(blocked) if len(blocked) == EMPTY else None,
        )

    def _first_time(self, both: Sequence[Worker], empty: Sequence[Elapsed]) -> None:
        """Take the series of inputs that these processes have not met; the order of the calls is as secret as the made ones."""
        for calls, series in ((self.lot.calls, self.first), (self.expected.fresh, self.fresh)):
            if calls:
                times = self._rounds(both, self._drawn(calls), empty)
                series.append(measurement(times[OLD], times[NEW], calls=1))

    def _drawn(self, calls: Sequence[int]) -> Lot:
        """Return a lot of as many calls as can be looked at, drawn anew for each pair."""
        rounds = FIRST_ROUNDS if self.is_short else 1
        return Lot(calls=tuple(self._sample(calls, min(len(calls), self.looked))), quads=rounds, sampled=False)

    def _sample(self, calls: Sequence[int], count: int) -> list[int]:
        """Return so many calls in random order, one of the heaviest among them: a gain may show on large inputs alone."""
        heavy = sorted(calls, key=lambda call: len(self.every[call]))[-max(1, len(calls) // HEAVY) :]
        first = self.rng.choice(heavy)
        chosen = [first, *self.rng.sample([call for call in calls if call != first], count - 1)]
        self.rng.shuffle(chosen)
        return chosen

    def _rounds(self, workers: Sequence[Worker], lot: Lot, empty: Sequence[Elapsed]) -> list[list[Elapsed]]:
        """Return the times of each side's batches, what the pipe costs taken off."""
        times: list[list[Elapsed]] = [[] for _ in workers]
        for number in range(lot.quads):
            order = self.rng.sample(range(len(workers)), len(workers))
            for half in (order, order[::-1]) if lot.sampled else (order,):
                made = self._both(workers, lot, half, weighed=not lot.sampled and not number)
                if not lot.sampled and not number:
                    self.spans.append(SpanPair(old=made[OLD].span, new=made[NEW].span))
                for side, timed in made.items():
                    times[side].append(_without(timed.elapsed, empty[side]))
        return times

    def _both(self, workers: Sequence[Worker], lot: Lot, order: Sequence[int], *, weighed: bool = False) -> dict[int, _Timed]:
        """Make a batch on every side, and compare the same answers of old and new."""
        count = len(lot.calls) * lot.repeat
        show = self.rng.sample(range(count), min(SHOWN, count)) if lot.sampled else range(count)
        timed = {}
        for side in order:
            with _answerable(side):
                timed[side] = self._make(workers[side], lot, show, weighed=weighed)
        if any(self._unlike(timed)):
            self._blame(lot, show, timed)
        old_bytes, new_bytes = timed[OLD].grown_bytes, timed[NEW].grown_bytes
        if old_bytes is not None and new_bytes is not None:
            self.memory.append((old_bytes, new_bytes))
        return timed

    def _make(self, worker: Worker, lot: Lot, show: Sequence[int], *, weighed: bool = False) -> _Timed:
        with worker.batch([self.every[call] for call in lot.calls], repeat=lot.repeat, weighed=weighed) as made:
            named = made.show(show)
        return _Timed(span=made.span, elapsed=made.elapsed, named=named, grown_bytes=made.grown_bytes)

    def _unlike(self, timed: dict[int, _Timed]) -> list[bool]:
        """Say of each answer whether old and new differ in more than floats may."""
        return unlike(timed[OLD].named, timed[NEW].named, self.scene.tolerance)

    def _blame(self, lot: Lot, show: Sequence[int], timed: dict[int, _Timed]) -> None:
        """Hold a difference against the candidate, unless the original does not repeat itself in another process either.

        Raises:
            WrongWhileTimed: the difference is the candidate's.
        """
        with (
            self.scene.provider.open({}, cores=1) as referee,
            open_worker(self.scene, referee, self.recording, hash_seed=self.hash_seed) as worker,
        ):
            again = self._make(worker, lot, show).named.digests
        answers = {answer.call: answer for answer in self.expected.answers}
        for position, old, repeated, differs in zip(show, timed[OLD].named.digests, again, self._unlike(timed), strict=True):
            if differs and old and old == repeated:
                answer = answers[lot.calls[position % len(lot.calls)]]
                raise WrongWhileTimed(
                    f"on input ({answer.given}) a timed call answers differently from the original, whose result is {answer.shown}"
                )


@contextmanager
def _answerable(side: int) -> Iterator[None]:
    """Hold it against a candidate when its worker dies, hangs or breaks the protocol while it is timed: in the replay it did not.

    Raises:
        WrongWhileTimed: it did.
    """
    try:
        yield
    except ContestantError as error:
        if side != NEW or isinstance(error, WrongWhileTimed):
            raise
        raise WrongWhileTimed(f"only while it was timed: {error}") from None


def _without(elapsed: Elapsed, empty: Elapsed) -> Elapsed:
    """Take off what the pipe costs; what is far below that cannot be told from nothing, and must not count as infinitely fast."""
    used = elapsed.cpu_seconds
    if used is not None and empty.cpu_seconds is not None:
        used = max(used - empty.cpu_seconds, FLOOR_S, empty.cpu_seconds * FLOOR_SHARE)
    seconds = max(elapsed.seconds - empty.seconds, FLOOR_S, empty.seconds * FLOOR_SHARE)
    blocked = elapsed.blocked_seconds
    if blocked is not None and empty.blocked_seconds is not None:
        blocked = max(0.0, blocked - empty.blocked_seconds)
    return Elapsed(seconds=seconds, cpu_seconds=used, blocked_seconds=blocked)
