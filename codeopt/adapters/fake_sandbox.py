"""A sandbox in memory that runs nothing: it answers as a script says, and can be lost at any operation.

For tests of what uses sandboxes, and for finding out what an outage does. Scripts are tried in order; the first that matches answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from codeopt.errors import ContestantError, SandboxUnavailable
from codeopt.model.evidence import Machine, Weather
from codeopt.model.work import Command, Environment, ExecResult
from codeopt.ports import Channel, Sandbox

__all__ = ["FakeChannel", "FakeProvider", "FakeSandbox", "ScriptedChannel", "ScriptedMeters", "ScriptedRun", "exits"]

Matches = Callable[[Command], bool]
_MACHINE = Machine(cpu="fake", cores=1, system="fake", python="3.11.0")


def exits(status: int | None, stdout: bytes = b"", *, stderr: bytes = b"", seconds: float = 0.0) -> ExecResult:
    """Return the result of a command that ended with a status; None means that it was killed for time."""
    return ExecResult(status=status, stdout=stdout, stderr=stderr, seconds=seconds, timed_out=status is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedRun:
    """What commands do that `matches` accepts. `answer` may look at the sandbox and change its `files`."""

    matches: Matches
    answer: ExecResult | Callable[[Command, FakeSandbox], ExecResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedChannel:
    """What programs behind a channel do: `hello` is sent at the start; `reply` turns a frame into frames, or into None to end."""

    matches: Matches
    reply: Callable[[bytes], Iterable[bytes] | None]
    hello: Sequence[bytes] = ()


def _untold(*_: FakeSandbox) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedMeters:
    """What a reading shows: each is asked at every reading, so that it may look at the sandbox and count its own calls.

    Clocks do not run by themselves, and by default nothing is told.
    """

    cpu_s: Callable[[FakeSandbox], float | None] = _untold
    queued_s: Callable[[FakeSandbox], float | None] = _untold
    peak_bytes: Callable[[FakeSandbox], int | None] = _untold
    weather: Callable[[], Weather | None] = _untold


class FakeProvider:
    """A `SandboxProvider` that runs nothing.

    `operations` names all that was asked, in order; the one numbered `lost_at` (from 1) and all later ones raise
    `SandboxUnavailable`. `overlays` and `cores` are those of the sandboxes that were opened. Reading a meter is no operation: it cannot
    fail.
    """

    def __init__(
        self,
        script: Sequence[ScriptedRun | ScriptedChannel] = (),
        files: Mapping[str, bytes] | None = None,
        *,
        name: str = "docker",
        isolates: bool = True,
        lost_at: int | None = None,
        machine: Machine = _MACHINE,
        meters: ScriptedMeters | None = None,
    ) -> None:
        """Answer as `script` and `meters` say, on a snapshot of `files` (path in the tree to bytes)."""
        self.script = tuple(script)
        self.operations: list[str] = []
        self.overlays: list[Mapping[str, bytes]] = []
        self.cores: list[int | None] = []
        self.environment: Environment | None = None
        self._files = dict(files or {})
        self._name = name
        self._isolates = isolates
        self._lost_at = lost_at
        self._machine = machine
        self.meters = meters or ScriptedMeters()
        self._closed = False

    @property
    def name(self) -> str:
        """What it pretends to be."""
        return self._name

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def isolates(self) -> bool:
        """What it pretends."""
        return self._isolates

    def prepare(self, environment: Environment) -> None:
        """Remember the environment.

        Raises:
            SandboxUnavailable: it is lost or closed.
        """
        self.count("prepare")
        self.environment = environment

    @contextmanager
    def open(self, overlay: Mapping[str, bytes], *, cores: int | None = None) -> Iterator[Sandbox]:
        """Open a sandbox in memory.

        Raises:
            SandboxUnavailable: it is lost or closed.
        """
        self.count("open")
        self.overlays.append(dict(overlay))
        self.cores.append(cores)
        sandbox = FakeSandbox(self, {**self._files, **overlay})
        try:
            yield sandbox
        finally:
            sandbox.close()

    def machine(self) -> Machine:
        """Return the machine it was given."""
        return self._machine

    def weather(self) -> Weather | None:
        """Return what its meters say."""
        return self.meters.weather()

    def close(self) -> None:
        """Refuse everything from now on; safe to call twice."""
        self._closed = True

    def count(self, operation: str) -> None:
        """Note an operation.

        Raises:
            SandboxUnavailable: it is the one to be lost at, or later; or the provider is closed.
        """
        self.operations.append(operation)
        if self._closed:
            raise SandboxUnavailable("the fake sandboxes are closed")
        if self._lost_at is not None and len(self.operations) >= self._lost_at:
            raise SandboxUnavailable(f"the fake engine was lost at operation {self._lost_at}, {operation}")


class FakeSandbox:
    """A sandbox in memory; made by `FakeProvider.open`. `files` maps absolute paths to bytes."""

    tree = "/fake/tree"
    out = "/fake/out"
    tools = "/fake/tools"
    python = "/fake/python"

    def __init__(self, provider: FakeProvider, files: Mapping[str, bytes]) -> None:
        """Hold files, by path in the tree."""
        self.files: dict[str, bytes] = {f"{self.tree}/{path}": data for path, data in files.items()}
        self._first = dict(self.files)
        self._channels = 0
        self._provider = provider
        self._closed = False

    def run(self, command: Command) -> ExecResult:
        """Answer as the script says; a command that it does not know was not found.

        Raises:
            SandboxUnavailable: it is lost or closed.
        """
        self._count("run")
        for entry in self._provider.script:
            if isinstance(entry, ScriptedRun) and entry.matches(command):
                return entry.answer if isinstance(entry.answer, ExecResult) else entry.answer(command, self)
        return exits(127, stderr=f"{command.argv[0]}: not in the script\n".encode())

    @contextmanager
    def open_channel(self, command: Command) -> Iterator[Channel]:
        """Open a channel to a scripted program.

        Raises:
            ContestantError: the script knows no such program.
            SandboxUnavailable: it is lost or closed.
        """
        self._count("open_channel")
        for entry in self._provider.script:
            if isinstance(entry, ScriptedChannel) and entry.matches(command):
                self._channels += 1
                try:
                    yield FakeChannel(entry, count=self._count)
                finally:
                    self._channels -= 1
                return
        raise ContestantError(f"{command.argv[0]}: not in the script")

    def write(self, files: Mapping[str, bytes]) -> None:
        """Keep files.

        Raises:
            SandboxUnavailable: it is lost or closed.
            ValueError: a path is not within `out`.
        """
        self._count("write")
        for path in files:
            if not path.startswith(f"{self.out}/"):
                raise ValueError(f"{path} is not within {self.out}")
        self.files |= files

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return a file within `out`; None when there is none, or when it is larger.

        Raises:
            SandboxUnavailable: it is lost or closed.
        """
        self._count("read")
        data = self.files.get(path) if path.startswith(f"{self.out}/") else None
        return data if data is not None and len(data) <= limit_bytes else None

    def renew(self) -> None:
        """Hold the files of the beginning again.

        Raises:
            SandboxUnavailable: it is lost or closed.
            ValueError: a channel is open.
        """
        if self._channels:
            raise ValueError("a sandbox is renewed when its channels are closed")
        self._count("renew")
        self.files = dict(self._first)

    def cpu_s(self) -> float | None:
        """Return what the provider's meters say; None once it is closed."""
        return None if self._closed else self._provider.meters.cpu_s(self)

    def queued_s(self) -> float | None:
        """Return what the provider's meters say; None once it is closed."""
        return None if self._closed else self._provider.meters.queued_s(self)

    def peak_bytes(self) -> int | None:
        """Return what the provider's meters say; None once it is closed."""
        return None if self._closed else self._provider.meters.peak_bytes(self)

    def close(self) -> None:
        """Refuse everything from now on."""
        self._closed = True

    def _count(self, operation: str) -> None:
        self._provider.count(operation)
        if self._closed:
            raise SandboxUnavailable("the fake sandbox is closed")


class FakeChannel:
    """A channel to a scripted program; it never waits: no answer means too slow."""

    def __init__(self, program: ScriptedChannel, *, count: Callable[[str], None]) -> None:
        """Start the program."""
        self._program = program
        self._count = count
        self._waiting = list(program.hello)
        self._ended = False

    def send(self, frame: bytes) -> None:
        """Give the program a frame.

        Raises:
            ContestantError: the program has ended.
            SandboxUnavailable: the sandbox is lost.
        """
        self._count("send")
        if self._ended:
            raise ContestantError("the program has ended")
        answers = self._program.reply(frame)
        self._ended = answers is None
        self._waiting += answers or ()

    def receive(self, *, timeout_s: float, limit_bytes: int = 64_000_000) -> bytes:
        """Return the program's next frame.

        Raises:
            ContestantError: there is none, or it is too large.
            SandboxUnavailable: the sandbox is lost.
        """
        self._count("receive")
        if not self._waiting:
            raise ContestantError("the program has ended" if self._ended else f"the program did not answer within {timeout_s} s")
        if len(self._waiting[0]) > limit_bytes:
            raise ContestantError(f"the program announces a frame of {len(self._waiting[0])} bytes; {limit_bytes} are allowed")
        return self._waiting.pop(0)
