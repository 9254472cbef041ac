"""Prints how often intervals hold the truth, how often the sequential plan errs, and what it finds, on simulated pairs of processes.

Run from the root of a checkout: `python -m benchmarks.measurement.coverage [--runs 4000] [--seed 1]`. It takes two minutes
of processor time, on all cores at once.

The first tables have the share of intervals of a fixed number of pairs that hold the true ratio, 1.25; those of 95% should in 94 to 97% of
the cases. The last one has the states in which the plan ends at 99% (FASTER from any shown gain on, the same within 1%), how often it would
end as FASTER where 3% are asked for, and what its intervals miss: the one that is told, and that of any look.
"""

from __future__ import annotations

import argparse
import functools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor

from benchmarks.measurement.noise import ADDED, MODELS
from codeopt.stats.compare import compare
from codeopt.stats.intervals import rank_error, ranks_within
from codeopt.stats.sequential import Plan, State

__all__ = ["main"]

SIZES = (6, 8, 10, 12, 15, 20, 30, 38)
GAINS = (0.0, 0.02, 0.05, 0.10)
COVERED_GAIN = 0.25
BANDS = {0.95: (0.94, 0.97), 0.99: (0.985, 1.0)}
STATES = (State.FASTER, State.SLOWER, State.SAME, State.EXHAUSTED)
NOISES = MODELS | ADDED
CHANCE = 3.0
"""So many standard errors of a simulation are put down to it."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    with ProcessPoolExecutor() as pool:
        for line in (*_coverage(pool, given.runs, given.seed), *_plans(pool, given.runs, given.seed)):
            print(line, flush=True)


def _coverage(pool: Executor, runs: int, seed: int) -> Iterator[str]:
    cells = [(name, size) for name in NOISES for size in SIZES]
    held = dict(zip(cells, pool.map(functools.partial(_held, runs=runs, seed=seed), cells), strict=True))
    for nominal, (lowest, highest) in BANDS.items():
        sizes = [size for size in SIZES if _reached(size, nominal)]
        yield f"| coverage of {nominal:.0%} intervals, {runs} runs | " + " | ".join(f"{size} pairs" for size in sizes) + " |"
        yield "| --- |" + " --- |" * len(sizes)
        yield "| what the ranks allow | " + " | ".join(f"{_reached(size, nominal):.1%}" for size in sizes) + " |"
        for name in NOISES:
            shares = [held[name, size][nominal] / runs for size in sizes]
            cells_of = (f"{share:.1%}" + ("" if lowest <= share <= highest else " *") for share in shares)
            yield f"| {name} | " + " | ".join(cells_of) + " |"
        yield ""
        yield _outside({cell: held[cell][nominal] / runs for cell in cells if cell[1] in sizes}, lowest, highest, runs)
        yield ""


def _outside(shares: Mapping[tuple[str, int], float], lowest: float, highest: float, runs: int) -> str:
    """Say how many cells lie outside, and which do by more than the simulation's own chance."""
    outside = {cell: share for cell, share in shares.items() if not lowest <= share <= highest}
    clear = [f"{name} at {size}" for (name, size), share in outside.items() if _is_clear(share, lowest, highest, runs)]
    text = f"{len(outside)} of {len(shares)} cells lie outside {lowest:.1%} to {highest:.1%} (marked)"
    return f"{text}; by more than the simulation's own chance: {', '.join(clear) or 'none'}."


def _is_clear(share: float, lowest: float, highest: float, runs: int) -> bool:
    nearest = lowest if share < lowest else highest
    return abs(share - nearest) > CHANCE * (nearest * (1 - nearest) / runs) ** 0.5


def _reached(size: int, nominal: float) -> float:
    """Return the confidence that intervals of so many pairs have; 0 where there are none."""
    rank = ranks_within(size, 1 - nominal)
    return 1 - rank_error(size, rank) if rank else 0.0


def _held(cell: tuple[str, int], *, runs: int, seed: int) -> Counter[float]:
    """Count the intervals that hold the truth, by their confidence."""
    name, size = cell
    rng = random.Random(f"{seed}/{name}/{size}")
    held: Counter[float] = Counter()
    for _ in range(runs):
        pairs = NOISES[name].pairs(COVERED_GAIN, size, rng)
        for nominal in BANDS:
            comparison = compare(pairs, nominal)
            held[nominal] += comparison is not None and comparison.low <= 1 + COVERED_GAIN <= comparison.high
    return held


def _plans(pool: Executor, runs: int, seed: int) -> Iterator[str]:
    plan = Plan(confidence=0.99)
    yield f"Looks at {', '.join(map(str, plan.looks))} pairs; error of all looks together at most {plan.error:.2%}; {runs} runs a line."
    yield ""
    yield "| noise | true gain | FASTER | SLOWER | same | open | pairs | FASTER by 3% | missed at the stop | missed at any look |"
    yield "| --- |" + " --- |" * 9
    cells = [(name, gain) for name in NOISES for gain in GAINS]
    yield from pool.map(functools.partial(_line, plan, runs=runs, seed=seed), cells)


def _line(plan: Plan, cell: tuple[str, float], *, runs: int, seed: int) -> str:
    name, gain = cell
    rng = random.Random(f"{seed}/{name}/{gain}")
    count: Counter[str] = Counter()
    for _ in range(runs):
        pairs = NOISES[name].pairs(gain, plan.looks[-1], rng)
        decision = plan.decide(pairs, min_speedup=1.0, same_within=1.01)
        seen = [comparison for comparison in plan.comparisons(pairs) if comparison is not None]
        missed = [not one.low <= 1 + gain <= one.high for one in seen]
        stop = next(at for at, one in enumerate(seen) if one == decision.comparison)
        count[decision.state] += 1
        count["pairs"] += seen[stop].rounds
        count["by 3%"] += gain > 0 and plan.decide(pairs, min_speedup=1.03).state is State.FASTER
        count["stop"] += missed[stop]
        count["any"] += any(missed)
    shares = [f"{count[state] / runs:.2%}" for state in STATES]
    rest = [f"{count[key] / runs:.2%}" for key in ("by 3%", "stop", "any")]
    return "| " + " | ".join([name, f"{gain:.0%}", *shares, f"{count['pairs'] / runs:.1f}", *rest]) + " |"


if __name__ == "__main__":
    main()
