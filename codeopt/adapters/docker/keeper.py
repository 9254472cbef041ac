"""The host's end of the line to the first process of a container, `sandbox/programs/keeper.py`.

The line is the container's own input and output. No other program in the container holds it or can open it, so what it says is the
keeper's word; and it costs no new process, which hostile programs could stop in the middle of its birth, with the engine waiting for it.
"""

from __future__ import annotations

import time
from contextlib import suppress

from docker.client import DockerClient
from docker.models.containers import Container

from codeopt.adapters.docker.container import remove
from codeopt.adapters.docker.engine import engine_errors
from codeopt.adapters.docker.meter import Meter, find_meter
from codeopt.adapters.docker.wire import EngineWire
from codeopt.adapters.streams import Moved
from codeopt.errors import ContestantError, SandboxUnavailable

__all__ = ["Kept"]

_ANSWER_S = 30.0
_NOTHING = memoryview(b"")
_STREAMS = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}


class Kept:
    """A container that runs, and the line to its keeper."""

    def __init__(self, client: DockerClient, container: Container) -> None:
        """Start a container that has been created, and wait for its keeper.

        Raises:
            SandboxUnavailable: it cannot be started; it is removed then.
        """
        self.container = container
        self._said = bytearray()
        self._complaints = bytearray()
        self._meter: Meter | None = None
        self._metered = False
        try:
            with engine_errors("start a sandbox"):
                self._wire = EngineWire(client.api.attach_socket(str(container.id), params=_STREAMS))
                container.start()
            self._hear()
        except (SandboxUnavailable, ContestantError) as error:
            remove(container)
            raise SandboxUnavailable(f"a sandbox does not start: {error}") from error

    def meter(self) -> Meter | None:
        """Return what counts the container's time and memory on this machine, or None; looked for once."""
        if not self._metered:
            with suppress(SandboxUnavailable), engine_errors("say where a sandbox runs"):
                self.container.reload()
                self._meter = find_meter(str(self.container.id), int(self.container.attrs["State"]["Pid"]))
                self._metered = True
        return self._meter

    def end_all(self) -> None:
        """End every program, and wait until none is left.

        Raises:
            ContestantError: programs keep the keeper from doing so.
            SandboxUnavailable: the container is gone.
        """
        self._tell(b"end\n")

    def scrub(self) -> None:
        """End every program, and empty every place that programs may write.

        Raises:
            ContestantError: programs keep the keeper from doing so, or left what cannot be removed.
            SandboxUnavailable: the container is gone.
        """
        self._tell(b"scrub\n")

    def lay_over(self, archive: bytes) -> None:
        """Have an archive without its end, and the bytecode of what is in it, laid over the tree whenever it is laid.

        Raises:
            ContestantError: programs keep the keeper from doing so.
            SandboxUnavailable: the container is gone.
        """
        self._tell(b"over %d\n" % len(archive) + archive)

    def renew(self) -> None:
        """Scrub, and lay the tree and what lies over it.

        Raises:
            ContestantError: programs keep the keeper from doing so, or left what cannot be removed.
            SandboxUnavailable: the tree does not fit, or the container is gone.
        """
        self._tell(b"renew\n")

    def remove(self) -> None:
        """Remove the container; safe to call twice and from another thread.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        remove(self.container)
        self._wire.close()
        if self._meter is not None:
            self._meter.close()

    def _tell(self, order: bytes) -> None:
        deadline = time.monotonic() + _ANSWER_S
        outgoing = memoryview(order)
        while outgoing:
            moved = self._move(outgoing, deadline)
            outgoing = outgoing[moved.written :]
        answer = self._hear(deadline)
        if answer == "ok":
            return
        if "does not fit" in answer:
            raise SandboxUnavailable(f"{answer}: {self._complaint()}; give it more memory")
        raise ContestantError(f"the sandbox cannot be used any more: {answer}")

    def _hear(self, deadline: float | None = None) -> str:
        deadline = time.monotonic() + _ANSWER_S if deadline is None else deadline
        while b"\n" not in self._said:
            self._move(_NOTHING, deadline)
        line, _, self._said = self._said.partition(b"\n")
        return line.decode(errors="replace")

    def _move(self, outgoing: memoryview, deadline: float) -> Moved:
        left = deadline - time.monotonic()
        if left <= 0:
            raise ContestantError("programs keep the sandbox from answering")
        moved = self._wire.move(outgoing, left)
        self._said += moved.stdout
        self._complaints += moved.stderr
        if (moved.ended or moved.refused) and b"\n" not in self._said:
            raise SandboxUnavailable(f"a sandbox ended: {self._complaint()}; run again")
        return moved

    def _complaint(self) -> str:
        lines = [line for line in self._complaints.decode(errors="replace").splitlines() if line.strip()]
        self._complaints.clear()
        return lines[-1][:300] if lines else "without a word"
