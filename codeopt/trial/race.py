"""Times old and new code on the recorded calls, in pairs of fresh processes, by the host's clock.

In each pair both sides are loaded, then batches alternate in the order old, new, new, old, so that a drift of the machine meets both
alike; every batch runs in a fresh child on freshly rebuilt inputs. What an empty batch costs (the pipe) is measured and taken off.

Short batches repeat the calls to be long enough to time. A cache that remembers arguments would gain by that alone. So a patch that
could keep something from call to call is timed on fresh inputs only: each call once for each process. Any other race has a cold
series of that kind beside the warm one, and where that shows but little of the gain, the cold one is the figure.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from codeopt.errors import ContestantError
from codeopt.model.calls import Expected
from codeopt.model.evidence import Comparison, Measurement
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.stats.compare import compare
from codeopt.stats.sequential import Decision, Plan, State
from codeopt.trial.scene import Scene
from codeopt.trial.worker import Worker, open_worker

__all__ = ["RaceResult", "WrongWhileTimed", "race"]

BATCH_S = 0.03
LONGEST_ROUND_S = 0.6
BATCH_BYTES = 48_000_000
SHOWN = 4
FLOOR_S = 2e-6
NEARLY_LONG_ENOUGH = 1.5
LARGE_GAIN = 1.5
QUADS = 6
COLD_QUADS = 3
FIRST_TIME_SHARE = 0.25


class WrongWhileTimed(ContestantError):  # noqa: N818 - named for what the candidate did
    """A timed call of the candidate answered differently from the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceResult:
    """`comparison` is what counts; `note` says where it was not taken on repeated inputs, and why."""

    comparison: Comparison | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Which calls a timed batch makes, and how often."""

    calls: tuple[int, ...]
    repeat: int = 1
    quads: int = 1


@dataclass(slots=True, kw_only=True)
class _Race:
    """A race under way."""

    scene: Scene
    recording: Recording
    expected: Expected
    old: Sandbox
    new: Sandbox
    batch: _Batch
    rng: random.Random
    warm: list[Measurement] = field(default_factory=list)
    cold: list[Measurement] = field(default_factory=list)

    def pair(self) -> None:
        """Add one pair of fresh processes, started in random order."""
        with ExitStack() as stack:
            sides = [self.old, self.new]
            first = self.rng.randrange(2)
            workers: dict[int, Worker] = {}
            hash_seed = self.rng.randrange(1, 2**32)
            for side in (first, 1 - first):
                workers[side] = stack.enter_context(open_worker(self.scene, sides[side], self.recording, hash_seed=hash_seed))
            old, new = workers[0], workers[1]
            self.warm.append(self._rounds(old, new, self.batch))
            if self.batch.repeat > 1:
                self.cold.append(self._rounds(old, new, replace(self.batch, repeat=1, quads=COLD_QUADS)))

    def _rounds(self, old: Worker, new: Worker, batch: _Batch) -> Measurement:
        empty = [self._empty(worker) for worker in (old, new)]
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(batch.quads):
            for side in self.rng.choice(((0, 1, 1, 0), (1, 0, 0, 1))):
                seconds = self._time((old, new)[side], batch, judged=side == 1)
                times[side].append(max(seconds - empty[side], FLOOR_S))
        return Measurement(old_seconds=statistics.median(times[0]), new_seconds=statistics.median(times[1]))

    def _empty(self, worker: Worker) -> float:
        return min(worker.time_batch((), repeat=1, show=()).seconds for _ in range(3))

    def _time(self, worker: Worker, batch: _Batch, *, judged: bool) -> float:
        count = len(batch.calls) * batch.repeat
        show = self.rng.sample(range(count), min(SHOWN, count))
        timed = worker.time_batch(batch.calls, repeat=batch.repeat, show=show)
        if judged:
            self._check(batch, show, timed.digests)
        return timed.seconds

    def _check(self, batch: _Batch, show: Sequence[int], digests: Sequence[str]) -> None:
        wanted = {answer.call: answer for answer in self.expected.answers}
        got = list(digests) + [""] * (len(show) - len(digests))
        for position, digest in zip(show, got, strict=False):
            answer = wanted[batch.calls[position % len(batch.calls)]]
            if digest != answer.digest and answer.call in self.stable:
                raise WrongWhileTimed(f"on input ({answer.given}) a timed call answers differently from the original ({answer.shown})")

    stable: frozenset[int] = frozenset()


def race(
    scene: Scene, old: Sandbox, new: Sandbox, *, recording: Recording, expected: Expected, seed: int, fresh_only: str = ""
) -> RaceResult:
    """Time until the plan is decided or `race_s` is spent.

    Both sandboxes must hold the recording already. The batch holds every expected call, or a sample of them where that takes too
    long. `fresh_only` says why no process may meet an input twice; empty when it may.

    Raises:
        ContestantError: a worker died, hung, or answered differently while it was timed.
    """
    rng = random.Random(f"{scene.seed}/{seed}")  # noqa: S311 - an order of measurement, not a secret
    batch, stable = _planned(scene, old, recording, expected, rng)
    if fresh_only and batch.repeat > 1:
        batch = replace(batch, repeat=1, quads=QUADS)
    run = _Race(scene=scene, recording=recording, expected=expected, old=old, new=new, batch=batch, rng=rng, stable=stable)
    plan = Plan(confidence=scene.confidence)
    start = time.perf_counter()
    decision = Decision(state=State.CONTINUE, comparison=None)
    while decision.state is State.CONTINUE:
        run.pair()
        late = time.perf_counter() - start > scene.limits.race_s and len(run.warm) >= plan.looks[0]
        settle = plan.conclude if late else plan.decide
        decision = settle(run.warm, min_speedup=scene.min_speedup)
    note = f"timed on inputs that a process meets once, since {fresh_only} could remember them" if fresh_only else ""
    return _result(run, decision.comparison, scene.confidence, note=note)


def _planned(scene: Scene, old: Sandbox, recording: Recording, expected: Expected, rng: random.Random) -> tuple[_Batch, frozenset[int]]:
    """Choose the batch by the original's time, and find the calls whose timed results repeat the replayed ones on the original."""
    with open_worker(scene, old, recording) as worker:
        batch = _batch(worker, recording, expected.calls, rng)
        # A batch is seeded once, a replay before each call: what draws random numbers cannot be told apart in a batch.
        return batch, frozenset() if expected.random else _stable(worker, batch, expected)


