"""Times old and new code on the recorded calls, in pairs of fresh processes, by clocks that are not theirs; `duel.py` makes the pairs.

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
from collections.abc import Sequence
from dataclasses import dataclass, replace

from codeopt.model.calls import Expected
from codeopt.model.check import PeakMemory
from codeopt.model.evidence import Comparison, SizeFigure
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.stats.compare import compare
from codeopt.stats.sequential import Decision, Plan, State, Terms
from codeopt.trial.duel import FLOOR_S, Duel, WrongWhileTimed
from codeopt.trial.lot import Lot
from codeopt.trial.numbered import inputs
from codeopt.trial.scene import Scene
from codeopt.trial.sizes import Sweep, sweep_of
from codeopt.trial.worker import Worker, open_worker
from codeopt.verify.clocks import decided
from codeopt.verify.conduct import hidden_work, import_problem
from codeopt.verify.series import contradiction, is_telling

__all__ = ["RaceResult", "WrongWhileTimed", "race"]

BATCH_S = 0.03
LONGEST_ROUND_S = 0.6
BATCH_BYTES = 48_000_000
MANY_CALLS = 400
MANY_ROUNDS = 5
LOOKED_S = 0.2
FEWEST_LOOKED = 2
NEARLY_LONG_ENOUGH = 1.5
QUADS = 6
FIRST_LOOK = 2  # sides: a final one has a control as well


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceResult:
    """`comparison` is what counts; `note` says where it was not taken on repeated inputs, and why.

    `problem` says what speaks against the figure: work outside the timed part, or an import that costs more than is gained. `control`
    compares the original with itself, in the same pairs; `memory` is None where it was not told. `sizes` are the figures of the calls
    apart by the size of their inputs, where these differ and `comparison` is that of repeated inputs.
    """

    comparison: Comparison | None
    note: str = ""
    problem: str = ""
    control: Comparison | None = None
    memory: PeakMemory | None = None
    sizes: tuple[SizeFigure, ...] = ()


def race(
    scene: Scene,
    sides: Sequence[Sandbox],
    *,
    recording: Recording,
    expected: Expected,
    seed: int,
    confidence: float,
    fresh_only: str = "",
) -> RaceResult:
    """Time until it is decided with a confidence, or `race_s` is spent.

    `sides` are the original, the candidate, and perhaps the original once more.

    The batch holds every expected call, or a sample of them where that takes too long. `fresh_only` says why no process may meet
    an input twice; empty when it may.

    Raises:
        ContestantError: a worker died, hung, or answered differently while it was timed.
    """
    rng = random.Random(f"{scene.secret}/{scene.seed}/{seed}")  # noqa: S311 - the secret is not guessed from an order
    every = inputs(recording, expected)
    with open_worker(scene, sides[0], recording) as worker:
        batch, looked = _planned(worker, every, expected.calls, rng)
    # One batch of many calls for whoever counts them, all answers looked at.
    counted = min(MANY_CALLS, MANY_ROUNDS * looked)
    many = replace(batch, repeat=max(1, min(batch.repeat, math.ceil(counted / len(batch.calls)))), quads=1, sampled=False)
    is_short = batch.repeat > 1
    if fresh_only and is_short:
        batch = replace(batch, repeat=1, quads=QUADS)
    run = Duel(
        scene=scene,
        recording=recording,
        expected=expected,
        every=every,
        sides=sides,
        lot=batch,
        many=many,
        looked=looked,
        is_short=is_short,
        rng=rng,
        # To make calls again and again is what must not be here, and a first look need not know it.
        sweep=Sweep() if fresh_only or len(sides) == FIRST_LOOK else sweep_of(batch.calls, every),
    )
    comparison = _decided(run, confidence)
    note = f"timed on inputs that a process meets once, since {fresh_only} could remember them" if fresh_only else ""
    return _result(run, comparison, note=note)


def _decided(run: Duel, confidence: float) -> Comparison | None:
    scene, plan = run.scene, Plan(confidence=confidence)
    terms = Terms(min_speedup=scene.min_speedup, same_within=scene.min_speedup)
    start = time.perf_counter()
    decision = Decision(state=State.CONTINUE, comparison=None)
    while decision.state is State.CONTINUE:
        run.pair()
        late = time.perf_counter() - start > scene.limits.race_s and len(run.warm) >= plan.looks[0]
        decision = decided(plan, run.warm, terms, over=late)
    return decision.comparison


def _planned(worker: Worker, every: Sequence[bytes], calls: tuple[int, ...], rng: random.Random) -> tuple[Lot, int]:
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
    return Lot(calls=calls, repeat=repeat if seconds < BATCH_S / NEARLY_LONG_ENOUGH else 1), looked


def _result(run: Duel, warm: Comparison | None, *, note: str) -> RaceResult:
    comparison = warm
    each_s = statistics.median(pair.old_seconds for pair in run.first) / min(len(run.lot.calls), run.looked)
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
    return RaceResult(
        comparison=comparison,
        note=note,
        problem=hidden_work(run.spans) or _import_problem(run),
        control=_control(run, comparison),
        memory=_memory(run),
        sizes=run.sweep.figures(run.scene.confidence, warm.clock) if warm is not None and comparison is warm else (),
    )


def _control(run: Duel, comparison: Comparison | None) -> Comparison | None:
    """Compare the original with itself, by the clock that the candidate was compared by."""
    if comparison is None or not run.control:
        return None
    return compare(run.control, run.scene.confidence, clock=comparison.clock)


def _memory(run: Duel) -> PeakMemory | None:
    if not run.memory:
        return None
    old_bytes, new_bytes = (round(statistics.median(side)) for side in zip(*run.memory, strict=True))
    return PeakMemory(old_bytes=old_bytes, new_bytes=new_bytes)


def _import_problem(run: Duel) -> str:
    a_batch = statistics.median(pair.old_seconds - pair.new_seconds for pair in run.first)
    saved_s = a_batch / min(len(run.lot.calls), run.looked) * run.recording.seen
    return import_problem(run.imports, saved_s=saved_s)
