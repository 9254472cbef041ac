"""Talks to `sandbox/programs/worker.py`: typed requests out, validated answers in."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer
from codeopt.model.code import TargetName
from codeopt.model.work import Command, Recording
from codeopt.ports import Channel, Sandbox
from codeopt.trial.environment import TREE
from codeopt.trial.recording import pack, unpack
from codeopt.trial.scene import Scene

__all__ = ["TimedBatch", "Worker", "open_worker", "place_recording"]

M = TypeVar("M", bound=BaseModel)
START_S = 120.0
LIFE_S = 3600.0


class _Message(BaseModel):
    """What a worker may say; anything else breaks the protocol."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)
    ready: int | None = None
    prepared: int | None = None
    done: int | None = None
    digests: list[str] | None = None
    failed: str | None = None
    error: str = ""


class _Told(BaseModel):
    """What a worker says of one call."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)
    call: int
    status: Literal["returned", "raised", "opaque", "unloadable"]
    outcome: str = ""
    digest: str = ""
    printed: str = ""
    given: str = ""
    shown: str = ""
    note: str = ""
    random: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedBatch:
    """What a batch took by the host's clock, what building its inputs took before, and digests of some of its results."""

    seconds: float
    preparing_s: float
    digests: tuple[str, ...]


class Worker:
    """A worker that has imported the target; made by `open_worker`."""

    def __init__(self, scene: Scene, channel: Channel) -> None:
        """Take over a channel on which the worker has said `ready`."""
        self._scene = scene
        self._channel = channel

    def replay(self, calls: Sequence[int]) -> tuple[CallAnswer, ...]:
        """Make calls again and return what each did.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        return tuple(self.answers(calls))

    def answers(self, calls: Sequence[int]) -> Iterator[CallAnswer]:
        """Make calls again and yield what each did, as it comes.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        self._send({"op": "replay", "calls": list(calls), "limit": self._scene.limits.nodes})
        for _ in calls:
            yield self._told()

    def time_batch(self, calls: Sequence[int], *, repeat: int, show: Sequence[int]) -> TimedBatch:
        """Run a batch in a fresh child, and ask for the digests of the results at positions `show`.

        Raises:
            ContestantError: the worker died, hung or broke the protocol.
        """
        begin = time.perf_counter()
        self._send({"op": "time", "calls": list(calls), "repeat": repeat})
        self._expect("prepared")
        start = time.perf_counter()
        self._send({"op": "go"})
        self._expect("done")
        seconds = time.perf_counter() - start
        self._send({"positions": list(show), "limit": self._scene.limits.nodes})
        digests = tuple(self._expect("digests").digests or ())
        return TimedBatch(seconds=seconds, preparing_s=start - begin, digests=digests)

    def _send(self, message: object) -> None:
        self._channel.send(json.dumps(message).encode())

    def _expect(self, field: str) -> _Message:
        message = _parsed(_Message, self._channel.receive(timeout_s=self._scene.limits.call_s))
        if message.failed is not None:
            raise ContestantError(f"{message.failed} {message.error}".strip())
        if getattr(message, field) is None:
            raise ContestantError(f"the worker did not say `{field}`")
        return message

    def _told(self) -> CallAnswer:
        told = _parsed(_Told, self._channel.receive(timeout_s=self._scene.limits.call_s))
        return CallAnswer(**told.model_dump())


def _parsed(kind: type[M], frame: bytes) -> M:
    try:
        return kind.model_validate_json(frame)
    except ValidationError as error:
        raise ContestantError(f"the worker broke the protocol: {error.errors()[0]['msg']}") from None


@contextmanager
def open_worker(scene: Scene, sandbox: Sandbox, recording: Recording, *, hash_seed: int = 0) -> Iterator[Worker]:
    """Start a worker on a recording (see `place_recording`) and wait until it has imported the target.

    Raises:
        ContestantError: the target cannot be imported.
    """
    with sandbox.open_channel(_command(scene, sandbox, recording, hash_seed)) as channel:
        message = _parsed(_Message, channel.receive(timeout_s=START_S))
        if message.ready is None:
            raise ContestantError(f"the target cannot be imported: {message.error or 'the worker is not ready'}")
        yield Worker(scene, channel)


def _command(scene: Scene, sandbox: Sandbox, recording: Recording, hash_seed: int) -> Command:
    frames = unpack(recording)
    roots = scene.import_path(sandbox, inside=False).split(":")
    entries = [sandbox.tree + entry.removeprefix(TREE) for entry in frames.import_path]
    name = recording.name
    spec = {
        "tree": sandbox.tree,
        "path": name.path,
        "qualname": name.qualname,
        "ordinal": name.ordinal,
        "module": frames.module,
        "main": frames.main,
        "argv": frames.argv,
        "import_path": list(dict.fromkeys(entries + [root for root in roots if root])),
        "calls": calls_file(sandbox, name),
    }
    argv = (sandbox.python, f"{sandbox.tools}/worker.py", json.dumps(spec))
    env = (("PYTHONPATH", scene.import_path(sandbox, inside=False)), ("PYTHONHASHSEED", str(hash_seed)))
    return Command(argv=argv, timeout_s=LIFE_S, env=env)


def calls_file(sandbox: Sandbox, name: TargetName) -> str:
    """Return where the calls of a target lie in a sandbox."""
    return f"{sandbox.out}/recorded-{hashlib.sha256(str(name).encode()).hexdigest()[:16]}.bin"


def place_recording(sandbox: Sandbox, recording: Recording) -> None:
    """Put the recorded calls where workers of this sandbox find them."""
    sandbox.write({calls_file(sandbox, recording.name): pack(unpack(recording).calls)})
