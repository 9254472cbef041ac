"""`codeopt bot` as a user starts it: a process of its own, and real HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.bot.deliveries import SECRET, comment, headers

ROOT = Path(__file__).resolve().parents[2]
# Nobody waits that long: it is when a test gives up.
PATIENCE_S = 120.0


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CODEOPT_")}
    return clean | {"CODEOPT_WEBHOOK_SECRET": SECRET, "PYTHONPATH": str(ROOT)} | more


@dataclass
class Running:
    """A running service."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, content: object, guid: str = "guid-1") -> httpx.Response:
        body = json.dumps(content).encode()
        return httpx.post(f"{self.url}/webhook", content=body, headers=headers(body, guid=guid), timeout=PATIENCE_S)

    def line(self, message: str) -> dict:
        """Return the next line of the log that has a message."""
        assert self.process.stderr is not None
        for text in self.process.stderr:
            if text.startswith("{") and (line := json.loads(text))["message"] == message:
                return line
        raise AssertionError(f"the service ended without a line {message!r}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)


@contextmanager
def running(folder: Path, *flags: str, **more: str) -> Iterator[Running]:
    words = (sys.executable, "-m", "codeopt", "bot", "--port", "0", "--database", f"sqlite:///{folder}/queue.db", *flags)
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment(**more), cwd=folder)
    try:
        service = Running(process, 0)
        service.port = service.line("listening")["port"]
        yield service
    finally:
        process.kill()
        process.communicate()


def refusal(folder: Path, *flags: str, program: tuple[str, ...] = ("-m", "codeopt"), **more: str) -> tuple[int, str]:
    done = subprocess.run(
        (sys.executable, *program, "bot", *flags),
        capture_output=True,
        text=True,
        check=False,
        env=environment(**more),
        cwd=folder,
        timeout=PATIENCE_S,
    )
    assert done.stderr.count("\n") == 1, done.stderr
    return done.returncode, done.stderr


def test_a_delivery_becomes_a_job_that_is_done_and_a_signal_ends_the_service(tmp_path):
    with running(tmp_path, "--dry-run") as service:
        answer = service.send(comment("/codeopt optimize pkg/a.py::f"))
        assert (answer.status_code, answer.json()["outcome"]) == (202, "queued")
        line = service.line("job")
        assert (line["job"], line["outcome"]) == (answer.json()["job"], "done")
        assert line["effect"] == "dry run: would optimize pkg/a.py::f for octo/demo#1"
        health = httpx.get(f"{service.url}/healthz", timeout=PATIENCE_S).json()
        assert (health["status"], health["jobs"]["done"]) == ("ok", 1)
        assert 'codeopt_bot_job_attempts_total{kind="optimize",outcome="done"} 1.0' in httpx.get(f"{service.url}/metrics").text
        assert service.stop() == 0


def test_what_was_kept_is_done_by_the_next_service(tmp_path):
    with running(tmp_path, "--dry-run", "--workers", "0") as service:
        assert service.send(comment("/codeopt check")).status_code == 202
        assert service.stop() == 0
    with running(tmp_path, "--dry-run") as service:
        assert service.line("job")["outcome"] == "done"
        assert service.send(comment("/codeopt check"), guid="another").json()["outcome"] == "duplicate"


def test_a_body_that_is_cut_off_leaves_the_service_alive(tmp_path):
    with running(tmp_path, "--dry-run") as service:
        body = json.dumps(comment("/codeopt check")).encode()
        with closing(socket.create_connection(("127.0.0.1", service.port))) as line:
            named = "".join(f"{name}: {value}\r\n" for name, value in headers(body).items())
            line.sendall(f"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{named}\r\n".encode() + body[:100])
        told = service.line("delivery")
        assert (told["status"], told["outcome"]) == (400, "truncated")
        assert service.send(comment("/codeopt check")).json()["outcome"] == "queued"


def test_a_body_without_end_is_cut_off(tmp_path):
    with running(tmp_path, "--dry-run") as service, closing(socket.create_connection(("127.0.0.1", service.port))) as line:
        named = "".join(f"{name}: {value}\r\n" for name, value in headers(b"").items())
        line.sendall(f"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{named}\r\n".encode())
        piece = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
        with pytest.raises(ConnectionError):
            line.sendall(piece * 60)
        assert service.line("delivery")["outcome"] == "too large"


def test_what_is_no_http_is_refused(tmp_path):
    with running(tmp_path, "--dry-run") as service:
        with closing(socket.create_connection(("127.0.0.1", service.port))) as line:
            line.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert b"400" in line.recv(100)
        assert service.send(comment("/codeopt check")).json()["outcome"] == "queued"


def test_without_a_secret_it_does_not_start(tmp_path):
    status, line = refusal(tmp_path, CODEOPT_WEBHOOK_SECRET="")
    assert status == 2
    assert line.startswith("codeopt: CODEOPT_WEBHOOK_SECRET is not set")


def test_a_port_that_is_taken_is_named(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        status, line = refusal(tmp_path, "--dry-run", "--port", port)
    assert status == 2
    assert f"cannot listen on 127.0.0.1 port {port} (Address already in use)" in line


def test_a_host_that_is_none_is_named(tmp_path):
    status, line = refusal(tmp_path, "--dry-run", "--host", "no such host")
    assert status == 2
    assert "cannot listen on no such host port 8080" in line


def test_a_database_that_cannot_be_reached_is_lost_infrastructure(tmp_path):
    status, line = refusal(tmp_path, "--dry-run", "--database", "postgresql://me@127.0.0.1:1/jobs")
    assert status == 3
    assert "check that the database runs" in line


def test_a_password_does_not_belong_on_a_command_line(tmp_path):
    status, line = refusal(tmp_path, "--dry-run", "--database", "postgresql://me:pa55@127.0.0.1:1/jobs")
    assert status == 2
    assert "CODEOPT_BOT_DATABASE" in line
    assert "pa55" not in line


@pytest.mark.parametrize("missing", ["starlette", "sqlalchemy", "markdown_it"])
def test_without_the_extra_it_says_what_to_install(tmp_path, missing):
    program = f"import sys; sys.modules[{missing!r}] = None; from codeopt.cli.main import main; main()"
    status, line = refusal(tmp_path, program=("-c", program))
    assert status == 2
    assert line == f"codeopt: {missing} is not installed: pip install 'codeopt[bot]'\n"
