"""The connection to the Docker engine, and the one place where foreign exceptions become `SandboxUnavailable`."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import docker
import docker.errors
import requests
import urllib3
from docker.client import DockerClient

from codeopt.errors import SandboxUnavailable

__all__ = ["connect", "engine_errors"]

_DEFAULT_HOST = "unix:///var/run/docker.sock"
_ADVICE = "see `codeopt doctor`"
_FOREIGN = (
    docker.errors.DockerException,
    docker.errors.StreamParseError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
)


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn whatever the engine, its client or the connection raises into one line; `doing` completes "cannot ...".

    Raises:
        SandboxUnavailable: something of Docker's was lost or refused.
    """
    try:
        yield
    except _FOREIGN as error:
        raise SandboxUnavailable(f"Docker cannot {doing}: {_reason(error)}; {_ADVICE}") from error


def connect(runtime: str | None = None) -> DockerClient:
    """Return a client of the engine that the environment names (`DOCKER_HOST`, else the local socket), which has answered.

    Raises:
        SandboxUnavailable: no engine answers, or it has no runtime of that name.
    """
    try:
        _knock(os.environ.get("DOCKER_HOST") or _DEFAULT_HOST)
        client = docker.from_env()
    except _FOREIGN as error:
        raise _no_engine(error) from error
    try:
        client.ping()
    except _FOREIGN as error:
        client.close()
        raise _no_engine(error) from error
    try:
        _check_runtime(client, runtime)
    except SandboxUnavailable:
        client.close()
        raise
    return client


def _check_runtime(client: DockerClient, runtime: str | None) -> None:
    if runtime is None:
        return
    with engine_errors("describe itself"):
        known = sorted(client.info().get("Runtimes") or {})
    if runtime not in known:
        advice = f"install it and name it in the engine's daemon.json, or choose `sandbox_runtime` from {', '.join(known)}"
        raise SandboxUnavailable(f"the Docker engine has no runtime {runtime}: {advice}")


def _knock(host: str) -> None:
    """Fail early on a local socket that nobody answers: the client would leave its own socket open."""
    scheme, _, path = host.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.connect(path)


def _no_engine(error: BaseException) -> SandboxUnavailable:
    return SandboxUnavailable(f"no Docker engine answers ({_reason(error)}): start one, or set DOCKER_HOST; {_ADVICE}")


def _reason(error: BaseException) -> str:
    """Return the innermost thing that was said: clients wrap one connection error in three others."""
    if isinstance(error, docker.errors.APIError) and error.explanation:
        return _one_line(str(error.explanation))
    if isinstance(error, docker.errors.BuildError):
        return _one_line(str(error.msg))
    while True:
        inner = next((arg for arg in (*error.args, error.__cause__) if isinstance(arg, BaseException)), None)
        if inner is None:
            break
        error = inner
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _one_line(text) or type(error).__name__


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
