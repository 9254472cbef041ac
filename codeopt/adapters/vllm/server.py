"""A vLLM server on this machine: the command that starts it, waiting until it answers, and ending it with all its processes.

It knows vLLM's flags, and nothing of prompts and code.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from codeopt.errors import ConfigError, EndpointUnavailable

__all__ = ["Launch", "Lora", "ServerProcess", "Wanted", "launch_of", "lora_of"]

# What listens on all addresses is asked on this machine's own.
_ASKED = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound
_POLL_S = 0.5
_ASK_S = 5.0
# vLLM ends its workers itself when it is asked to; what is still there afterwards is killed.
_GRACE_S = 20.0
# An edit repeats most of what it was given: the draft of the next tokens is what followed the last few ones in the prompt.
_DRAFT = {"method": "ngram", "num_speculative_tokens": 5, "prompt_lookup_max": 4, "prompt_lookup_min": 2}
_LOG_TAIL_BYTES = 20_000
_TROUBLE = ("Error", "error:", "No module named", "not found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """An adapter of fine-tuned weights: the name that it is asked for by, and its folder or its name at the model hub."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be served: `context` bounds prompt and answer together, in tokens; `more` are flags for vLLM itself, which come last."""

    model: str
    host: str = "127.0.0.1"
    port: int = 8000
    context: int = 16384
    gpu: bool = True
    speculate: bool = True
    name: str | None = None
    loras: tuple[Lora, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where the server will answer, as asked for from this machine."""
        host = _ASKED.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command line, and what its environment has besides ours."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]


def launch_of(wanted: Wanted, *, executable: str | None = None) -> Launch:
    """Return how to start the server; `executable` is `vllm`, found beside this Python or on the path when it is not given.

    Raises:
        ConfigError: there is no such program.
    """
    return Launch(argv=(_found(executable), "serve", wanted.model, *_flags(wanted), *wanted.more), environment=_environment(wanted))


def _found(executable: str | None) -> str:
    beside = Path(sys.executable).with_name("vllm")
    found = shutil.which(executable) if executable else str(beside) if beside.exists() else shutil.which("vllm")
    if found is None:
        named = f"{executable} is no program" if executable else "vLLM is not installed here"
        raise ConfigError(f"{named}: pip install 'codeopt[serve]', or give the program with --vllm")
    return found


def _flags(wanted: Wanted) -> list[str]:
    flags = ["--host", wanted.host, "--port", str(wanted.port), "--max-model-len", str(wanted.context), "--enable-prefix-caching"]
    if wanted.name:
        flags += ["--served-model-name", wanted.name]
    if wanted.speculate:
        flags += ["--speculative-config", json.dumps(_DRAFT, separators=(",", ":"))]
    if wanted.loras:
        flags += ["--enable-lora", "--lora-modules", *(f"{lora.name}={lora.path}" for lora in wanted.loras)]
    if not wanted.gpu:
        # On a CPU a seeded request whose prompt is read in chunks ends the server.
        flags += ["--no-enable-chunked-prefill", "--max-num-batched-tokens", str(wanted.context), "--enforce-eager"]
    return flags


def _environment(wanted: Wanted) -> dict[str, str]:
    return {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"} | ({} if wanted.gpu else {"VLLM_CPU_KVCACHE_SPACE": "2"})


class ServerProcess:
    """A server that was started, in a process group of its own. Its output goes to `log`."""

    def __init__(self, launch: Launch, *, url: str, log: Path) -> None:
        """Start it.

        Raises:
            ConfigError: the port is taken, or the log cannot be written.
        """
        self._url, self._log = url, log
        _require_free(url)
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(
                    launch.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**launch.environment, **os.environ},
                    start_new_session=True,
                )
        except OSError as error:
            raise ConfigError(f"{launch.argv[0]} cannot be started ({error.strerror}): check the program and the log file {log}") from error

    def wait_until_it_answers(self, *, timeout_s: float) -> None:
        """Return when the server is healthy.

        Raises:
            EndpointUnavailable: it ended, or was not healthy in time.
        """
        end = time.monotonic() + timeout_s
        while not self._is_healthy():
            if self._process.poll() is not None:
                raise self._ended()
            if time.monotonic() > end:
                raise EndpointUnavailable(f"vLLM was not ready after {timeout_s:.0f} s: {self._last_word()}; its log is {self._log}")
            time.sleep(_POLL_S)

    def wait(self) -> None:
        """Wait until the server ends by itself.

        Raises:
            EndpointUnavailable: always; a server is not meant to end.
        """
        self._process.wait()
        raise self._ended()

    def stop(self) -> None:
        """End the server and all its processes; safe to call twice."""
        for number, patience_s in ((signal.SIGINT, _GRACE_S), (signal.SIGTERM, _GRACE_S), (signal.SIGKILL, _GRACE_S)):
            if not _signal(self._process.pid, number):
                break
            self._wait_for_group(patience_s)
        self._process.wait()

    def _wait_for_group(self, patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            self._process.poll()
            if not _signal(self._process.pid, 0):
                return
            time.sleep(_POLL_S / 5)

    def _is_healthy(self) -> bool:
        try:
            return httpx.get(self._url.removesuffix("/v1") + "/health", timeout=_ASK_S, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _ended(self) -> EndpointUnavailable:
        status = self._process.returncode
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        return EndpointUnavailable(f"vLLM ended {how}: {self._last_word()}; its log is {self._log}")

    def _last_word(self) -> str:
        """Return the line of the log that says most: the last that names an error, else the last."""
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - _LOG_TAIL_BYTES))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines if any(word in line for word in _TROUBLE)]
        return (telling or lines or ["it said nothing"])[-1]


def _signal(group: int, number: int) -> bool:
    """Send a signal to a process group; False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _require_free(url: str) -> None:
    address = httpx.URL(url)
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as asked:
        asked.settimeout(_ASK_S)
        if asked.connect_ex((address.host, address.port or 0)) == 0:
            raise ConfigError(f"something answers on port {address.port} already: stop it, or choose another --port")


def lora_of(text: str) -> Lora:
    """Read `NAME=PATH`.

    Raises:
        ConfigError: it has another form.
    """
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ConfigError(f"--lora {text}: write it as NAME=PATH")
    return Lora(name=name, path=path)
