"""Replays recorded calls, and calls that were made out of them, on a candidate, to learn whether it does what the original does.

The original is replayed under two hash seeds and a candidate under a third, so that an order that happens to come out of a set is
neither expected nor accepted. Calls whose answers hang on the seed are compared once more under a seed that both have.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from codeopt.errors import ContestantError
from codeopt.model.calls import Expected, Replay
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.crowding import LONGEST_S, joining, newly_concurrent, spread
from codeopt.trial.novelty import Novelty, novelty, with_novelty
from codeopt.trial.numbered import CANDIDATE_SEED, SEEDS, SLOWER, inputs
from codeopt.trial.scene import Scene
from codeopt.trial.shrinking import shrunk
from codeopt.trial.worker import BatchEndedError, Named, open_worker
from codeopt.verify.calls import first_difference, judge_calls, judge_seeded, steady, still
from codeopt.verify.conduct import judge_conduct

__all__ = ["CallsTrial", "check_calls", "replayed"]

T = TypeVar("T")

TRACED = 20  # a line that is traced takes so many times as long


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsTrial:
    """What a replay on a candidate showed: `conduct` is None where the calls already differ.

    `arcs` are those that were passed in the target's file; None where that was not looked at. `old` are those that the original passed in
    calls of this candidate alone.
    """

    calls: Check
    conduct: Check | None = None
    arcs: tuple[tuple[int, int], ...] | None = None
    old: tuple[tuple[int, int], ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks in the order in which they count."""
        return (self.calls,) if self.conduct is None else (self.calls, self.conduct)


def check_calls(
    scene: Scene,
    contestant: Sandbox,
    recording: Recording,
    expected: Expected,
    *,
    referee: Sandbox | None = None,
    files: Mapping[str, bytes] | None = None,
) -> CallsTrial:
    """Replay the expected calls on a candidate and compare; `files` are those of its patch, where they are known.

    Before a difference is held against the candidate, the original (in `referee`, when given) is asked once more: what it no longer
    does itself, because a day has passed or a file has gone, proves nothing.
    """
    if not expected.calls:
        return CallsTrial(calls=judge_calls(expected, Replay(answers=()), seen=recording.seen))
    if referee is not None and newly_concurrent(scene, recording, files or {}):
        expected = _with_crowd(scene, referee, recording, expected)
    every = inputs(recording, expected)
    try:
        got = replayed(scene, contestant, recording, every, expected.replayed, CANDIDATE_SEED, expected=expected)
    except ContestantError as error:
        return CallsTrial(calls=Check(kind=CheckKind.CALLS, passed=False, detail=f"while recorded calls were replayed: {error}"))
    check = judge_calls(expected, got, seen=recording.seen, tolerance=scene.tolerance)
    if check.passed is not True and referee is not None:
        check = _blamed(scene, referee, contestant, recording, expected=expected, got=got)
    if check.passed is True and expected.seeded:
        check = _seeded(scene, contestant, recording, expected, check, referee=referee)
    if check.passed is not True:
        return CallsTrial(calls=check)
    own = Novelty()
    if referee is not None and files:
        own = novelty(scene, referee, contestant, recording, files)
        check = with_novelty(check, own)
        if check.passed is not True:
            return CallsTrial(calls=check)
    conduct = judge_conduct(expected.deeds, got.deeds, kept=got.kept - expected.kept, calls=len(expected.replayed))
    return CallsTrial(calls=check, conduct=conduct, arcs=(*got.arcs, *own.new) if expected.arcs else None, old=own.old)


def _seeded(scene: Scene, contestant: Sandbox, recording: Recording, expected: Expected, check: Check, *, referee: Sandbox | None) -> Check:
    """Compare the calls whose answers hang on the hash seed under the seed that they are known of."""
    asked = dataclasses.replace(expected, answers=expected.seeded, worn=(), crowd=())
    every, lenient = inputs(recording, expected), "hashing" in scene.assume
    ask = partial(
        replayed, scene, recording=recording, calls=every, numbers=expected.replayed, hash_seed=SEEDS[0], expected=asked, traced=False
    )
    try:
        found = judge_seeded(check, expected, ask(sandbox=contestant), lenient=lenient)
    except ContestantError as error:
        return Check(kind=CheckKind.CALLS, passed=False, detail=f"while recorded calls were replayed: {error}")
    if found.passed is True or referee is None:
        return found
    try:
        again = judge_seeded(check, expected, ask(sandbox=referee), lenient=lenient)
    except ContestantError:
        return check
    return found if again.passed is True else check


