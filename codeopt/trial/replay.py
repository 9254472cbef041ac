"""Replays recorded calls: on the original to learn what is expected, on a candidate to learn whether it does the same."""

from __future__ import annotations

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Expected
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.scene import Scene
from codeopt.trial.worker import open_worker, place_recording
from codeopt.verify.calls import judge_calls, settle

__all__ = ["check_calls", "learn_expected"]


def learn_expected(scene: Scene, referee: Sandbox, recording: Recording) -> Expected:
    """Replay all calls on the original, in two fresh processes, and keep those on which both agree.

    Where the original cannot even be imported for a replay, nothing is expected, and the reason is kept.
    """
    place_recording(referee, recording)
    try:
        first = _answers(scene, referee, recording, tuple(range(recording.calls)))
        second = _answers(scene, referee, recording, tuple(range(recording.calls)))
    except ContestantError as error:
        return Expected(answers=(), dropped=((f"the original cannot be replayed: {error}", recording.calls),))
    return settle(first, second)


def check_calls(scene: Scene, contestant: Sandbox, recording: Recording, expected: Expected) -> Check:
    """Replay the expected calls on a candidate and compare."""
    if not expected.answers:
        return judge_calls(expected, (), seen=recording.seen)
    place_recording(contestant, recording)
    try:
        answers = _answers(scene, contestant, recording, expected.calls)
    except ContestantError as error:
        return Check(kind=CheckKind.CALLS, passed=False, detail=f"while recorded calls were replayed: {error}")
    return judge_calls(expected, answers, seen=recording.seen)


def _answers(scene: Scene, sandbox: Sandbox, recording: Recording, calls: tuple[int, ...]) -> tuple[CallAnswer, ...]:
    with open_worker(scene, sandbox, recording) as worker:
        return worker.replay(calls)
