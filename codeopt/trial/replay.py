"""Replays recorded calls: on the original to learn what is expected, on a candidate to learn whether it does the same.

The original is replayed under two hash seeds and a candidate under a third, so that an order that happens to come out of a set is
neither expected nor accepted. Besides the recorded calls there are some that nobody made before: the original's side makes them out
of the recorded ones, by a secret seed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Expected, Replay
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.recording import unpack
from codeopt.trial.scene import Scene
from codeopt.trial.worker import BatchEndedError, Worker, open_worker
from codeopt.verify.calls import agreed, judge_calls, settle, still
from codeopt.verify.conduct import judge_conduct

__all__ = ["CallsTrial", "check_calls", "inputs", "learn_expected"]

T = TypeVar("T")

SEEDS = (0, 1)
CANDIDATE_SEED = 2
MOST_CRASHES = 5
FEWEST = 4
TRACED = 20  # a line that is traced takes so many times as long
SLOWER = 20  # a candidate may take so many times as long as the original before it counts as hanging


def inputs(recording: Recording, expected: Expected) -> tuple[bytes, ...]:
    """Return the pickles of all calls, by number."""
    return (*unpack(recording).calls, *expected.varied)


def learn_expected(scene: Scene, referee: Sandbox, recording: Recording) -> Expected:
    """Replay all calls on the original, in two fresh processes, and keep those on which both agree with each other and with the run.

    Calls that end the process are found first, and left out. Where the original cannot be replayed at all, nothing is expected, and
    the reason is kept.
    """
    frames = unpack(recording)
    try:
        calls, crashed = _survivors(scene, referee, recording, _affordable(scene, recording, frames.calls))
        varied = _varied(scene, referee, recording)
        numbers = (*calls, *range(len(frames.calls), len(frames.calls) + len(varied)))
        every = (*frames.calls, *varied)
        first, second = (_replayed(scene, referee, recording, every, numbers, seed) for seed in SEEDS)
    except ContestantError as error:
        return Expected(answers=(), dropped=((f"the original cannot be replayed: {error}", recording.calls),))
    first = dataclasses.replace(first, answers=(*first.answers, *crashed))
    settled = settle(first.answers, second.answers, outcomes=frames.outcomes, replayed=numbers, recorded=len(frames.calls))
    if spared := len(frames.calls) - len(calls) - len(crashed):
        settled = dataclasses.replace(settled, dropped=(*settled.dropped, ("replaying all calls would take too long", spared)))
    return agreed(dataclasses.replace(settled, varied=varied), first, second)


def _affordable(scene: Scene, recording: Recording, calls: Sequence[bytes]) -> Sequence[bytes]:
    """Return as many of the calls, from the first on, as can be replayed in good time; a few at least."""
    each_s = recording.seconds / max(1, recording.seen)
    return calls[: max(FEWEST, int(scene.limits.replay_s / each_s))] if each_s else calls


def _survivors(
    scene: Scene, referee: Sandbox, recording: Recording, calls: Sequence[bytes]
) -> tuple[tuple[int, ...], tuple[CallAnswer, ...]]:
    """Return the calls after which their process lives on, and answers that say what became of the others.

    Raises:
        ContestantError: the target cannot be imported, or too many calls end the process.
    """
    numbers, crashed = tuple(range(len(calls))), list[CallAnswer]()
    with open_worker(scene, referee, recording) as worker:
        if not _crash(worker, calls):
            return numbers, ()
        for number in numbers:
            problem = _crash(worker, [calls[number]])
            if problem:
                crashed.append(CallAnswer(call=number, status="opaque", note=f"it ended the process: {problem}"))
                if len(crashed) > MOST_CRASHES:
                    raise ContestantError(problem)
    gone = {answer.call for answer in crashed}
    return tuple(number for number in numbers if number not in gone), tuple(crashed)


def _crash(worker: Worker, calls: Sequence[bytes]) -> str:
    """Say how making these calls ends their process; empty when it does not."""
    try:
        with worker.batch(calls, timeout_s=worker.call_s * (1 + len(calls) / 10)):
            return ""
    except BatchEndedError as error:
        return str(error)


def _varied(scene: Scene, referee: Sandbox, recording: Recording) -> tuple[bytes, ...]:
    """Return calls that nobody made before and that the original returns from in good time; none where it cannot be asked."""
    frames = unpack(recording)
    try:
        with open_worker(scene, referee, recording) as worker:
            made = worker.vary(frames.calls, f"{scene.secret}/{recording.name}")
            with worker.batch(made, timeout_s=scene.limits.vary_s) as batch:
                told = batch.tell(range(len(made)))
    except ContestantError:
        # What was made may mean nothing to the original: that is no news about the recorded calls.
        return ()
    return tuple(data for data, answer in zip(made, told.answers, strict=True) if answer.status == "returned" and answer.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsTrial:
    """What a replay on a candidate showed: `conduct` is None where the calls already differ.

    `lines` are those of the target's file that ran; None where that was not looked at.
    """

    calls: Check
    conduct: Check | None = None
    lines: tuple[int, ...] | None = None

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks in the order in which they count."""
        return (self.calls,) if self.conduct is None else (self.calls, self.conduct)


