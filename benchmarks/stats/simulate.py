"""Prints how often the sequential plan errs and what it finds, on simulated pairs of processes.

Run from the root of a checkout: `python benchmarks/stats/simulate.py [--runs 4000] [--confidence 0.99] [--seed 1]`.

Each noise model gives a process its own speed, a wait that only ever adds, and a drift that both sides of a pair share. `gain` is the
true speed-up. `faster` to `open` are the states that the plan ended in (min_speedup 1.03; `open` is exhausted), `above 1` says how
often the final interval lay above 1, `missed` how often the interval of any look did not hold the truth: at most 1 - confidence is
allowed.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from codeopt.model.evidence import Measurement
from codeopt.stats.sequential import Plan, State

__all__ = ["MODELS", "Noise", "main"]

GAINS = (0.0, 0.02, 0.05, 0.10)
MIN_SPEEDUP = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What a machine adds to times, as shares of them.

    `process` is the spread of a process's own speed, `wait` the mean of what is always added, `bursts` how often a heavy-tailed wait of
    scale `burst` comes on top (Pareto of shape `tail`), `drift` the spread of what a pair shares.
    """

    process: float
    wait: float
    bursts: float
    burst: float
    tail: float = 1.5
    drift: float = 0.0

    def pairs(self, gain: float, count: int, rng: random.Random) -> list[Measurement]:
        """Simulate pairs whose new code is `gain` faster (0.05: old takes 1.05 times as long)."""
        return [self._pair(gain, rng) for _ in range(count)]

    def _pair(self, gain: float, rng: random.Random) -> Measurement:
        shared = math.exp(rng.gauss(0, self.drift))
        return Measurement(old_seconds=shared * (1 + gain) * self._process(rng), new_seconds=shared * self._process(rng))

    def _process(self, rng: random.Random) -> float:
        wait = rng.expovariate(1 / self.wait)
        if rng.random() < self.bursts:
            wait += self.burst * (rng.paretovariate(self.tail) - 1)
        return math.exp(rng.gauss(0, self.process)) * (1 + wait)


MODELS = {
    "quiet": Noise(process=0.005, wait=0.003, bursts=0.02, burst=0.05),
    "laptop": Noise(process=0.015, wait=0.01, bursts=0.10, burst=0.08, drift=0.05),
    "busy": Noise(process=0.03, wait=0.03, bursts=0.30, burst=0.15, tail=1.2, drift=0.20),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Print one line for each noise model and gain."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--confidence", type=float, default=0.99)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--looks", type=int, nargs="*", default=())
    given = parser.parse_args(argv)
    plan = Plan(confidence=given.confidence, looks=tuple(given.looks))
    print(f"{given.runs} runs a line; looks {plan.looks}, ranks {plan.ranks}; error at most {plan.error:.2%}")
    columns = "".join(f"{name:>9}" for name in ("faster", "slower", "same", "open", "above 1", "missed", "pairs"))
    print(f"{'noise':8}{'gain':>6}{columns}")
    for name, noise in MODELS.items():
        for gain in GAINS:
            print(f"{name:8}{gain:6.0%}{_line(plan, noise, gain, runs=given.runs, seed=given.seed)}")


def _line(plan: Plan, noise: Noise, gain: float, *, runs: int, seed: int) -> str:
    rng = random.Random(f"{seed}/{noise}/{gain}")
    count: Counter[str] = Counter()
    for _ in range(runs):
        count.update(_run(plan, noise.pairs(gain, plan.looks[-1], rng), 1 + gain))
    shares = [count[key] / runs for key in (State.FASTER, State.SLOWER, State.SAME, State.EXHAUSTED, "above 1", "missed")]
    return "".join(f"{share:9.2%}" for share in shares) + f"{count['pairs'] / runs:9.1f}"


def _run(plan: Plan, pairs: Sequence[Measurement], truth: float) -> dict[str, int]:
    decision = plan.decide(pairs, min_speedup=MIN_SPEEDUP)
    last = decision.comparison
    missed = any(seen is not None and not seen.low <= truth <= seen.high for seen in plan.comparisons(pairs))
    return {
        decision.state: 1,
        "above 1": int(last is not None and last.low > 1),
        "missed": int(missed),
        "pairs": last.rounds if last else plan.looks[-1],
    }


if __name__ == "__main__":
    main()
