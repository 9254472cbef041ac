"""Programs run in a container with the engine's `exec`: started, spoken to, waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docker.client import DockerClient
from docker.models.containers import Container

from codeopt.adapters.docker.engine import engine_errors
from codeopt.adapters.docker.layout import USER, WORK
from codeopt.adapters.docker.wire import EngineWire
from codeopt.adapters.streams import Output, collect

__all__ = ["Call", "Ended", "Program", "run_program", "said", "start_program"]

_FIRST_LOOK_S = 0.002
_LAST_LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is to run: arguments, environment, folder and user, as the container knows them."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str = WORK
    user: str = USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that has been started, and its wire."""

    client: DockerClient
    exec_id: str
    wire: EngineWire

    def status(self, deadline: float) -> int | None:
        """Wait for the exit status until `deadline` (monotonic clock); None when the program still runs.

        Raises:
            SandboxUnavailable: the engine or the container is gone.
        """
        pause = _FIRST_LOOK_S
        while True:
            with engine_errors("learn how a program ended"):
                state = self.client.api.exec_inspect(self.exec_id)
            if not state["Running"] and state["ExitCode"] is not None:
                return int(state["ExitCode"])
            if time.monotonic() >= deadline:
                return None
            # A program may close its output and go on.
            time.sleep(pause)
            pause = min(pause * 2, _LAST_LOOK_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a program said and how it ended; `status` is None when its time was over. `seconds` is by the host's clock."""

    program: Program
    output: Output
    status: int | None
    seconds: float


def start_program(client: DockerClient, container: Container, call: Call) -> Program:
    """Start a program in a container.

    Raises:
        SandboxUnavailable: the engine or the container is gone.
    """
    with engine_errors("start a program in a sandbox"):
        made = client.api.exec_create(
            container.id, list(call.argv), stdin=True, user=call.user, workdir=call.cwd, environment=dict(call.env)
        )
        return Program(client=client, exec_id=made["Id"], wire=EngineWire(client.api.exec_start(made["Id"], socket=True)))


def run_program(
    client: DockerClient, container: Container, call: Call, *, timeout_s: float, stdin: bytes = b"", limit_bytes: int = 1_000_000
) -> Ended:
    """Run a program to its end, or until its time is over; whatever still runs then is left to the caller.

    Raises:
        SandboxUnavailable: the engine or the container is gone.
    """
    start = time.monotonic()
    deadline = start + timeout_s
    program = start_program(client, container, call)
    try:
        output = collect(program.wire, stdin, deadline=deadline, limit_bytes=limit_bytes)
    finally:
        program.wire.close()
    status = None if output.timed_out else program.status(deadline)
    return Ended(program=program, output=output, status=status, seconds=time.monotonic() - start)


def said(ended: Ended) -> str:
    """Return the first line that a program said, errors first, else its status."""
    lines = (ended.output.stderr + b"\n" + ended.output.stdout).decode(errors="replace").split("\n")
    return next((line.strip()[:300] for line in lines if line.strip()), f"status {ended.status}")
