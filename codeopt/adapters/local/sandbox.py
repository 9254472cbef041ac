"""One copy of the tree on this machine, and the programs that run on it."""

from __future__ import annotations

import os
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from codeopt.adapters.local.affinity import last_cores
from codeopt.adapters.local.process import LocalProcess
from codeopt.adapters.processes import tells_families
from codeopt.adapters.streams import FrameChannel, collect
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable
from codeopt.model.work import Command, ExecResult
from codeopt.ports import Channel

__all__ = ["LocalSandbox", "lay", "wipe"]

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class LocalSandbox:
    """A sandbox that isolates nothing; made by `LocalProvider.open`."""

    def __init__(
        self,
        scratch: Path,
        *,
        fill: Callable[[], None],
        tools: Path,
        python: str,
        import_roots: Sequence[str],
        cores: int | None = None,
    ) -> None:
        """Use the folders `tree`, `out`, `home` and `tmp` in `scratch`, which `fill` makes when it is empty."""
        self.tree = str(scratch / "tree")
        self.out = str(scratch / "out")
        self.tools = str(tools)
        self.python = python
        self._scratch = scratch
        self._fill = fill
        self._channels = 0
        self._import_roots = tuple(import_roots)
        self._cores = cores
        self._ended_s = 0.0
        self._live: set[LocalProcess] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, command: Command) -> ExecResult:
        """Run a command to its end, or kill it with all its children at `timeout_s`.

        Raises:
            SandboxUnavailable: the sandbox is closed.
        """
        start = time.monotonic()
        deadline = start + command.timeout_s
        try:
            process = self._launch(command)
        except OSError as error:
            return _not_started(error, command)
        try:
            output = collect(process, command.stdin, deadline=deadline, limit_bytes=command.output_limit_bytes)
            status = None if output.timed_out else process.wait(deadline)
            seconds = time.monotonic() - start
        finally:
            self._end(process)
        if self._closed:
            raise self._gone()
        return ExecResult(
            status=status,
            stdout=output.stdout,
            stderr=output.stderr,
            seconds=seconds,
            timed_out=status is None,
            truncated=output.truncated,
        )

    @contextmanager
    def open_channel(self, command: Command) -> Iterator[Channel]:
        """Start a program whose standard input and output are a `Channel`; leaving the context kills it.

        Raises:
            ContestantError: the program cannot be started.
            SandboxUnavailable: the sandbox is closed.
        """
        try:
            process = self._launch(command)
        except OSError as error:
            raise ContestantError(f"{command.argv[0]} cannot be started: {error.strerror}") from None
        self._channels += 1
        try:
            yield FrameChannel(process, life_s=command.timeout_s, explain=lambda: self._why(process))
        finally:
            self._channels -= 1
            self._end(process)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, by absolute path within `out`.

        Raises:
            SandboxUnavailable: the sandbox is closed, or its disk is full.
        """
        self._check_open()
        out = Path(self.out)
        try:
            lay(out, {str(Path(path).relative_to(out)): data for path, data in files.items()})
        except OSError as error:
            raise SandboxUnavailable(f"cannot write into {self.out}: {error.strerror}; check the disk") from None

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return the bytes of a file within `out`; None when it does not exist, is no regular file, or is larger.

        Raises:
            SandboxUnavailable: the sandbox is closed.
        """
        self._check_open()
        if not Path(path).resolve().is_relative_to(Path(self.out).resolve()):
            return None
        return _read_regular(path, limit_bytes)

    def renew(self) -> None:
        """Empty the folder and copy the snapshot again.

        Every program has ended with the command that started it, but for one that left its session: such a one lives on here.

        Raises:
            SandboxUnavailable: the sandbox is closed, or the copy cannot be made.
            ValueError: a channel is open.
        """
        self._check_open()
        if self._channels:
            raise ValueError("a sandbox is renewed when its channels are closed")
        try:
            wipe(self._scratch)
        except OSError as error:
            raise SandboxUnavailable(f"cannot empty {self._scratch}: {error.strerror}; open another sandbox") from None
        self._fill()

    def cpu_s(self) -> float | None:
        """Return the processor seconds of all that was started here, and of its descendants; None where families are not told.

        Exact for processes that are alive, and for programs that ended by themselves. A child that ended counts once its parent has waited
        for it, to hundredths of a second while that parent lives. What outlives its parent is lost.
        """
        if self._closed or not tells_families():
            return None
        with self._lock:
            live, ended_s = tuple(self._live), self._ended_s
        return ended_s + sum(process.used_s() for process in live)

    def queued_s(self) -> float | None:
        """Return the seconds that programs which are alive now stood in the queue for a core; None when there is none, or not told."""
        if self._closed or not tells_families():
            return None
        with self._lock:
            live = tuple(self._live)
        queued = [seconds for process in live if (seconds := process.queued_s()) is not None]
        return sum(queued) if queued else None

    def peak_bytes(self) -> int | None:
        """Return the most memory that one program which is alive now has held; None when there is none, or where it cannot be told.

        A program that was forked starts with what its parent held at that moment.
        """
        if self._closed or not tells_families():
            return None
        with self._lock:
            live = tuple(self._live)
        peaks = (process.peak_bytes() for process in live)
        return max((peak for peak in peaks if peak is not None), default=None)

    def close(self) -> None:
        """End all that still runs; safe to call twice and from another thread."""
        with self._lock:
            self._closed = True
            live = tuple(self._live)
        for process in live:
            process.kill()

    def _launch(self, command: Command) -> LocalProcess:
        with self._lock:
            if self._closed:
                raise self._gone()
            with last_cores(self._cores):
                process = LocalProcess(command.argv, cwd=Path(self.tree) / command.cwd, env=self._environment() | dict(command.env))
            self._live.add(process)
        return process

    def _end(self, process: LocalProcess) -> None:
        process.kill()
        process.close()
        with self._lock:
            self._live.discard(process)
            self._ended_s += process.used_s()

    def _environment(self) -> dict[str, str]:
        roots = [str(Path(self.tree) / root) for root in self._import_roots]
        return {
            # The interpreter's own folder comes first, so that `python` and `pytest` are those of the sandbox.
            "PATH": os.pathsep.join((str(Path(self.python).parent), os.environ.get("PATH", os.defpath))),
            "HOME": str(self._scratch / "home"),
            "TMPDIR": str(self._scratch / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join(roots),
        }

    def _check_open(self) -> None:
        if self._closed:
            raise self._gone()

    def _gone(self) -> SandboxUnavailable:
        return SandboxUnavailable(f"the local sandbox in {self._scratch} is closed; open another one")

    def _why(self, process: LocalProcess) -> CodeoptError:
        if self._closed:
            return self._gone()
        status = process.wait(time.monotonic() + 1.0)
        ending = "closed its output" if status is None else f"ended with status {status}"
        return ContestantError(f"the program {ending}")


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by path within `folder`, whatever stood there; nothing is written through a link out of it.

    Raises:
        ValueError: a path leaves the folder.
        OSError: a file cannot be written.
    """
    root = folder.resolve()
    for path, data in files.items():
        place = root / path
        if not place.parent.resolve().is_relative_to(root) or place.name in {"", ".."}:
            raise ValueError(f"{path} leaves {folder}")
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(place.stat().st_mode) if place.is_file() and not place.is_symlink() else 0o644
        place.unlink(missing_ok=True)
        place.write_bytes(data)
        place.chmod(mode)


def wipe(folder: Path) -> None:
    """Delete all that a folder holds, whatever its modes; nothing outside is touched.

    Raises:
        OSError: something cannot be deleted.
    """
    for place, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(place, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
    for inner in folder.iterdir():
        if inner.is_dir() and not inner.is_symlink():
            shutil.rmtree(inner)
        else:
            inner.unlink()


def _read_regular(path: str, limit_bytes: int) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit_bytes + 1)
    finally:
        os.close(descriptor)
    return data if len(data) <= limit_bytes else None


def _not_started(error: OSError, command: Command) -> ExecResult:
    """Say what a shell would say of a program that cannot be started."""
    status = _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
    return ExecResult(status=status, stdout=b"", stderr=f"{command.argv[0]}: {error.strerror}\n".encode(), seconds=0.0)
