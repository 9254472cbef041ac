"""Makes calls for one candidate alone: around what its new text names and the original's does not, since there it may branch off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codeopt.errors import ContestantError
from codeopt.inputs.novel import novel_plans
from codeopt.inputs.signature import signature_of
from codeopt.model.calls import CallAnswer, Difference, Probe
from codeopt.model.evidence import Check
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.asking import built, sieved, sketched, trimmed
from codeopt.trial.numbered import CANDIDATE_SEED, SEEDS, SLOWER
from codeopt.trial.power import cheapest
from codeopt.trial.probing import ALIEN, BASE_BYTES, KEPT_BYTES, SKETCHED, patience_s
from codeopt.trial.recording import unpack
from codeopt.trial.scene import Scene
from codeopt.trial.shrinking import shrunk
from codeopt.trial.worker import open_worker
from codeopt.verify.calls import difference_between, difference_check, is_out_of_bounds
from codeopt.verify.probes import telling

__all__ = ["Novelty", "novelty"]

Arcs = tuple[tuple[int, int], ...]
PLANNED = 120
KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """What calls of a candidate's own showed: how many were compared, the first difference, if any, and the arcs that both sides passed.

    `breaks` is what the input of the difference breaks of what recorded calls have in common; `failure` says how the candidate failed to
    get through the calls.
    """

    compared: int = 0
    difference: Difference | None = None
    breaks: str = ""
    failure: str = ""
    old: Arcs = ()
    new: Arcs = ()


def novelty(scene: Scene, referee: Sandbox, contestant: Sandbox, recording: Recording, files: Mapping[str, bytes]) -> Novelty:
    """Compare the candidate with the original on such calls; nothing is shown where there are none, or the original cannot be asked."""
    try:
        made = _made(scene, referee, recording, files)
        wanted, old = _asked(scene, referee, recording, [probe.data for probe in made]) if made else ((), ())
    except ContestantError:
        return Novelty()
    asked = [
        (probe, answer)
        for probe, answer in zip(made, wanted, strict=True)
        if answer is not None and not is_out_of_bounds(answer, probe.breaks)
    ]
    if not asked:
        return Novelty()
    try:
        got, new = _told(scene, contestant, recording, [probe.data for probe, _ in asked])
    except ContestantError as error:
        return Novelty(compared=len(asked), failure=str(error))
    found = [
        (probe, difference)
        for (probe, want), have in zip(asked, got, strict=True)
        if (difference := difference_between(want, have, scene.tolerance))
    ]
    if not found:
        return Novelty(compared=len(asked), old=old, new=new)
    probe, difference = min(found, key=lambda each: bool(each[0].breaks))
    small = None if probe.breaks else shrunk(scene, (referee, contestant), recording, probe.data)
    return Novelty(compared=len(asked), difference=small or difference, breaks=probe.breaks)


def with_novelty(check: Check, found: Novelty) -> Check:
    """Return the check of calls with what such calls add to it."""
    if found.failure:
        return replace(check, passed=False, detail=f"in calls around what the new code names: {found.failure}")
    if found.difference is not None:
        return difference_check(found.difference, found.breaks)
    more = f"; so do {found.compared} around what the new code names" if found.compared else ""
    return replace(check, detail=check.detail + more)


def _made(scene: Scene, referee: Sandbox, recording: Recording, files: Mapping[str, bytes]) -> list[Probe]:
    name = recording.name
    before, after = (signature_of(source.get(name.path, b""), name.qualname, name.ordinal) for source in (scene.files, files))
    # Where the new code alone asks for None, None is what it may be wrong about.
    unwanted = ALIEN - {"none"} | scene.assume
    with open_worker(scene, referee, recording) as worker:
        calls = cheapest(trimmed(worker, unpack(recording).calls), most_bytes=BASE_BYTES)
        sketches = sketched(worker, calls, most=SKETCHED)
        planned = novel_plans(sketches, before, after, most=PLANNED, seed=f"{scene.secret}/{name}", unwanted=unwanted)
        made = built(worker, calls, planned) if planned else ()
        tried = sieved(worker, [data for _, data in made], each_s=patience_s(scene, recording), all_s=scene.limits.vary_s)
    chosen = telling(tried, most=KEPT, most_bytes=KEPT_BYTES)
    return [Probe(data=made[at][1], breaks=planned[made[at][0]].breaks) for at in chosen]


def _asked(scene: Scene, referee: Sandbox, recording: Recording, calls: Sequence[bytes]) -> tuple[list[CallAnswer | None], Arcs]:
    """Return what the original does with each call, None where that is not the same in two processes, and the arcs that it passes."""
    (one, _), (other, arcs) = (_told(scene, referee, recording, calls, hash_seed=seed) for seed in SEEDS)
    return [first if first.agrees(second) else None for first, second in zip(one, other, strict=True)], arcs


def _told(
    scene: Scene, sandbox: Sandbox, recording: Recording, calls: Sequence[bytes], *, hash_seed: int = CANDIDATE_SEED
) -> tuple[Sequence[CallAnswer], Arcs]:
    limit_s = scene.limits.call_s + SLOWER * recording.each_s * len(calls)
    with open_worker(scene, sandbox, recording, hash_seed=hash_seed) as worker:
        with worker.batch(calls, timeout_s=limit_s) as batch:
            answers = batch.tell(range(len(calls))).answers
        arcs, _ = worker.trace(calls, timeout_s=SLOWER * limit_s)
    return answers, arcs
