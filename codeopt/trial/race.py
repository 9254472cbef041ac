"""Times old and new code on the recorded calls, in pairs of fresh processes, by the host's clock.

In each pair both sides are loaded on trees that were put back, then batches alternate in the order old, new, new, old, so that a drift of
the machine meets both alike; every batch runs in a fresh child on freshly rebuilt inputs. What an empty batch costs (the pipe) is
measured and taken off.

Three series are kept. The *first* batch of each process makes every call once, on inputs that no process of the candidate has met: all
its answers are compared, and the whole span from the inputs to the answers is kept beside the timed part. The *fresh* batch makes
calls that nobody recorded. The *warm* batches repeat the recorded calls until they are long enough to time well; they give the
figure, unless one of the other series shows but little of the gain: then the gain comes from having met the inputs, and the lower
figure counts.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from codeopt.errors import ContestantError
from codeopt.model.calls import Expected
from codeopt.model.evidence import Comparison, Measurement, Span, SpanPair
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.stats.sequential import Decision, Plan, State
from codeopt.trial.replay import inputs
from codeopt.trial.scene import Scene
from codeopt.trial.worker import Worker, open_worker
from codeopt.verify.conduct import hidden_work, import_problem
from codeopt.verify.series import contradiction, is_telling

__all__ = ["RaceResult", "WrongWhileTimed", "race"]

BATCH_S = 0.03
LONGEST_ROUND_S = 0.6
BATCH_BYTES = 48_000_000
SHOWN = 4
FLOOR_S = 2e-6
FLOOR_SHARE = 0.1
EMPTY = 5
MANY_CALLS = 400
MANY_ROUNDS = 5
LOOKED_S = 0.2
FEWEST_LOOKED = 2
NEARLY_LONG_ENOUGH = 1.5
QUADS = 6
FIRST_ROUNDS = 3  # of short batches: one would be purer, and too noisy; what passes from child to child is a deed, and told


class WrongWhileTimed(ContestantError):  # noqa: N818 - named for what the candidate did
    """A timed call of the candidate answered differently from the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceResult:
    """`comparison` is what counts; `note` says where it was not taken on repeated inputs, and why.

    `problem` says what speaks against the figure: work outside the timed part, or an import that costs more than is gained.
    """

    comparison: Comparison | None
    note: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Which calls a timed batch makes, how often, and in how many rounds; without `sampled` all answers are looked at."""

    calls: tuple[int, ...]
    repeat: int = 1
    quads: int = 1
    sampled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    span: Span
    digests: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Race:
    """A race under way."""

    scene: Scene
    recording: Recording
    expected: Expected
    every: Sequence[bytes]
    sides: tuple[Sandbox, Sandbox]
    batch: _Batch
    many: _Batch
    looked: int
    is_short: bool
    rng: random.Random
    warm: list[Measurement] = field(default_factory=list)
    first: list[Measurement] = field(default_factory=list)
    fresh: list[Measurement] = field(default_factory=list)
    spans: list[SpanPair] = field(default_factory=list)
    imports: list[tuple[float, float]] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    hash_seed: int = 0

    def pair(self) -> None:
        """Add one pair of fresh processes, started in random order."""
        with ExitStack() as stack:
            first = self.rng.randrange(2)
            workers: dict[int, Worker] = {}
            self.hash_seed = self.rng.randrange(1, 2**32)
            for side in (first, 1 - first):
                worker = open_worker(self.scene, self.sides[side], self.recording, hash_seed=self.hash_seed)
                with _answerable(side):
                    workers[side] = stack.enter_context(worker)
            both = (workers[0], workers[1])
            self.imports.append((both[0].import_s, both[1].import_s))
            empty = tuple(statistics.median(self._make(worker, _Batch(calls=()), ()).span.seconds for _ in range(EMPTY)) for worker in both)
            self.empty.extend(empty)
            self._first_time(both, empty)
            self.warm.append(self._rounds(both, self.batch, empty))
            if len(self.warm) == 1:
                self._both(both, self.many, (0, 1))

    def _first_time(self, both: tuple[Worker, Worker], empty: Sequence[float]) -> None:
        """Take the series of inputs that these processes have not met; the order of the calls is as secret as the made ones."""
        self.first.append(self._rounds(both, self._drawn(self.batch.calls), empty))
        if self.expected.fresh:
            self.fresh.append(self._rounds(both, self._drawn(self.expected.fresh), empty))

    def _drawn(self, calls: Sequence[int]) -> _Batch:
        """Return a batch of as many calls as can be looked at, drawn anew for each pair."""
        rounds = FIRST_ROUNDS if self.is_short else 1
        return _Batch(calls=tuple(self.rng.sample(calls, min(len(calls), self.looked))), quads=rounds, sampled=False)

    def _rounds(self, both: tuple[Worker, Worker], batch: _Batch, empty: Sequence[float]) -> Measurement:
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(batch.quads):
            orders = ((0, 1, 1, 0), (1, 0, 0, 1)) if batch.sampled else ((0, 1), (1, 0))
            for pair in _pairs(self.rng.choice(orders)):
                both_timed = self._both(both, batch, pair)
                if not batch.sampled and not number:
                    self.spans.append(SpanPair(old=both_timed[0].span, new=both_timed[1].span))
                for side, timed in both_timed.items():
                    # What is far below the pipe's own cost cannot be told from nothing, and must not count as infinitely fast.
                    floor_s = max(FLOOR_S, empty[side] * FLOOR_SHARE)
                    times[side].append(max(timed.span.seconds - empty[side], floor_s))
        return Measurement(old_seconds=statistics.median(times[0]), new_seconds=statistics.median(times[1]))

    def _both(self, both: tuple[Worker, Worker], batch: _Batch, order: Sequence[int]) -> dict[int, _Timed]:
        """Make a batch on both sides, and compare the same answers of both."""
        count = len(batch.calls) * batch.repeat
        show = self.rng.sample(range(count), min(SHOWN, count)) if batch.sampled else range(count)
        timed = {}
        for side in order:
            with _answerable(side):
                timed[side] = self._make(both[side], batch, show)
        if timed[0].digests != timed[1].digests:
            self._blame(batch, show, timed)
        return timed

    def _make(self, worker: Worker, batch: _Batch, show: Sequence[int]) -> _Timed:
        with worker.batch([self.every[call] for call in batch.calls], repeat=batch.repeat) as made:
            digests = made.show(show)
        return _Timed(span=made.span, digests=digests)

    def _blame(self, batch: _Batch, show: Sequence[int], timed: dict[int, _Timed]) -> None:
        """Hold a difference against the candidate, unless the original does not repeat itself in another process either.

        Raises:
            WrongWhileTimed: the difference is the candidate's.
        """
        with (
            self.scene.provider.open({}, cores=1) as referee,
            open_worker(self.scene, referee, self.recording, hash_seed=self.hash_seed) as worker,
        ):
            again = self._make(worker, batch, show).digests
        answers = {answer.call: answer for answer in self.expected.answers}
        for position, old, new, repeated in zip(show, timed[0].digests, timed[1].digests, again, strict=True):
            if old and old != new and old == repeated:
                answer = answers[batch.calls[position % len(batch.calls)]]
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
        if side == 0 or isinstance(error, WrongWhileTimed):
            raise
        raise WrongWhileTimed(f"only while it was timed: {error}") from None


def _pairs(order: Sequence[int]) -> list[Sequence[int]]:
    return [order[at : at + 2] for at in range(0, len(order), 2)]


def race(
    scene: Scene, old: Sandbox, new: Sandbox, *, recording: Recording, expected: Expected, seed: int, fresh_only: str = ""
) -> RaceResult:
    """Time until the plan is decided or `race_s` is spent.

    The batch holds every expected call, or a sample of them where that takes too long. `fresh_only` says why no process may meet
    an input twice; empty when it may.

    Raises:
        ContestantError: a worker died, hung, or answered differently while it was timed.
    """
    rng = random.Random(f"{scene.secret}/{scene.seed}/{seed}")  # noqa: S311 - the secret is not guessed from an order
    every = inputs(recording, expected)
    with open_worker(scene, old, recording) as worker:
        batch, looked = _planned(worker, every, expected.calls, rng)
    # One batch of many calls for whoever counts them, all answers looked at.
    counted = min(MANY_CALLS, MANY_ROUNDS * looked)
    many = replace(batch, repeat=max(1, min(batch.repeat, math.ceil(counted / len(batch.calls)))), quads=1, sampled=False)
    is_short = batch.repeat > 1
    if fresh_only and is_short:
        batch = replace(batch, repeat=1, quads=QUADS)
    run = _Race(
        scene=scene,
        recording=recording,
        expected=expected,
        every=every,
        sides=(old, new),
        batch=batch,
        many=many,
        looked=looked,
        is_short=is_short,
        rng=rng,
    )
    comparison = _decided(run)
    note = f"timed on inputs that a process meets once, since {fresh_only} could remember them" if fresh_only else ""
    return _result(run, comparison, note=note)


def _decided(run: _Race) -> Comparison | None:
    scene, plan = run.scene, Plan(confidence=run.scene.confidence)
    start = time.perf_counter()
    decision = Decision(state=State.CONTINUE, comparison=None)
    while decision.state is State.CONTINUE:
        run.pair()
        late = time.perf_counter() - start > scene.limits.race_s and len(run.warm) >= plan.looks[0]
        settle = plan.conclude if late else plan.decide
        decision = settle(run.warm, min_speedup=scene.min_speedup)
    return decision.comparison


def _planned(worker: Worker, every: Sequence[bytes], calls: tuple[int, ...], rng: random.Random) -> tuple[_Batch, int]:
    """Choose the batch by the original's time, and how many of its calls can be looked at in a round: large values take long to encode."""
    with worker.batch([every[call] for call in calls]) as made:
        made.show(range(len(calls)))
    seconds, cost_s = made.seconds, made.seconds + made.preparing_s
    looked = max(FEWEST_LOOKED, int(len(calls) * LOOKED_S / max(made.span.total_s, FLOOR_S)))
    if cost_s > LONGEST_ROUND_S:
        part = max(1, int(len(calls) * LONGEST_ROUND_S / cost_s)) / len(calls)
        calls = tuple(sorted(rng.sample(calls, round(part * len(calls)))))
        seconds, cost_s = seconds * part, cost_s * part
    affordable = int(LONGEST_ROUND_S / max(cost_s, FLOOR_S))
    size = sum(len(every[call]) for call in calls)
    repeat = max(1, min(int(BATCH_S / max(seconds, FLOOR_S)) + 1, BATCH_BYTES // max(1, size), affordable, 5_000))
    return _Batch(calls=calls, repeat=repeat if seconds < BATCH_S / NEARLY_LONG_ENOUGH else 1), looked


def _result(run: _Race, warm: Comparison | None, *, note: str) -> RaceResult:
    comparison = warm
    each_s = statistics.median(pair.old_seconds for pair in run.first) / min(len(run.batch.calls), run.looked)
    made = min(len(run.expected.fresh), run.looked)
    telling = (
        (run.first, "inputs met for the first time", is_telling(run.first, run.empty)),
        (run.fresh, "inputs that were never recorded", is_telling(run.fresh, run.empty, per_call_s=each_s, calls=made)),
    )
    for series, what, tells in telling:
        other = contradiction(series, comparison, run.scene.confidence) if tells and comparison is not None else None
        if comparison is not None and other is not None:
            note = f"only inputs that it has met gain {comparison.ratio:.3g}x: on {what} it is {other.ratio:.3g}x"
            comparison = other
    return RaceResult(comparison=comparison, note=note, problem=hidden_work(run.spans) or _import_problem(run))


def _import_problem(run: _Race) -> str:
    a_batch = statistics.median(pair.old_seconds - pair.new_seconds for pair in run.first)
    saved_s = a_batch / min(len(run.batch.calls), run.looked) * run.recording.seen
    return import_problem(run.imports, saved_s=saved_s)
