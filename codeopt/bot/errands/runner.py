"""Starts the process of an errand, waits for it, and ends it when nobody waits any more."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import anyio
from anyio import CancelScope, to_thread
from anyio.abc import Process

from codeopt import errors
from codeopt.adapters.store.wire import wire
from codeopt.bot.errands.answer import Answer
from codeopt.bot.logs import tell
from codeopt.config import OTHER_VARIABLES
from codeopt.errors import CodeoptError, InfrastructureError
from codeopt.model.errand import Errand, Failure

__all__ = ["Errands", "ProcessErrands", "environment"]

LOGGER = logging.getLogger("codeopt.bot.errand")
# Time in which a process that is told to end closes its sandboxes.
_GRACE_S = 20.0
_KEPT_BYTES = 4000
_PROGRAM = ("-m", "codeopt.bot.errands.child")
_NAMES = frozenset({"HOME", "LANG", "LANGUAGE", "PATH", "PYTHONPATH", "TMPDIR", "TZ", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
_PREFIXES = ("CODEOPT_", "DOCKER_", "LC_", "PIP_", "SSL_CERT_", "CURL_CA_", "REQUESTS_CA_")
_PROXIES = frozenset({"http_proxy", "https_proxy", "no_proxy", "all_proxy"})


class Errands(Protocol):
    """Does errands."""

    async def run(self, errand: Errand) -> Answer:
        """Do an errand and return its result, never a failure.

        Raises:
            UsageError: there is none, however often it is tried.
            InfrastructureError: something outside was lost; the same may be tried again.
        """
        ...


class ProcessErrands:
    """`Errands` that gives each a process without any token in it: no key of the App, no secret of the webhook, no password of the queue.

    Cancelling ends the process with all that it started.
    """

    def __init__(self, environ: Mapping[str, str], *, program: Sequence[str] = _PROGRAM) -> None:
        """Keep what processes are to know of this one's environment; `program` is what Python is to run."""
        self._environ = environment(environ)
        self._program = tuple(program)

    async def run(self, errand: Errand) -> Answer:
        """Do an errand in a process of its own."""
        with tempfile.TemporaryDirectory(prefix="codeopt-errand-") as scratch:
            file = Path(scratch) / "answer"
            command = [sys.executable, *self._program, str(file)]
            with (Path(scratch) / "log").open("w+b") as log:
                status = await self._finished(command, wire(Errand).pack(errand), log.fileno())
                told = await to_thread.run_sync(_tail, Path(log.name))
            answer = await to_thread.run_sync(_read, file)
        if answer is None:
            tell(LOGGER, "an errand broke", level=logging.ERROR, status=status, kind=errand.kind.value, log=told)
            raise InfrastructureError(f"the process of this {errand.kind} ended with status {status} and no answer: see the service's log")
        if answer.failure is not None:
            raise _error_of(answer.failure)
        return answer

    async def _finished(self, command: list[str], errand: bytes, log: int) -> int:
        process = await anyio.open_process(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=dict(self._environ), start_new_session=True
        )
        try:
            assert process.stdin is not None  # noqa: S101 - it was asked for
            with suppress(anyio.BrokenResourceError):
                await process.stdin.send(b"%d\n" % len(errand) + errand)
            return await process.wait()
        finally:
            with CancelScope(shield=True):
                await _ended(process)


def environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return what an errand's process may know: where programs, Docker, proxies and certificates are, and codeopt's settings of runs."""
    return {
        name: text
        for name, text in environ.items()
        if not name.startswith(OTHER_VARIABLES) and (name in _NAMES or name.lower() in _PROXIES or name.startswith(_PREFIXES))
    }


def _error_of(failure: Failure) -> CodeoptError:
    """Return the error that ended an errand, of its own class, as if it had been raised here."""
    kind = getattr(errors, failure.error, None) if failure.error in errors.__all__ else None
    found = kind(failure.text) if kind is not None else InfrastructureError(failure.text)
    assert isinstance(found, CodeoptError)  # noqa: S101 - the module holds no others
    return found


async def _ended(process: Process) -> None:
    """End a process and its group: gently, then at once."""
    for number, wait_s in ((signal.SIGTERM, _GRACE_S), (signal.SIGKILL, None)):
        if process.returncode is not None:
            break
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with anyio.move_on_after(wait_s):
            await process.wait()
    await process.aclose()


def _tail(log: Path) -> str:
    return log.read_bytes()[-_KEPT_BYTES:].decode(errors="replace")


def _read(file: Path) -> Answer | None:
    try:
        return wire(Answer).unpack(file.read_bytes())
    except FileNotFoundError:
        return None
