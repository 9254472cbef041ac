"""What the original's side is asked beside making calls: new calls, smaller ones, what it makes of them, and which faults they would find.

Each question goes to a worker of the original; a candidate's is never asked any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from codeopt.errors import ContestantError
from codeopt.model.mutant import Mutant
from codeopt.model.plan import Plan
from codeopt.trial.worker import Worker
from codeopt.verify.probes import Tried

__all__ = ["Fate", "built", "fates", "grown", "sieved", "sketched", "smaller", "symbolic", "trimmed", "varied"]

SLACK_S = 30.0


def varied(worker: Worker, calls: Sequence[bytes], seed: str) -> tuple[bytes, ...]:
    """Return near relatives of calls; `seed` decides which.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return tuple(data for _, data in worker.made({"op": "vary", "seed": seed}, calls))


def sketched(worker: Worker, calls: Sequence[bytes], *, most: int) -> Sequence[object]:
    """Return what calls look like, as JSON.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return worker.answer({"op": "sketch", "most": most}, calls, "sketches").sketches or ()


def built(worker: Worker, calls: Sequence[bytes], plans: Sequence[Plan]) -> tuple[tuple[int, bytes], ...]:
    """Return the calls that plans lead to, each with its plan's position; a plan that leads to none is left out.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return worker.made({"op": "build", "plans": [asdict(plan) for plan in plans]}, calls)


def sieved(worker: Worker, calls: Sequence[bytes], *, each_s: float, all_s: float) -> tuple[Tried, ...]:
    """Try calls one by one, each for `each_s` at most and all for `all_s`.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    question = {"op": "sieve", "each_s": each_s, "all_s": all_s}
    found = worker.answer(question, calls, "sieved", timeout_s=all_s + each_s + SLACK_S).sieved or ()
    if len(found) != len(calls):
        raise ContestantError(f"the worker tried {len(found)} calls of {len(calls)}")
    return tuple(Tried(outcome=outcome, arcs=frozenset(arcs), size=len(data)) for data, (outcome, arcs) in zip(calls, found, strict=True))


def smaller(worker: Worker, data: bytes) -> tuple[bytes, ...]:
    """Return simpler relatives of a call, the simplest first.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return tuple(relative for _, relative in worker.made({"op": "smaller"}, [data]))


def trimmed(worker: Worker, calls: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the calls, each large one made small.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return tuple(data for _, data in worker.made({"op": "trim"}, calls))


def grown(worker: Worker, calls: Sequence[bytes], *, all_s: float) -> tuple[tuple[int, float], ...]:
    """Return what the largest of calls takes at growing sizes, as (size, seconds); none where that cannot be said.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return tuple(worker.answer({"op": "growth", "all_s": all_s}, calls, "grown", timeout_s=all_s + SLACK_S).grown or ())


def symbolic(worker: Worker, calls: Sequence[bytes], *, seconds: float) -> tuple[bytes, ...]:
    """Return calls that take different ways through the target, in the form of most of these; none where that cannot be said of it.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    return tuple(data for _, data in worker.made({"op": "symbolic", "seconds": seconds}, calls))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a mutant, at which call: `killed`, `crashed`, `hung`, `survived`, `unfit` or `untried`.

    The call behind the last one stands for what all of them left in the module.
    """

    how: str
    call: int


def fates(
    worker: Worker,
    calls: Sequence[bytes],
    mutants: Sequence[Mutant],
    wanted: Sequence[tuple[str, str]] | None,
    *,
    each_s: float,
    all_s: float,
) -> tuple[Fate, ...]:
    """Put mutants through calls and return what became of each.

    `wanted` holds the digests of what the original does and prints in each call; where it is None, whatever it does twice is.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    question = {
        "op": "mutants",
        "sources": [mutant.source.decode("utf-8", "surrogateescape") for mutant in mutants],
        "wanted": None if wanted is None else [list(pair) for pair in wanted],
        "each_s": each_s,
        "all_s": all_s,
    }
    found = worker.answer(question, calls, "fates", timeout_s=2 * all_s + each_s + SLACK_S).fates or ()
    if len(found) != len(mutants):
        raise ContestantError(f"the worker told the fates of {len(found)} mutants of {len(mutants)}")
    return tuple(Fate(how=how, call=call) for how, call in found)
