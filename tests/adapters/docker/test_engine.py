"""Foreign exceptions become one line that says what to do."""

from __future__ import annotations

import inspect

import docker.errors
import pytest
import requests
import urllib3

from codeopt.adapters.docker.doctor import diagnose
from codeopt.adapters.docker.engine import connect, engine_errors
from codeopt.errors import SandboxUnavailable

FOREIGN = [kind for _, kind in inspect.getmembers(docker.errors, inspect.isclass) if issubclass(kind, Exception)]
ARGUMENTS = {
    "BuildError": ("the step failed", []),
    "ContainerError": (None, 1, "cmd", "image", b"text"),
    "MissingContextParameter": ("name",),
    "ContextAlreadyExists": ("name",),
    "ContextException": ("text",),
    "ContextNotFound": ("name",),
    "StreamParseError": (ValueError("text"),),
}


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_client_means_a_lost_sandbox(kind):
    with pytest.raises(SandboxUnavailable, match=r"Docker cannot do it: .+; see `codeopt doctor`"), engine_errors("do it"):
        raise kind(*ARGUMENTS.get(kind.__name__, ("text",)))


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectionError("refused"),
        requests.exceptions.ReadTimeout("slow"),
        urllib3.exceptions.ProtocolError("cut off", ConnectionResetError(104, "Connection reset by peer")),
        ConnectionResetError(104, "Connection reset by peer"),
        TimeoutError("slow"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_exception_of_the_connection_means_a_lost_sandbox(error):
    with pytest.raises(SandboxUnavailable) as caught, engine_errors("do it"):
        raise error
    assert "\n" not in str(caught.value)


def test_the_innermost_reason_is_shown():
    error = requests.exceptions.ConnectionError(
        urllib3.exceptions.ProtocolError("aborted", FileNotFoundError(2, "No such file or directory"))
    )
    with pytest.raises(SandboxUnavailable, match="Docker cannot do it: No such file or directory;"), engine_errors("do it"):
        raise error


@pytest.mark.parametrize("error", [ValueError("a mistake of ours"), KeyError("x")])
def test_mistakes_are_not_disguised(error):
    with pytest.raises(type(error)), engine_errors("do it"):
        raise error


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "nonsense"])
def test_no_engine_is_said_in_one_line(host, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(SandboxUnavailable, match=r"no Docker engine answers \(.+\): start one, or set DOCKER_HOST"):
        connect()


def test_the_doctor_survives_without_an_engine(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    (finding,) = diagnose()
    assert not finding.ok
    assert "No such file" in finding.detail
    assert "--sandbox local" in finding.remedy


@pytest.mark.docker
def test_the_doctor_looks_at_everything():
    found = {finding.name: finding for finding in diagnose(python="3.11")}
    assert list(found) == ["Docker engine", "base image", "Docker disk", "gVisor"]
    assert found["Docker engine"].ok
    assert all(finding.ok or finding.remedy for finding in found.values())


@pytest.mark.docker
def test_the_doctor_says_when_a_named_image_cannot_be_had():
    found = {finding.name: finding for finding in diagnose(base="localhost:1/codeopt-no-such-image:1")}
    assert not found["base image"].ok
    assert "codeopt-no-such-image" in found["base image"].detail


@pytest.mark.docker
def test_a_runtime_that_the_engine_has_not_is_said_in_one_line():
    with pytest.raises(SandboxUnavailable, match=r"no runtime no-such-runtime: install it .*or choose `sandbox_runtime` from .*runc"):
        connect("no-such-runtime")
