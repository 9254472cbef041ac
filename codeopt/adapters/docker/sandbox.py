"""One container with one tree in it, and the programs that run on it."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from docker.client import DockerClient
from docker.models.containers import Container

from codeopt.adapters.docker.archive import END, pack_files
from codeopt.adapters.docker.container import fate, remove
from codeopt.adapters.docker.layout import BUILT, OUT, PYTHON, TOOLS, TREE, WORK, program_env
from codeopt.adapters.docker.programs import Call, Ended, Program, run_program, start_program
from codeopt.adapters.streams import FrameChannel
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable
from codeopt.model.work import Command, ExecResult
from codeopt.ports import Channel

__all__ = ["DockerSandbox"]

_KILLED = 137
_HOUSEKEEPING_S = 120.0
_KILL_S = 20.0
_KILL_TRIES = 3
_NO_FILE = 3
# One call ends every process of the user but the caller, whatever its session, and a fork in progress fails.
_KILL_ALL = ("sh", "-c", "kill -KILL -1; :")
_UNPACK = f"umask 022; mkdir -p {TREE} {OUT} {WORK}/home; if [ -f {BUILT} ]; then tar -xf {BUILT} -C {TREE}; fi; exec tar -xf - -C {WORK}"
_WIPE = "find /work /tmp /dev/shm /dev/mqueue -mindepth 1 -delete"
_EMPTY = f"{_WIPE} 2>/dev/null && exit; chmod -fR u+rwx {WORK}/* /tmp/* /dev/shm/*; {_WIPE}"
_READ = f"""
import os, stat, sys
path, out, limit = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]), int(sys.argv[3])
try:
    file = open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
except OSError:
    sys.exit({_NO_FILE})
data = file.read(limit + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) and path.startswith(out + "/") else None
if data is None or len(data) > limit:
    sys.exit({_NO_FILE})
