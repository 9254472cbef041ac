"""One container with one tree in it, and the programs that run on it."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from docker.client import DockerClient

from codeopt.adapters.docker.archive import END, pack_files
from codeopt.adapters.docker.container import fate, is_sound
from codeopt.adapters.docker.keeper import Kept
from codeopt.adapters.docker.layout import OUT, PYTHON, TOOLS, TREE, program_env
from codeopt.adapters.docker.programs import Call, Ended, Program, run_program, said, start_program
from codeopt.adapters.docker.reading import NO_FILE, reading
from codeopt.adapters.streams import FrameChannel
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable
from codeopt.model.work import Command, ExecResult
from codeopt.ports import Channel

__all__ = ["DockerSandbox"]

_KILLED = 137
_HOUSEKEEPING_S = 120.0
_PATIENCE_S = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class DockerSandbox:
    """A sandbox that isolates; made by `DockerProvider.open`.

    No program is started beside one that another command left: while the engine brings a program to life, others of its user can stop
    it, and the engine with it. Only programs with open channels run side by side.
    """

    tree = TREE
    out = OUT
    tools = TOOLS
    python = PYTHON

    def __init__(self, client: DockerClient, kept: Kept, *, import_roots: Sequence[str]) -> None:
        """Use a container that runs."""
        self._client = client
        self._kept = kept
        self._env = program_env(import_roots)
        self._programs: list[Program] = []
        self._channels = 0
        self._quiet = True
        self._doubtful = False
        self._closed = False
        self._spent: ContestantError | None = None

    def begin(self, overlay: bytes) -> None:
        """Lay the tree and an archive without its end over it, now and whenever the sandbox is renewed.

        Raises:
            SandboxUnavailable: it does not fit, or the sandbox is gone.
        """
        try:
            with self._using():
                self._kept.lay_over(overlay)
            self.renew()
        except ContestantError as error:
            # Nothing of a candidate's has run.
            raise SandboxUnavailable(f"a sandbox cannot be begun: {error}; run again") from error

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
        self._be_quiet()
        with self._using():
            program = start_program(self._client, self._kept.container, self._call(command))
        self._programs.append(program)
        self._channels += 1
        try:
            yield FrameChannel(program.wire, life_s=command.timeout_s, explain=lambda: self._why(program))
        finally:
            self._channels -= 1
            program.wire.close()
            # What is lost here is noticed by the next command; the caller's own exception matters more.
            with suppress(CodeoptError):
                self._be_quiet()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, by absolute path within `out`.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: programs left no room for them.
        """
        archive = pack_files({_within_out(path): data for path, data in files.items()}, ".") + END
        ended = self._keep_house("tar", "-xf", "-", "-C", OUT, stdin=archive)
        if ended.status != 0:
            raise ContestantError(f"files cannot be written into the sandbox: {said(ended)}")

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return the bytes of a file within `out`; None when it does not exist, is no regular file, or is larger.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: programs keep the sandbox from answering.
        """
        ended = self._keep_house(*reading(path, limit_bytes), limit_bytes=limit_bytes + 10_000)
        if ended.status == NO_FILE:
            return None
        if ended.status != 0:
            raise ContestantError(f"a file cannot be read from the sandbox: {said(ended)}")
        return ended.output.stdout

    def renew(self) -> None:
        """End every program, and put the tree, `out` and all else that can be written back as it was at the opening.

        Raises:
            SandboxUnavailable: the sandbox is gone.
            ContestantError: an earlier program brought the sandbox down, or does not let go of it.
            ValueError: a channel is open.
        """
        if self._channels:
            raise ValueError("a sandbox is renewed when its channels are closed")
        self._be_quiet()
        with self._using():
            self._kept.renew()
        self._quiet = True

    def cpu_s(self) -> float | None:
        """Return the processor seconds of all that has run in the container, by its control group; None when that is not on this machine.

        The first reading finds the group; those after it cost a few microseconds and ask nobody.
        """
        meter = None if self._closed else self._kept.meter()
        return None if meter is None else meter.cpu_s()

    def queued_s(self) -> float | None:
        """Return the seconds that programs which are alive now stood in the queue for a core; None when there is none, or not told."""
        meter = None if self._closed else self._kept.meter()
        return None if meter is None else meter.queued_s()

    def peak_bytes(self) -> int | None:
        """Return the most memory that one program which is alive now has held; None when there is none, or where it cannot be told.

        A program that was forked starts with what its parent held at that moment. Another runtime does not show its programs.
        """
        meter = None if self._closed else self._kept.meter()
        return None if meter is None else meter.peak_bytes()

    def release(self) -> Kept | None:
        """Close the sandbox, and return its container if it is proven to be clean; else it is removed.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        clean = False
        try:
            with suppress(CodeoptError):
                clean = self._scrubbed()
        finally:
            if not clean:
                self.close()
        self._closed = True
        return self._kept if clean else None

    def close(self) -> None:
        """Remove the container; safe to call twice and from another thread.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        self._closed = True
        self._kept.remove()

    def _scrubbed(self) -> bool:
        """Empty the container, and say whether nothing speaks against using it again."""
        if self._doubtful or self._closed or self._spent or self._channels:
            return False
        self._be_quiet()
        with self._using():
            self._kept.scrub()
        return is_sound(self._kept.container)

    def _call(self, command: Command) -> Call:
        cwd = posixpath.normpath(posixpath.join(TREE, command.cwd))
        return Call(argv=command.argv, env={**self._env, **dict(command.env)}, cwd=cwd)

    def _keep_house(self, *argv: str, stdin: bytes = b"", limit_bytes: int = 100_000) -> Ended:
        """Run a program of our own."""
        return self._run(Call(argv=argv, env=self._env), timeout_s=_HOUSEKEEPING_S, stdin=stdin, limit_bytes=limit_bytes)

    def _run(self, call: Call, *, timeout_s: float, stdin: bytes, limit_bytes: int) -> Ended:
        self._be_quiet()
        with self._using():
            ended = run_program(self._client, self._kept.container, call, timeout_s=timeout_s, stdin=stdin, limit_bytes=limit_bytes)
        if ended.status == _KILLED:
            self._check(grace=True)
        if ended.status is None:
            self._programs.append(ended.program)
            self._end_all()
        return ended

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Tell a container that its own programs brought down from one that was lost; whatever goes wrong in between leaves a doubt."""
        self._check_usable()
        sure, self._doubtful, self._quiet = not self._doubtful, True, False
        try:
            yield
        except SandboxUnavailable:
            self._check(grace=True)
            raise
        except ContestantError as error:
            self._check()
            self._spent = error
            raise
        self._doubtful = not sure

    def _check(self, *, grace: bool = False) -> None:
        """Raise what became of the container, unless it runs."""
        self._check_usable()
        if (end := fate(self._kept.container, grace=grace)) is not None:
            if isinstance(end, ContestantError):
                self._spent = end
            raise end

    def _check_usable(self) -> None:
        if self._spent:
            raise self._spent
        if self._closed:
            raise _closed()

    def _why(self, program: Program) -> CodeoptError:
        """Say why a channel's program is gone."""
        try:
            status = program.status(time.monotonic() + 1.0)
            self._check(grace=status == _KILLED)
        except CodeoptError as error:
            return _closed() if self._closed else error
        return ContestantError("the program closed its output" if status is None else f"the program ended with status {status}")

    def _be_quiet(self) -> None:
        """End what earlier commands left running, unless channels are open."""
        if not self._quiet and not self._channels:
            self._end_all()

    def _end_all(self) -> None:
        """End every program, also one that the engine has not begun yet."""
        for patience_s in _PATIENCE_S:
            with self._using():
                self._kept.end_all()
                deadline = time.monotonic() + patience_s
                self._programs = [program for program in self._programs if program.status(deadline) is None]
            if not self._programs:
                self._quiet = not self._channels
                return
        self._spent = ContestantError("the program left more processes behind than could be ended")
        raise self._spent


def _closed() -> SandboxUnavailable:
    return SandboxUnavailable("the sandbox is closed; open another one")


def _within_out(path: str) -> str:
    if not path.startswith(f"{OUT}/"):
        raise ValueError(f"{path} is not within {OUT}")
    return path.removeprefix(f"{OUT}/")
