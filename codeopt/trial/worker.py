"""Talks to `sandbox/programs/worker.py`: typed requests out, validated answers in."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Deed, Replay
from codeopt.model.evidence import Span
from codeopt.model.tolerance import Parted
from codeopt.model.work import Command, Recording
from codeopt.ports import Channel, Sandbox
from codeopt.trial.clock import Elapsed, Stopwatch
from codeopt.trial.loading import target_spec
from codeopt.trial.messages import Message, Told, answer_of, deed_in, parsed, parted_in
from codeopt.trial.recording import frames_of, pack
from codeopt.trial.scene import Scene

__all__ = ["Batch", "BatchEndedError", "Named", "Worker", "open_worker"]

START_S = 120.0
LIFE_S = 3600.0
MOST_DEEDS = 100
CROWD_SLACK_S = 30.0


class BatchEndedError(ContestantError):
    """A batch ended its own process; the worker lives on and takes the next one."""


class Named(NamedTuple):
    """Results by position: their digests, empty where one cannot be compared, and the same with their floats apart, for a tolerance."""

    digests: tuple[str, ...]
    parted: tuple[Parted, ...] = ()


class Batch:
    """A batch whose calls have been made: ask what came out. Made by `Worker.batch`."""

    def __init__(self, worker: Worker, size: int, *, preparing_s: float, elapsed: Elapsed, grown_bytes: int | None) -> None:
        """Keep how long it took to get ready, how long the calls took, and by how much the peak of memory rose meanwhile."""
        self._worker = worker
        self._size = size
        self.preparing_s = preparing_s
        self.elapsed = elapsed
        self.grown_bytes = grown_bytes
        self.answering_s = 0.0

    @property
    def seconds(self) -> float:
        """Wall time of the calls."""
        return self.elapsed.seconds

    @property
    def span(self) -> Span:
        """From the inputs to the answers; complete after `show`."""
        return Span(preparing_s=self.preparing_s, seconds=self.seconds, answering_s=self.answering_s)

    def show(self, positions: Sequence[int]) -> Named:
        """Return what the results at these positions are.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        start = time.perf_counter()
        named = self._worker.named({"op": "show", "positions": list(positions)}, len(positions))
        self.answering_s = time.perf_counter() - start
        return named

    def tell(self, numbers: Sequence[int], *, among: Collection[int] | None = None, parted: bool | None = None) -> Replay:
        """Return all that is to be known of the batch; `numbers` are those of its calls, in order.

        Of calls that are not `among` those that matter nothing is told: what is large and cannot be compared takes long to encode. Results
        are told with their floats apart too where the scene has a tolerance, unless `parted` says otherwise.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        positions = [at for at, number in enumerate(numbers) if among is None or number in among]
        self._worker.ask({"op": "tell", "positions": positions}, parted=parted)
        answers = [self._worker.told() for _ in positions]
        if [answer.call for answer in answers] != positions:
            raise ContestantError("the worker told of other calls than those it was asked about")
        world = self._worker.expect("world").world or {}
        named = tuple(replace(answer, call=numbers[answer.call]) for answer in answers)
        return Replay(answers=named, world=tuple(sorted(world.items())), deeds=self._worker.deeds, seconds=self.seconds)

    def again(self, positions: Collection[int]) -> Named:
        """Have all calls made a second time on worn objects, and return what comes of those at the positions.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        return self._worker.named({"op": "again", "positions": sorted(positions)}, self._size)