def _blamed(scene: Scene, referee: Sandbox, contestant: Sandbox, recording: Recording, *, expected: Expected, got: Replay) -> Check:
    """Hold a difference against the candidate if the original still does what was expected, on as small an input as shows it."""
    found = first_difference(expected, got, scene.tolerance)
    if found is not None and found.call is not None and not expected.breaks(found.call):
        small = shrunk(scene, (referee, contestant), recording, inputs(recording, expected)[found.call])
        if small is not None:
            return judge_calls(expected, got, seen=recording.seen, found=small, tolerance=scene.tolerance)
    expected = _asked_again(scene, referee, recording, expected)
    return judge_calls(expected, got, seen=recording.seen, tolerance=scene.tolerance)


def _asked_again(scene: Scene, referee: Sandbox, recording: Recording, expected: Expected) -> Expected:
    try:
        every = inputs(recording, expected)
        again = replayed(scene, referee, recording, every, expected.replayed, CANDIDATE_SEED, expected=expected, traced=False)
        return still(expected, again)
    except ContestantError:
        return Expected(answers=(), dropped=(("the original does not repeat its own result", len(expected.answers)),))


def _with_crowd(scene: Scene, referee: Sandbox, recording: Recording, expected: Expected) -> Expected:
    """Add what the original does when several calls are made at the same time; nothing where it cannot be asked."""
    every, known = inputs(recording, expected), {answer.call for answer in expected.answers}
    comparable = [at for at, number in enumerate(expected.replayed) if number in known]
    positions = spread(comparable, calls=len(expected.replayed), seconds=expected.seconds)
    crowds = []
    try:
        for seed in SEEDS:
            with open_worker(scene, referee, recording, hash_seed=seed) as worker:
                crowds.append(worker.crowd([every[number] for number in expected.replayed], positions, seconds=LONGEST_S))
    except ContestantError:
        return expected
    return dataclasses.replace(expected, crowd=steady(expected, *crowds))


def _together(expected: Expected) -> list[int]:
    """Return the positions of calls of which it is known what they do when they are made at the same time."""
    return [at for at, digest in enumerate(expected.crowd[: len(expected.replayed)]) if digest]


def replayed(
    scene: Scene,
    sandbox: Sandbox,
    recording: Recording,
    calls: Sequence[bytes],
    numbers: Sequence[int],
    hash_seed: int,
    *,
    expected: Expected | None = None,
    traced: bool = True,
) -> Replay:
    """Make the calls with these numbers in a fresh process, a second time on worn objects, and some at the same time.

    Those are the ones which `expected` knows of, or which the original's source asks for. Without `traced`
    nothing is learnt of the lines that run, nor of memory.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    patience_s = scene.limits.call_s * (1 + len(numbers) / 10) if expected is None else scene.limits.call_s + SLOWER * expected.seconds
    chosen = [calls[number] for number in numbers]
    with open_worker(scene, sandbox, recording, hash_seed=hash_seed) as worker:
        with worker.batch(chosen, timeout_s=patience_s) as batch:
            replay = batch.tell(numbers, among=None if expected is None else {answer.call for answer in expected.answers})
            if expected is None or expected.worn:
                looked = _comparable(replay) if expected is None else [at for at, digest in enumerate(expected.worn) if digest]
                worn = _tolerant(partial(batch.again, looked), Named(()), strict=expected is not None)
                replay = dataclasses.replace(replay, worn=worn.digests, worn_parted=worn.parted)
        together = _together(expected) if expected is not None else _joining(scene, recording, replay)
        if together:
            longest_s = LONGEST_S if expected is None else patience_s + LONGEST_S
            replay = dataclasses.replace(replay, crowd=worker.crowd(chosen, together, seconds=longest_s))
        seen: tuple[tuple[tuple[int, int], ...], int] = ((), 0)
        if traced and (expected is None or expected.arcs):
            compared = None if expected is None else {answer.call for answer in (*expected.answers, *expected.seeded)}
            shown = [calls[number] for number in numbers if compared is None or number in compared]
            ask = partial(worker.trace, shown, timeout_s=TRACED * patience_s)
            seen = _tolerant(ask, seen, strict=expected is not None)
        arcs, kept = seen
        return dataclasses.replace(replay, arcs=arcs, kept=kept, deeds=worker.deeds)


def _joining(scene: Scene, recording: Recording, replay: Replay) -> list[int]:
    return joining(scene, recording, _comparable(replay), calls=len(replay.answers), seconds=replay.seconds)


def _comparable(replay: Replay) -> list[int]:
    return [at for at, answer in enumerate(replay.answers) if answer.digest]


def _tolerant(ask: Callable[[], T], nothing: T, *, strict: bool) -> T:
    """Return an answer, or `nothing` where the original cannot bear the question: then it is not asked of a candidate either.

    Raises:
        BatchEndedError: a candidate cannot bear it.
    """
    try:
        return ask()
    except BatchEndedError:
        if strict:
            raise
        return nothing