def _batch(worker: Worker, recording: Recording, calls: tuple[int, ...], rng: random.Random) -> _Batch:
    timed = worker.time_batch(calls, repeat=1, show=())
    seconds, cost_s = timed.seconds, timed.seconds + timed.preparing_s
    if cost_s > LONGEST_ROUND_S:
        part = max(1, int(len(calls) * LONGEST_ROUND_S / cost_s)) / len(calls)
        calls = tuple(sorted(rng.sample(calls, round(part * len(calls)))))
        seconds, cost_s = seconds * part, cost_s * part
    affordable = int(LONGEST_ROUND_S / max(cost_s, FLOOR_S))
    repeat = max(1, min(int(BATCH_S / max(seconds, FLOOR_S)) + 1, BATCH_BYTES // max(1, len(recording.data)), affordable, 5_000))
    return _Batch(calls=calls, repeat=repeat if seconds < BATCH_S / NEARLY_LONG_ENOUGH else 1)


def _stable(worker: Worker, batch: _Batch, expected: Expected) -> frozenset[int]:
    """Return the calls that do in a batch, the first time and the last, what they do in a replay."""
    count = len(batch.calls)
    wanted = {answer.call: answer.digest for answer in expected.answers}
    digests = worker.time_batch(
        batch.calls, repeat=batch.repeat, show=[*range(count), *range(count * (batch.repeat - 1), count * batch.repeat)]
    ).digests
    pairs = zip(batch.calls, digests[:count], digests[count:], strict=True)
    return frozenset(call for call, first, last in pairs if wanted[call] == first == last)


def _result(run: _Race, warm: Comparison | None, confidence: float, *, note: str) -> RaceResult:
    cold = compare(run.cold, confidence) if run.cold else None
    if warm is None or cold is None or not _contradicts(cold, warm):
        return RaceResult(comparison=warm, note=note)
    note = f"only repeated inputs gain {warm.ratio:.3g}x: on inputs met for the first time it is {cold.ratio:.3g}x"
    return RaceResult(comparison=cold, note=note)


def _contradicts(cold: Comparison, warm: Comparison) -> bool:
    """Whether inputs met for the first time gain so little that the rest must come from remembering.

    Honest code gains somewhat less when cold as well: the interpreter has not adapted to it yet. So a quarter of the gain is enough, and
    a small gain is doubted only where the intervals are apart.
    """
    little = 1 + (warm.ratio - 1) * FIRST_TIME_SHARE
    return cold.ratio < little and (warm.ratio > LARGE_GAIN or cold.high < warm.low)