sys.stdout.buffer.write(data)
"""


class DockerSandbox:
    """A sandbox that isolates; made by `DockerProvider.open`."""

    tree = TREE
    out = OUT
    tools = TOOLS
    python = PYTHON

    def __init__(self, client: DockerClient, container: Container, *, import_roots: Sequence[str]) -> None:
        """Use a container that runs."""
        self._client = client
        self._container = container
        self._env = program_env(import_roots)
        self._channels = 0
        self._closed = False
        self._spent: ContestantError | None = None
        self._archive = b""

    def fill(self, archive: bytes) -> None:
        """Unpack the tree, an archive under `tree/`.

        Raises:
            SandboxUnavailable: it does not fit, or the sandbox is gone.
        """
        self._archive = archive
        ended = self._keep_house(("sh", "-c", _UNPACK), stdin=archive)
        if ended.status != 0:
            raise SandboxUnavailable(f"the repository cannot be unpacked in a sandbox: {_said(ended)}; give it more memory")

    def run(self, command: Command) -> ExecResult:
        """Run a command to its end, or kill it with all its children at `timeout_s`.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: an earlier program brought the sandbox down.
        """
        ended = self._run(self._call(command), timeout_s=command.timeout_s, stdin=command.stdin, limit_bytes=command.output_limit_bytes)
        return ExecResult(
            status=ended.status,
            stdout=ended.output.stdout,
            stderr=ended.output.stderr,
            seconds=ended.seconds,
            timed_out=ended.status is None,
            truncated=ended.output.truncated,
        )

    @contextmanager
    def open_channel(self, command: Command) -> Iterator[Channel]:
        """Start a program whose standard input and output are a `Channel`; leaving the last open channel kills all programs.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: an earlier program brought the sandbox down.
        """
        with self._blaming_memory():
            program = start_program(self._client, self._container, self._call(command))
        self._channels += 1
        try:
            yield FrameChannel(program.wire, life_s=command.timeout_s, explain=lambda: self._why(program))
        finally:
            self._channels -= 1
            program.wire.close()
            if not self._channels:
                # What is lost here is noticed by the next command; the caller's own exception matters more.
                with suppress(CodeoptError):
                    self._kill_all()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, by absolute path within `out`.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: programs left no room for them.
        """
        archive = pack_files({_within_out(path): data for path, data in files.items()}, ".") + END
        ended = self._keep_house(("tar", "-xf", "-", "-C", OUT), stdin=archive)
        if ended.status != 0:
            raise ContestantError(f"files cannot be written into the sandbox: {_said(ended)}")

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return the bytes of a file within `out`; None when it does not exist, is no regular file, or is larger.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: programs keep the sandbox from answering.
        """
        argv = (PYTHON, "-I", "-S", "-c", _READ, path, OUT, str(limit_bytes))
        ended = self._keep_house(argv, limit_bytes=limit_bytes + 10_000)
        if ended.status == _NO_FILE:
            return None
        if ended.status != 0:
            raise ContestantError(f"a file cannot be read from the sandbox: {_said(ended)}")
        return ended.output.stdout

    def renew(self) -> None:
        """End every program, and put all that programs may write back as it was at the opening.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: an earlier program brought the sandbox down.
            ValueError: a channel is open.
        """
        if self._channels:
            raise ValueError("a sandbox is renewed when its channels are closed")
        with self._blaming_memory():
            self._kill_all()
        ended = self._keep_house(("sh", "-c", _EMPTY))
        if ended.status != 0:
            raise ContestantError(f"what programs left cannot be removed: {_said(ended)}")
        self.fill(self._archive)

    def close(self) -> None:
        """Remove the container; safe to call twice and from another thread.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        self._closed = True
        remove(self._container)

    def _call(self, command: Command) -> Call:
        cwd = posixpath.normpath(posixpath.join(TREE, command.cwd))
        return Call(argv=command.argv, env={**self._env, **dict(command.env)}, cwd=cwd)

    def _keep_house(self, argv: Sequence[str], *, stdin: bytes = b"", limit_bytes: int = 100_000) -> Ended:
        """Run a program of our own."""
        return self._run(Call(argv=argv, env=self._env), timeout_s=_HOUSEKEEPING_S, stdin=stdin, limit_bytes=limit_bytes)

    def _run(self, call: Call, *, timeout_s: float, stdin: bytes, limit_bytes: int) -> Ended:
        with self._blaming_memory():
            ended = run_program(self._client, self._container, call, timeout_s=timeout_s, stdin=stdin, limit_bytes=limit_bytes)
        if ended.status == _KILLED:
            self._check(grace=True)
        if ended.status is None:
            self._kill_all()
        return ended

    @contextmanager
    def _blaming_memory(self) -> Iterator[None]:
        """Tell a container that its own programs brought down from one that was lost."""
        if self._spent:
            raise self._spent
        if self._closed:
            raise _closed()
        try:
            yield
        except SandboxUnavailable:
            self._check()
            raise

    def _check(self, *, grace: bool = False) -> None:
        """Raise what became of the container, unless it runs."""
        if self._closed:
            raise _closed()
        if (end := fate(self._container, grace=grace)) is not None:
            if isinstance(end, ContestantError):
                self._spent = end
            raise end

    def _why(self, program: Program) -> CodeoptError:
        """Say why a channel's program is gone."""
        try:
            status = program.status(time.monotonic() + 1.0)
            self._check(grace=status == _KILLED)
        except CodeoptError as error:
            return _closed() if self._closed else error
        return ContestantError("the program closed its output" if status is None else f"the program ended with status {status}")

    def _kill_all(self) -> None:
        """End every program. Where so many run that the killer does not get in, the container goes: that is their doing."""
        for attempt in range(_KILL_TRIES):
            time.sleep(attempt * 0.2)
            try:
                killer = run_program(self._client, self._container, Call(argv=_KILL_ALL, env=self._env), timeout_s=_KILL_S)
            except SandboxUnavailable:
                self._check()
                continue
            if killer.status == 0:
                return
        self._check(grace=True)
        self._spent = ContestantError("the program left more processes behind than could be ended")
        remove(self._container)


def _closed() -> SandboxUnavailable:
    return SandboxUnavailable("the sandbox is closed; open another one")


def _within_out(path: str) -> str:
    if not path.startswith(f"{OUT}/"):
        raise ValueError(f"{path} is not within {OUT}")
    return path.removeprefix(f"{OUT}/")


def _said(ended: Ended) -> str:
    lines = (ended.output.stderr + b"\n" + ended.output.stdout).decode(errors="replace").split("\n")
    return next((line.strip()[:300] for line in lines if line.strip()), f"status {ended.status}")
