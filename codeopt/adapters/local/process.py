"""A program on this machine, in a session of its own, so that it can be ended with its children, and what they use."""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from codeopt.adapters.processes import family, peak_bytes, queued_s, used_s
from codeopt.adapters.streams import Moved

__all__ = ["LocalProcess"]

_CHUNK_BYTES = 1 << 18
_GLANCE_S = 0.1
_KILLED_BASE = 128
_FIRST_LOOK_S = 0.0005
_LAST_LOOK_S = 0.05


class LocalProcess:
    """A running program and its wire."""

    def __init__(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> None:
        """Start the program.

        Raises:
            OSError: it cannot be started.
        """
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(argv, cwd=cwd, env=env, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True)
        self._pipes = [stream for stream in (self._process.stdin, self._process.stdout, self._process.stderr) if stream]
        self._input, self._output, self._errors = (pipe.fileno() for pipe in self._pipes)
        self._reading = {self._output, self._errors}
        self._refused = False
        self._used_s = 0.0
        self._lock = threading.Lock()
        for stream in self._pipes:
            os.set_blocking(stream.fileno(), False)

    def move(self, outgoing: memoryview, timeout_s: float) -> Moved:
        """Write what fits and read what is there; when neither is possible, wait for it up to `timeout_s`."""
        events = self._wait(timeout_s, writing=bool(outgoing))
        if not events and self._status() is not None:
            # Grandchildren may hold the pipes open for as long as they like; what the program itself said has been read.
            self._reading.clear()
        written = self._write(outgoing) if self._input in events else 0
        said = {stream: self._read(stream) for stream in events if stream != self._input}
        return Moved(
            written=written,
            stdout=said.get(self._output, b""),
            stderr=said.get(self._errors, b""),
            refused=self._refused,
            ended=not self._reading,
        )

    def close_input(self) -> None:
        """Tell the program that there is no more input."""
        self._pipes[0].close()

    def close(self) -> None:
        """Let go of the streams; the program is not touched."""
        for stream in self._pipes:
            stream.close()

    def wait(self, deadline: float) -> int | None:
        """Return the exit status, 128 + n after signal n, or None when the program still runs at `deadline` (monotonic clock)."""
        pause = _FIRST_LOOK_S
        while (status := self._status()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(pause, left))
            pause = min(pause * 2, _LAST_LOOK_S)
        return status if status >= 0 else _KILLED_BASE - status

    def kill(self) -> None:
        """End the program and all of its session's first process group; safe to call twice and from another thread."""
        # Those that the program has not waited for are lost with it.
        self.used_s()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.wait(math.inf)

    def used_s(self) -> float:
        """Return the processor seconds of the program and its descendants, as far as the system tells; it never falls."""
        with self._lock:
            if self._process.returncode is None:
                self._used_s = max(self._used_s, used_s(self._process.pid))
            return self._used_s

    def peak_bytes(self) -> int | None:
        """Return the most memory that the program or one of its descendants has held; None when it has ended."""
        with self._lock:
            return peak_bytes(family(self._process.pid)) if self._process.returncode is None else None

    def queued_s(self) -> float | None:
        """Return the seconds that the program and its descendants stood in the queue for a core; None when it has ended, or not told."""
        with self._lock:
            return queued_s(family(self._process.pid)) if self._process.returncode is None else None

    def _status(self) -> int | None:
        """Return how the program ended, and keep what it used; None while it runs."""
        with self._lock:
            if self._process.returncode is None:
                self._reap()
            return self._process.returncode

    def _reap(self) -> None:
        try:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        except ChildProcessError:
            # A process that ignores the end of its children never learns how they ended; `subprocess` takes that for success, too.
            self._process.returncode = 0
            return
        if pid:
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self._used_s = max(self._used_s, usage.ru_utime + usage.ru_stime)

    def _wait(self, timeout_s: float, *, writing: bool) -> set[int]:
        poller = select.poll()
        for stream in self._reading:
            poller.register(stream, select.POLLIN)
        if writing and not self._refused:
            poller.register(self._input, select.POLLOUT)
        return {stream for stream, _ in poller.poll(min(timeout_s, _GLANCE_S) * 1000)}

    def _write(self, outgoing: memoryview) -> int:
        try:
            return os.write(self._input, outgoing[:_CHUNK_BYTES])
        except BlockingIOError:
            return 0
        except OSError:
            self._refused = True
            return 0

    def _read(self, stream: int) -> bytes:
        try:
            data = os.read(stream, _CHUNK_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            self._reading.discard(stream)
        return data
