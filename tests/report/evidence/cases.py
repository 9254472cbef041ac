"""Runs for the evidence page: one with everything that a page can show, and one of two hundred candidates."""

from __future__ import annotations

import random
from dataclasses import replace

from codeopt.model.evidence import CheckKind, Clock, Comparison, Outcome, Verdict
from codeopt.model.patch import Origin
from codeopt.model.report import CandidateReport, Report
from tests.report import samples

SIZES = "from small inputs to large ones: 0.95x [0.9, 1.02] where a call takes 1.2 us, 3.1x [2.9, 3.4] where a call takes 24 ms"


def timed(ratio: float = 2.31, *, pairs: int = 24, new_s: float = 0.00052, clock: Clock = Clock.CPU) -> Comparison:
    """Return a comparison that keeps its pairs, with a scatter that is always the same."""
    scatter = random.Random(ratio)
    kept = tuple((new_s * ratio * scatter.uniform(0.95, 1.08), new_s * scatter.uniform(0.95, 1.08)) for _ in range(pairs))
    low, high = ratio * 0.95, ratio * 1.06
    return Comparison(
        ratio=ratio,
        low=low,
        high=high,
        confidence=0.99,
        rounds=pairs,
        old_seconds=new_s * ratio,
        new_seconds=new_s,
        clock=clock,
        pairs=kept,
    )


def faster() -> Verdict:
    """Return a verdict with pairs and with figures by size."""
    plain = samples.faster()
    checks = tuple(replace(one, detail=f"{one.detail}; {SIZES}") if one.kind is CheckKind.TIMING else one for one in plain.checks)
    return replace(plain, checks=checks, comparison=timed(), workload=timed(1.3, pairs=9, new_s=0.4, clock=Clock.WALL))


def full() -> Report:
    """Return a run with two accepted patches, of which the first has all that is ever kept, and both together."""
    run = samples.together()
    first, *others = run.candidates
    return replace(run, candidates=(replace(first, verdict=faster()), *others))


def crowd(count: int = 200) -> Report:
    """Return a run of many candidates in chains of four, each with its checks and its diff."""
    verdicts = (
        faster(),
        samples.wrong(),
        samples.slower(),
        Verdict(outcome=Outcome.NOT_PROVEN, reason="too little", comparison=timed(1.01)),
    )
    made: list[CandidateReport] = []
    for number in range(count):
        parent = made[-1].key if number % 4 else None
        origin = Origin(proposer="model", prompt="rewrite", prompt_version="3", model="coder-1.5b", sample=number, parent=parent)
        made.append(samples.candidate(f"{number:016x}", verdicts[0 if number == 0 else number % 3 + 1], origin=origin))
    return samples.report(candidates=tuple(made), accepted=(made[0].key,))
