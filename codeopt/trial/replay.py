"""Replays recorded calls: on the original to learn what is expected, on a candidate to learn whether it does the same.

The original is replayed under two hash seeds and a candidate under a third, so that an order that happens to come out of a set is
neither expected nor accepted.
"""

from __future__ import annotations

from collections.abc import Sequence

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Expected
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.recording import unpack
from codeopt.trial.scene import Scene
from codeopt.trial.worker import open_worker, place_recording
from codeopt.verify.calls import judge_calls, settle, still

__all__ = ["check_calls", "learn_expected"]

SEEDS = (0, 1)
CANDIDATE_SEED = 2
MOST_CRASHES = 5


def learn_expected(scene: Scene, referee: Sandbox, recording: Recording) -> Expected:
    """Replay all calls on the original, in two fresh processes, and keep those on which both agree with each other and with the run.

    Calls that end the process are found first, and left out. Where the original cannot be replayed at all, nothing is expected, and
    the reason is kept.
    """
    place_recording(referee, recording)
    try:
        calls, crashed = _survivors(scene, referee, recording)
        first, second = (_answers(scene, referee, recording, calls, seed) for seed in SEEDS)
    except ContestantError as error:
        return Expected(answers=(), dropped=((f"the original cannot be replayed: {error}", recording.calls),))
    return settle([*first, *crashed], second, outcomes=unpack(recording).outcomes, replayed=calls)


def _survivors(scene: Scene, referee: Sandbox, recording: Recording) -> tuple[tuple[int, ...], tuple[CallAnswer, ...]]:
    """Return the calls after which the worker lives on, and answers that say what became of the others.

    Raises:
        ContestantError: the target cannot be imported, or too many calls end the worker.
    """
    calls, crashed = tuple(range(recording.calls)), list[CallAnswer]()
    while True:
        answered = 0
        with open_worker(scene, referee, recording) as worker:
            try:
                for _ in worker.answers(calls):
                    answered += 1
            except ContestantError as error:
                crashed.append(CallAnswer(call=calls[answered], status="opaque", note=f"it ended the process: {error}"))
                if len(crashed) > MOST_CRASHES:
                    raise
                calls = calls[:answered] + calls[answered + 1 :]
                continue
        return calls, tuple(crashed)


def check_calls(scene: Scene, contestant: Sandbox, recording: Recording, expected: Expected, *, referee: Sandbox | None = None) -> Check:
    """Replay the expected calls on a candidate and compare.

    Before a difference is held against the candidate, the original (in `referee`, when given) is asked once more: what it no longer
    does itself, because a day has passed or a file has gone, proves nothing.
    """
    if not expected.answers:
        return judge_calls(expected, (), seen=recording.seen)
    place_recording(contestant, recording)
    try:
        answers = _answers(scene, contestant, recording, expected.replayed, CANDIDATE_SEED)
    except ContestantError as error:
        return Check(kind=CheckKind.CALLS, passed=False, detail=f"while recorded calls were replayed: {error}")
    check = judge_calls(expected, answers, seen=recording.seen)
    if check.passed is True or referee is None:
        return check
    return judge_calls(_asked_again(scene, referee, recording, expected), answers, seen=recording.seen)


def _asked_again(scene: Scene, referee: Sandbox, recording: Recording, expected: Expected) -> Expected:
    try:
        return still(expected, _answers(scene, referee, recording, expected.replayed, CANDIDATE_SEED))
    except ContestantError:
        return Expected(answers=(), dropped=(("the original does not repeat its own result", len(expected.answers)),))


def _answers(scene: Scene, sandbox: Sandbox, recording: Recording, calls: Sequence[int], hash_seed: int) -> tuple[CallAnswer, ...]:
    with open_worker(scene, sandbox, recording, hash_seed=hash_seed) as worker:
        return worker.replay(calls)
