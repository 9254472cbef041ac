"""Prints how often intervals hold the truth, how often the sequential plan errs, and what it finds, on simulated pairs of processes.

Run from the root of a checkout: `python -m benchmarks.measurement.coverage [--runs 4000] [--seed 1]`; about two minutes.

First table: the share of intervals of a fixed number of pairs that hold the true ratio; 95% ones should hold it in 94 to 97% of the cases.
Second table: states in which the plan ends at 99% (FASTER from any shown gain on, the same within 1%), and what its intervals miss: at
the stop, and at any look.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.measurement.noise import MODELS, Noise
from codeopt.stats.compare import compare
from codeopt.stats.sequential import Plan, State

__all__ = ["main"]

SIZES = (6, 8, 10, 12, 15, 20, 30, 38)
GAINS = (0.0, 0.02, 0.05, 0.10)
NOMINAL = 0.95
LOWEST, HIGHEST = 0.94, 0.97


def main(argv: Sequence[str] | None = None) -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    for line in (*_coverage(given.runs, given.seed), "", *_plans(given.runs, given.seed)):
        print(line, flush=True)


def _coverage(runs: int, seed: int) -> Iterator[str]:
    yield f"| coverage of {NOMINAL:.0%} intervals, {runs} runs | " + " | ".join(f"{size} pairs" for size in SIZES) + " |"
    yield "| --- |" + " --- |" * len(SIZES)
    yield "| what the ranks allow | " + " | ".join(f"{_reached(size):.1%}" for size in SIZES) + " |"
    outside = 0
    for name, noise in MODELS.items():
        shares = [_held(noise, size, runs, random.Random(f"{seed}/{name}/{size}")) for size in SIZES]
        outside += sum(not LOWEST <= share <= HIGHEST for share in shares)
        yield f"| {name} | " + " | ".join(f"{share:.1%}" + ("" if LOWEST <= share <= HIGHEST else " *") for share in shares) + " |"
    yield ""
    yield f"{outside} of {len(MODELS) * len(SIZES)} cells lie outside {LOWEST:.0%} to {HIGHEST:.0%} (marked)."


def _reached(size: int) -> float:
    comparison = compare(MODELS["gaussian"].pairs(0.0, size, random.Random(0)), NOMINAL)
    return comparison.confidence if comparison else 0.0


def _held(noise: Noise, size: int, runs: int, rng: random.Random) -> float:
    gain = 0.25
    held = 0
    for _ in range(runs):
        comparison = compare(noise.pairs(gain, size, rng), NOMINAL)
        held += comparison is not None and comparison.low <= 1 + gain <= comparison.high
    return held / runs


def _plans(runs: int, seed: int) -> Iterator[str]:
    plan = Plan(confidence=0.99)
    yield f"Looks at {', '.join(map(str, plan.looks))} pairs; error of all looks together at most {plan.error:.2%}."
    yield ""
    yield "| noise | true gain | FASTER | SLOWER | same | open | missed at the stop | missed at any look | pairs |"
    yield "| --- |" + " --- |" * 8
    for name, noise in MODELS.items():
        for gain in GAINS:
            yield f"| {name} | {gain:.0%} | {_line(plan, noise, gain, runs // 4, random.Random(f'{seed}/{name}/{gain}'))} |"


def _line(plan: Plan, noise: Noise, gain: float, runs: int, rng: random.Random) -> str:
    count: Counter[str] = Counter()
    for _ in range(runs):
        pairs = noise.pairs(gain, plan.looks[-1], rng)
        decision = plan.decide(pairs, min_speedup=1.0, same_within=1.01)
        last = decision.comparison
        count[decision.state] += 1
        count["stop"] += last is not None and not last.low <= 1 + gain <= last.high
        count["any"] += any(seen is not None and not seen.low <= 1 + gain <= seen.high for seen in plan.comparisons(pairs))
        count["pairs"] += last.rounds if last else plan.looks[-1]
    states = (State.FASTER, State.SLOWER, State.SAME, State.EXHAUSTED)
    return " | ".join([*(f"{count[key] / runs:.2%}" for key in (*states, "stop", "any")), f"{count['pairs'] / runs:.1f}"])


if __name__ == "__main__":
    main()