def check_calls(
    scene: Scene, contestant: Sandbox, recording: Recording, expected: Expected, *, referee: Sandbox | None = None
) -> CallsTrial:
    """Replay the expected calls on a candidate and compare.

    Before a difference is held against the candidate, the original (in `referee`, when given) is asked once more: what it no longer
    does itself, because a day has passed or a file has gone, proves nothing.
    """
    if not expected.calls:
        return CallsTrial(calls=judge_calls(expected, Replay(answers=()), seen=recording.seen))
    every = inputs(recording, expected)
    try:
        got = _replayed(scene, contestant, recording, every, expected.replayed, CANDIDATE_SEED, expected=expected)
    except ContestantError as error:
        return CallsTrial(calls=Check(kind=CheckKind.CALLS, passed=False, detail=f"while recorded calls were replayed: {error}"))
    check = judge_calls(expected, got, seen=recording.seen)
    if check.passed is False and referee is not None:
        check = judge_calls(_asked_again(scene, referee, recording, expected), got, seen=recording.seen)
    if check.passed is not True:
        return CallsTrial(calls=check)
    conduct = judge_conduct(expected.deeds, got.deeds, kept=got.kept - expected.kept, calls=len(expected.replayed))
    return CallsTrial(calls=check, conduct=conduct, lines=got.lines if expected.lines else None)


def _asked_again(scene: Scene, referee: Sandbox, recording: Recording, expected: Expected) -> Expected:
    try:
        return still(expected, _replayed(scene, referee, recording, inputs(recording, expected), expected.replayed, CANDIDATE_SEED))
    except ContestantError:
        return Expected(answers=(), dropped=(("the original does not repeat its own result", len(expected.answers)),))


def _replayed(
    scene: Scene,
    sandbox: Sandbox,
    recording: Recording,
    calls: Sequence[bytes],
    numbers: Sequence[int],
    hash_seed: int,
    *,
    expected: Expected | None = None,
) -> Replay:
    """Make the calls with these numbers in a fresh process, and a second time on worn objects.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    patience_s = scene.limits.call_s * (1 + len(numbers) / 10) if expected is None else scene.limits.call_s + SLOWER * expected.seconds
    chosen = [calls[number] for number in numbers]
    with open_worker(scene, sandbox, recording, hash_seed=hash_seed) as worker:
        with worker.batch(chosen, timeout_s=patience_s) as batch:
            replay = batch.tell(numbers)
            if expected is None or expected.worn:
                replay = dataclasses.replace(replay, worn=_tolerant(batch.again, (), strict=expected is not None))
        seen: tuple[tuple[int, ...], int] = ((), 0)
        if expected is None or expected.lines:
            ask = partial(worker.trace, chosen, timeout_s=TRACED * patience_s)
            seen = _tolerant(ask, seen, strict=expected is not None)
        lines, kept = seen
        return dataclasses.replace(replay, lines=lines, kept=kept, deeds=worker.deeds)


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
