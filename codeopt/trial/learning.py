"""Learns from the original what it does with recorded calls and with calls that were made out of them, and how much that shows.

Near relatives of recorded calls are made by the original's side alone, by a secret seed (`vary.py`); `probing.py` makes calls that are
less alike.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Expected, Replay
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.asking import varied
from codeopt.trial.numbered import SEEDS, inputs
from codeopt.trial.power import tried_power
from codeopt.trial.probing import probes
from codeopt.trial.recording import unpack
from codeopt.trial.replay import replayed
from codeopt.trial.scene import Scene
from codeopt.trial.worker import BatchEndedError, Worker, open_worker
from codeopt.verify.calls import agreed, settle, unsteady, with_seeded, within_bounds
from codeopt.verify.probes import fitting

__all__ = ["learn_expected"]

MOST_CRASHES = 5
FEWEST = 6
LEAST_NEAR = 2
# Every candidate makes all calls, and values take long to encode: about a second for a megabyte.
RECORDED_BYTES = 1_500_000
SMALL_BYTES = 500_000  # beside a few large calls there is room for so much of small ones
NEAR_BYTES = 1_000_000


def learn_expected(scene: Scene, referee: Sandbox, recording: Recording) -> Expected:
    """Replay all calls on the original, in two fresh processes, and keep those on which both agree with each other and with the run.

    Calls that end the process are found first, and left out. Where the original cannot be replayed at all, nothing is expected, and
    the reason is kept. Then faults are put into the original, to see how many of them the calls that are left would find.
    """
    if not recording.calls:
        return Expected(answers=(), dropped=recording.skipped)
    try:
        expected = _learnt(scene, referee, recording)
    except ContestantError as error:
        return Expected(answers=(), dropped=((f"the original cannot be replayed: {error}", recording.calls),))
    return dataclasses.replace(expected, power=tried_power(scene, referee, recording, expected))


def _learnt(scene: Scene, referee: Sandbox, recording: Recording) -> Expected:
    calls = unpack(recording).calls
    survivors = _survivors(scene, referee, recording, calls)
    near = _near(scene, referee, recording)
    others = probes(scene, referee, recording, near)
    try:
        return _settled(scene, referee, recording, survivors, made=Expected(answers=(), varied=near, probes=others))
    except ContestantError:
        if not others:
            raise
        # Each was well by itself, and not all of them are in one process.
        return _settled(scene, referee, recording, survivors, made=Expected(answers=(), varied=near))


def _settled(scene: Scene, referee: Sandbox, recording: Recording, survivors: _Survivors, *, made: Expected) -> Expected:
    """Replay the recorded calls that survive, and those that were made, and keep what the original does twice.

    Raises:
        ContestantError: it cannot be replayed.
    """
    frames = unpack(recording)
    every = inputs(recording, made)
    numbers = (*survivors.calls, *range(len(frames.calls), len(every)))
    first, second = (replayed(scene, referee, recording, every, numbers, seed, traced=seed == SEEDS[0]) for seed in SEEDS)
    answers = (*first.answers, *survivors.crashed)
    settled = settle(answers, second.answers, outcomes=frames.outcomes, replayed=numbers, recorded=len(frames.calls))
    settled = dataclasses.replace(settled, dropped=(*settled.dropped, *recording.skipped))
    if spared := len(frames.calls) - len(survivors.calls) - len(survivors.crashed):
        settled = dataclasses.replace(settled, dropped=(*settled.dropped, ("replaying all calls would take too long", spared)))
    expected = agreed(within_bounds(dataclasses.replace(settled, varied=made.varied, probes=made.probes)), first, second)
    return _with_seeded(scene, referee, recording, expected, first)


def _with_seeded(scene: Scene, referee: Sandbox, recording: Recording, expected: Expected, first: Replay) -> Expected:
    """Add the calls whose answers hang on the hash seed, and on nothing else that changes from process to process."""
    candidates = unsteady(expected, first.answers)
    if not candidates:
        return expected
    try:
        every = inputs(recording, expected)
        again = replayed(scene, referee, recording, every, expected.replayed, SEEDS[0], traced=False)
    except ContestantError:
        return expected
    return with_seeded(expected, candidates, again.answers)


def _affordable(scene: Scene, recording: Recording, calls: Sequence[bytes]) -> tuple[int, ...]:
    """Return the numbers of as many calls, from the first on, as can be replayed in good time; a few at least."""
    most = max(FEWEST, int(scene.limits.replay_s / recording.each_s)) if recording.each_s else None
    sizes = [*map(len, calls)]
    most_bytes = max(RECORDED_BYTES, sum(sizes[:FEWEST]) + SMALL_BYTES)
    return tuple(fitting(sizes, range(len(calls)), most_bytes=most_bytes, least=FEWEST, most=most))


class _Survivors(NamedTuple):
    """The numbers of calls after which their process lives on, and what became of the others."""

    calls: tuple[int, ...]
    crashed: tuple[CallAnswer, ...] = ()


def _survivors(scene: Scene, referee: Sandbox, recording: Recording, calls: Sequence[bytes]) -> _Survivors:
    """Return the calls after which their process lives on, and answers that say what became of the others.

    Raises:
        ContestantError: the target cannot be imported, or too many calls end the process.
    """
    numbers, crashed = _affordable(scene, recording, calls), list[CallAnswer]()
    with open_worker(scene, referee, recording) as worker:
        if not _crash(worker, [calls[number] for number in numbers]):
            return _Survivors(numbers)
        for number in numbers:
            problem = _crash(worker, [calls[number]])
            if problem:
                crashed.append(CallAnswer(call=number, status="opaque", note=f"it ended the process: {problem}"))
                if len(crashed) > MOST_CRASHES:
                    raise ContestantError(problem)
    gone = {answer.call for answer in crashed}
    return _Survivors(tuple(number for number in numbers if number not in gone), tuple(crashed))


def _crash(worker: Worker, calls: Sequence[bytes]) -> str:
    """Say how making these calls ends their process; empty when it does not."""
    try:
        with worker.batch(calls, timeout_s=worker.call_s * (1 + len(calls) / 10)):
            return ""
    except BatchEndedError as error:
        return str(error)


def _near(scene: Scene, referee: Sandbox, recording: Recording) -> tuple[bytes, ...]:
    """Return calls that nobody made before and that the original returns from in good time; none where it cannot be asked."""
    frames = unpack(recording)
    try:
        with open_worker(scene, referee, recording) as worker:
            relatives = varied(worker, frames.calls, f"{scene.secret}/{recording.name}")
            # The largest first: they are timed, and the rest of them compares little.
            sizes = [len(data) for data in relatives]
            largest = sorted(range(len(relatives)), key=sizes.__getitem__, reverse=True)
            made = [relatives[at] for at in sorted(fitting(sizes, largest, most_bytes=NEAR_BYTES, least=LEAST_NEAR))]
            with worker.batch(made, timeout_s=scene.limits.vary_s) as batch:
                told = batch.tell(range(len(made)))
    except ContestantError:
        # What was made may mean nothing to the original: that is no news about the recorded calls.
        return ()
    return tuple(data for data, answer in zip(made, told.answers, strict=True) if answer.status == "returned" and answer.digest)
