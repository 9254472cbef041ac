"""Makes probes: calls that nobody made, planned from sketches of the recorded ones, and chosen for what they show of the original.

A pool of calls is built and tried on the original. Kept are those that end otherwise, or take another way through the code, than what
came before; then faults are put into the original, and for those that no call finds so far the whole pool is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codeopt.errors import ContestantError
from codeopt.inputs.plans import plans
from codeopt.inputs.signature import signature_of
from codeopt.model.calls import Probe
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.asking import built, fates, sieved, sketched, trimmed
from codeopt.trial.power import SHORTEST_S, cheapest, mutants_of
from codeopt.trial.recording import unpack
from codeopt.trial.scene import Scene
from codeopt.trial.symbolic import symbolic_probes
from codeopt.trial.worker import Worker, open_worker
from codeopt.verify.probes import Tried, telling

__all__ = ["ALIEN", "BASE_BYTES", "KEPT_BYTES", "SKETCHED", "patience_s", "probes"]

SKETCHED = 60
PLANNED = 1400
KEPT = 192
MOST_KEPT = 800
KEPT_S = 0.3
BASE_BYTES = 600_000
KEPT_BYTES = 500_000
HUNTED_BYTES = 700_000
LOOPING = 5  # a mutant that takes so many times as long as the original loops for ever, as far as it matters
PATIENT = 20  # a made call may take so many times as long as a recorded one
FOUND = frozenset({"killed", "crashed", "hung"})
# Another type, or parts of another make, than any recorded call had: what the code does there is nobody's business.
ALIEN = frozenset({"type", "none", "nested", "shape", "keys", "state", "subclass", "order"})


def probes(scene: Scene, referee: Sandbox, recording: Recording, near: Sequence[bytes]) -> tuple[Probe, ...]:
    """Return calls that nobody made and that the original answers in good time; none where it cannot be asked.

    `near` are other calls that nobody made: what they find need not be found again.
    """
    try:
        with open_worker(scene, referee, recording) as worker:
            calls = cheapest(trimmed(worker, unpack(recording).calls), most_bytes=BASE_BYTES)
            pool = _pool(scene, worker, recording, calls)
            chosen = telling(pool.tried, most=_most(recording), most_bytes=KEPT_BYTES)
            known = cheapest([*calls, *near, *(pool.probes[at].data for at in chosen)], most_bytes=HUNTED_BYTES)
            rest = [probe.data for at, probe in enumerate(pool.probes) if pool.tried[at].outcome and at not in chosen]
            hunted = frozenset(_hunted(scene, worker, recording, known, cheapest(rest, most_bytes=HUNTED_BYTES)))
    except ContestantError:
        return ()
    found = [probe for at, probe in enumerate(pool.probes) if at in chosen or probe.data in hunted]
    # What an odd input leaves behind in a candidate must not be held against it on an ordinary one.
    return tuple(sorted(found, key=lambda probe: bool(probe.breaks)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """Calls that could be probes, and what the original made of each."""

    probes: Sequence[Probe]
    tried: Sequence[Tried]


def _pool(scene: Scene, worker: Worker, recording: Recording, calls: Sequence[bytes]) -> _Pool:
    name = recording.name
    signature = signature_of(scene.files.get(name.path, b""), name.qualname, name.ordinal)
    seed, unwanted = f"{scene.secret}/{name}", ALIEN | scene.assume
    planned = plans(sketched(worker, calls, most=SKETCHED), signature, most=PLANNED, seed=seed, unwanted=unwanted)
    made = [(planned[number], data) for number, data in built(worker, calls, planned)]
    symbolic = symbolic_probes(scene, worker, calls, signature, unwanted=unwanted)
    pool = [*symbolic, *(Probe(data=data, breaks=plan.breaks) for plan, data in made)]
    files = [*("" for _ in symbolic), *(plan.files for plan, _ in made)]
    tried = sieved(worker, [probe.data for probe in pool], each_s=patience_s(scene, recording), all_s=scene.limits.vary_s)
    told = [replace(one, breaks=probe.breaks, files=done) for one, probe, done in zip(tried, pool, files, strict=True)]
    return _Pool(probes=pool, tried=told)


def _most(recording: Recording) -> int:
    """Return how many calls are kept: more of those that take no time, since what tells of a candidate is not known yet."""
    affordable = int(KEPT_S / recording.each_s) if recording.each_s else MOST_KEPT
    return max(KEPT, min(MOST_KEPT, affordable))


def patience_s(scene: Scene, recording: Recording) -> float:
    """Return how long a call that nobody made may take: what is far beyond the recorded ones tells no more, and costs every candidate."""
    return min(scene.limits.call_s, max(0.1, PATIENT * recording.each_s))


def _hunted(scene: Scene, worker: Worker, recording: Recording, known: Sequence[bytes], others: Sequence[bytes]) -> list[bytes]:
    """Return those of `others` that find faults which no `known` call finds."""
    faults = mutants_of(scene, recording)
    ended = fates(worker, known, faults, None, each_s=_round_s(recording, known), all_s=scene.limits.hunt_s)
    left = [fault for fault, fate in zip(faults, ended, strict=True) if fate.how == "survived"]
    if not left or not others:
        return []
    hunt = fates(worker, others, left, None, each_s=_round_s(recording, others), all_s=scene.limits.hunt_s)
    return [others[fate.call] for fate in hunt if fate.how in FOUND and fate.call < len(others)]


def _round_s(recording: Recording, calls: Sequence[bytes]) -> float:
    """Return how long a mutant may take for all calls."""
    return SHORTEST_S + LOOPING * recording.each_s * len(calls)