class Worker:
    """A worker that has imported the target in `import_s` seconds; made by `open_worker`."""

    def __init__(self, scene: Scene, sandbox: Sandbox, channel: Channel) -> None:
        """Take over a channel of a sandbox, whose worker has nothing loaded yet."""
        self.import_s = 0.0
        self._scene = scene
        self._sandbox = sandbox
        self._channel = channel
        self._deeds: dict[str, Deed] = {}
        self._patience_s = START_S

    @property
    def call_s(self) -> float:
        """How long one call may take."""
        return self._scene.limits.call_s

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What the tree's code did so far beside computing."""
        return tuple(self._deeds.values())

    def load(self, spec: object) -> None:
        """Have the target imported.

        Raises:
            ContestantError: it cannot be.
        """
        self._send(spec)
        self.expect("hello")
        start = time.perf_counter()
        self._send({})
        message = parsed(Message, self._frame())
        if message.ready is None:
            raise ContestantError(f"the target cannot be imported: {message.error or 'the worker is not ready'}")
        self.import_s = time.perf_counter() - start

    @contextmanager
    def batch(self, calls: Sequence[bytes], *, repeat: int = 1, timeout_s: float | None = None, weighed: bool = False) -> Iterator[Batch]:
        """Make calls in a fresh child, each `repeat` times, by the host's clocks; ask the batch what came out.

        With `weighed` the peak of memory is looked at before and after the calls.

        Raises:
            BatchEndedError: the calls ended their process.
            ContestantError: the worker died, hung or broke the protocol.
        """
        self._patience_s = self._scene.limits.call_s if timeout_s is None else timeout_s
        begin = time.perf_counter()
        self._send({"op": "batch", "repeat": repeat})
        self._channel.send(pack(calls))
        self.expect("prepared")
        preparing_s = time.perf_counter() - begin
        before = self._sandbox.peak_bytes() if weighed else None
        watch = Stopwatch(self._sandbox)
        self._send({})
        done = self.expect("done").done
        elapsed = watch.stop()
        after = self._sandbox.peak_bytes() if weighed else None
        if done != len(calls) * repeat:
            raise ContestantError(f"the worker made {done} calls of {len(calls) * repeat}")
        grown = None if before is None or after is None else max(0, after - before)
        yield Batch(self, len(calls), preparing_s=preparing_s, elapsed=elapsed, grown_bytes=grown)
        self._send({"op": "end"})

    def trace(self, calls: Sequence[bytes], *, timeout_s: float) -> tuple[tuple[tuple[int, int], ...], int]:
        """Make calls twice, and return the arcs passed in the target's file, and the bytes that the second time left in memory.

        Raises:
            BatchEndedError: the calls ended their process.
            ContestantError: the worker died, hung or broke the protocol.
        """
        message = self.answer({"op": "trace"}, calls, "arcs", timeout_s=timeout_s)
        return tuple(message.arcs or ()), message.kept

    def crowd(self, calls: Sequence[bytes], positions: Sequence[int], *, seconds: float) -> tuple[str, ...]:
        """Have the calls at these positions made at the same time, and return the digests of all, empty where there is nothing stable.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        question = {"op": "crowd", "positions": list(positions), "seconds": seconds}
        digests = tuple(self.answer(question, calls, "digests", timeout_s=seconds + CROWD_SLACK_S).digests or ())
        if len(digests) != len(calls):
            raise ContestantError("the worker did not make every call at the same time as others")
        return digests

    def made(self, question: Mapping[str, object], calls: Sequence[bytes]) -> tuple[tuple[int, bytes], ...]:
        """Ask the original's side for new calls, and return them with the numbers that it gives them.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        numbers = self.answer(question, calls, "made").made or []
        frames = tuple(frames_of(self._channel.receive(timeout_s=self._patience_s)))
        if len(frames) != len(numbers):
            raise ContestantError(f"the worker made {len(frames)} calls and announced {len(numbers)}")
        return tuple(zip(numbers, frames, strict=True))

    def answer(self, question: Mapping[str, object], calls: Sequence[bytes], field: str, *, timeout_s: float | None = None) -> Message:
        """Ask a question about calls, and return the message that has `field`.

        Raises:
            BatchEndedError: the calls ended their process.
            ContestantError: the worker died, hung or broke the protocol.
        """
        self._patience_s = self._scene.limits.call_s if timeout_s is None else timeout_s
        self._send({**question, "limit": self._scene.limits.nodes})
        self._channel.send(pack(calls))
        return self.expect(field)

    def ask(self, question: dict[str, object], *, parted: bool | None = None) -> None:
        """Send a question about the batch that was made; `parted` is that of `Batch.tell`."""
        apart = self._scene.tolerance is not None if parted is None else parted
        self._send({**question, "limit": self._scene.limits.nodes, "parted": apart})

    def named(self, question: dict[str, object], count: int) -> Named:
        """Send a question about the batch that was made, and return what so many results are.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        self.ask(question)
        digests = self.expect("digests").digests or []
        if len(digests) != count:
            raise ContestantError(f"the worker spoke of {len(digests)} results of {count}")
        parts = (self.expect("skeleton") for _ in (digests if self._scene.tolerance is not None else ()))
        return Named(tuple(digests), tuple(parted_in(part.skeleton or "", part.floats) for part in parts))

    def expect(self, field: str) -> Message:
        """Wait for the message that has `field`.

        Raises:
            ContestantError: another came, or none.
        """
        message = parsed(Message, self._frame())
        if message.failed is not None:
            raise BatchEndedError(f"{message.failed} {message.error}".strip())
        if getattr(message, field) is None:
            raise ContestantError(f"the worker did not say `{field}`")
        return message

    def told(self) -> CallAnswer:
        """Wait for what is said of one call.

        Raises:
            BatchEndedError: the process that would say it has ended.
            ContestantError: something else was said, or nothing.
        """
        frame = self._frame()
        if frame.startswith(b'{"failed":'):
            failed = parsed(Message, frame)
            raise BatchEndedError(f"{failed.failed} {failed.error}".strip())
        return answer_of(parsed(Told, frame))

    def _send(self, message: object) -> None:
        self._channel.send(json.dumps(message).encode())

    def _frame(self) -> bytes:
        """Return the next frame that answers; what the code does beside computing is said in between, and kept."""
        while True:
            frame = self._channel.receive(timeout_s=self._patience_s)
            deed = deed_in(frame)
            if deed is None:
                return frame
            if len(self._deeds) >= MOST_DEEDS:
                raise ContestantError("the worker talks without being asked")
            self._deeds.setdefault(deed.kind, deed)


@contextmanager
def open_worker(scene: Scene, sandbox: Sandbox, recording: Recording, *, hash_seed: int = 0, renewed: bool = True) -> Iterator[Worker]:
    """Start a worker on a sandbox that is put back first, and wait until it has imported the target of a recording.

    Nothing that an earlier worker left can meet this one: neither process nor file. Without `renewed` it runs beside those that are there.

    Raises:
        ContestantError: the target cannot be imported.
    """
    if renewed:
        sandbox.renew()
    argv = (sandbox.python, f"{sandbox.tools}/worker.py")
    env = (("PYTHONPATH", scene.import_path(sandbox, inside=False)), ("PYTHONHASHSEED", str(hash_seed)))
    with sandbox.open_channel(Command(argv=argv, timeout_s=LIFE_S, env=env)) as channel:
        worker = Worker(scene, sandbox, channel)
        worker.load(target_spec(scene, sandbox, recording))
        yield worker
