"""Puts faults into the original, to see how many of them the calls find that a candidate has to pass."""

from __future__ import annotations

from collections.abc import Sequence

from codeopt.errors import ContestantError
from codeopt.model.calls import Expected
from codeopt.model.mutant import Mutant
from codeopt.model.oracle import Power, Survivor
from codeopt.model.work import Recording
from codeopt.mutation import mutants
from codeopt.ports import Sandbox
from codeopt.trial.asking import fates
from codeopt.trial.numbered import CANDIDATE_SEED, SLOWER, inputs
from codeopt.trial.scene import Scene
from codeopt.trial.worker import open_worker
from codeopt.verify.probes import fitting

__all__ = ["SHORTEST_S", "cheapest", "mutants_of", "tried_power"]

MOST = 60
LEFT_OUT = frozenset({"unfit", "untried"})
SHORTEST_S = 0.5
MOST_BYTES = 1_000_000


def tried_power(scene: Scene, referee: Sandbox, recording: Recording, expected: Expected) -> Power | None:
    """Return how many faults of the target the expected calls find; None where there is nothing to compare."""
    if not expected.calls:
        return None
    made = mutants_of(scene, recording)
    answers = {answer.call: answer for answer in expected.answers}
    every = inputs(recording, expected)
    known = {every[number]: answers[number] for number in expected.replayed if number in answers}
    calls = cheapest(list(known), most_bytes=MOST_BYTES)
    try:
        with open_worker(scene, referee, recording, hash_seed=CANDIDATE_SEED) as worker:
            ended = fates(
                worker,
                calls,
                made,
                [(known[call].digest, known[call].printed) for call in calls],
                each_s=SHORTEST_S + SLOWER * expected.seconds,
                all_s=scene.limits.power_s,
            )
    except ContestantError as error:
        return Power(made=len(made), killed=0, survivors=(), untried=len(made), problem=str(error))
    survivors = [_survivor(mutant) for mutant, fate in zip(made, ended, strict=True) if fate.how == "survived"]
    untried = sum(fate.how in LEFT_OUT for fate in ended)
    return Power(made=len(made), killed=len(made) - len(survivors) - untried, survivors=tuple(survivors), untried=untried)


def mutants_of(scene: Scene, recording: Recording) -> tuple[Mutant, ...]:
    """Return the faults that are put into a target, the same each time."""
    name = recording.name
    return mutants(name.path, scene.files.get(name.path, b""), name.qualname, name.ordinal, most=MOST, seed=f"{scene.seed}/{name}")


def cheapest(calls: Sequence[bytes], *, most_bytes: int) -> list[bytes]:
    """Return the smallest calls first, up to a sum of bytes: most mutants end at the first call, whichever it is."""
    sizes = [len(call) for call in calls]
    smallest_first = sorted(range(len(calls)), key=sizes.__getitem__)
    return [calls[at] for at in fitting(sizes, smallest_first, most_bytes=most_bytes, least=1)]


def _survivor(mutant: Mutant) -> Survivor:
    return Survivor(line=mutant.line, operator=mutant.operator, before=mutant.before, after=mutant.after)
