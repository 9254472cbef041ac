"""Whether a figure of an async benchmark means the same on both sides: seconds per call, next to a loop that is timed by hand.

On each side calls are timed through codeopt's bench in batches of two sizes, and by a program in the same sandbox that awaits the same
function in a loop of its own; all take turns, and medians of ratios within a turn are what counts. Head does 10% more rounds, so that its
figures must be 1.1 times as long. Processor seconds are taken where the sandbox tells them, on all sides of a comparison, else wall time.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engines import Engine
from subjects import CHANGES, SUBJECTS, Pair, pair_of

from codeopt.app.check.lanes import Lane
from codeopt.trial.clock import Elapsed
from codeopt.trial.contest import calibrated

__all__ = ["Figures", "Turn", "ratios", "turns"]

TURNS = 15
LARGER = 3
WITHIN = 0.05
CHANGE_WITHIN = 0.03
HAND = """import asyncio, sys, time
from kernel.work import work
async def main(calls):
    for _ in range(calls // 2):
        await work()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        await work()
    print((time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls)
asyncio.run(main(int(sys.argv[1])))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Seconds per call of one side in one turn: in batches of the usual size, in ones three times as large, and by hand."""

    batch_s: float
    larger_s: float
    hand_s: float


Turn = tuple[Figures, Figures]
"""The figures of base and head, taken one after the other."""


def turns(engine: Engine) -> list[Turn]:
    """Take the figures of both sides in turn."""
    pair = pair_of(SUBJECTS["async-200us"], CHANGES["slower-10"])
    with engine.lanes(pair) as lanes:
        return [(_of_side(engine, lanes.base, pair), _of_side(engine, lanes.head, pair)) for _ in range(TURNS)]


def ratios(taken: Sequence[Turn]) -> dict[str, tuple[float, float, float]]:
    """Return what is compared: median ratio, the ratio that it should be, and how far off it may be."""
    more = float(1 / CHANGES["slower-10"].ratio)

    def seen(ratio: Callable[[Turn], float]) -> float:
        return statistics.median(map(ratio, taken))

    return {
        "base, batch over by hand": (seen(lambda turn: turn[0].batch_s / turn[0].hand_s), 1.0, WITHIN),
        "head, batch over by hand": (seen(lambda turn: turn[1].batch_s / turn[1].hand_s), 1.0, WITHIN),
        "base, batch over larger batch": (seen(lambda turn: turn[0].batch_s / turn[0].larger_s), 1.0, WITHIN),
        "head, batch over larger batch": (seen(lambda turn: turn[1].batch_s / turn[1].larger_s), 1.0, WITHIN),
        "head over base, batch": (seen(lambda turn: turn[1].batch_s / turn[0].batch_s), more, CHANGE_WITHIN),
        "head over base, by hand": (seen(lambda turn: turn[1].hand_s / turn[0].hand_s), more, CHANGE_WITHIN),
    }


def _of_side(engine: Engine, lane: Lane, pair: Pair) -> Figures:
    with lane.bench(engine.entry(lane, pair)) as bench:
        calls = calibrated(bench)
        batch, larger = bench.batch(calls), bench.batch(LARGER * calls)
    command = engine.scene.command(lane.sandbox, ("python", "-c", HAND, str(LARGER * calls)), engine.scene.limits.call_s)
    wall_s, cpu_s = (float(word) for word in lane.sandbox.run(command).stdout.split())
    told = batch.cpu_seconds is not None
    return Figures(
        batch_s=_chosen(batch) / calls,
        larger_s=_chosen(larger) / (LARGER * calls),
        hand_s=cpu_s if told else wall_s,
    )


def _chosen(elapsed: Elapsed) -> float:
    return elapsed.seconds if elapsed.cpu_seconds is None else elapsed.cpu_seconds
