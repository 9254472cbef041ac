"""Errands in processes of their own: what these know, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from codeopt.adapters.store.wire import wire
from codeopt.bot.errands import ProcessErrands
from codeopt.bot.errands.child import _settings
from codeopt.bot.errands.runner import environment
from codeopt.errors import ConfigError, InfrastructureError, UsageError, WorkloadError
from codeopt.model.errand import Errand, ErrandKind
from tests.adapters.git.conftest import Checkout

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0
# Tells its number and that of a child of its own, and then waits for ever, deaf to SIGTERM.
DEAF = """
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
place = pathlib.Path({place!r})
place.with_suffix(".new").write_text(f"{{os.getpid()}} {{child.pid}}")
place.with_suffix(".new").rename(place)
time.sleep(600)
"""


def errands(*program):
    return ProcessErrands(os.environ | {"PYTHONPATH": str(ROOT)}, **({"program": program} if program else {}))


def errand(clone, kind=ErrandKind.OPTIMIZE, **more):
    return Errand(kind=kind, clone=str(clone), **more)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_the_user_gave_wrong_comes_back_as_such(tmp_path):
    with pytest.raises(UsageError, match="repository") as caught:
        anyio.run(errands().run, errand(tmp_path))
    assert "\n" not in str(caught.value)


def test_an_error_keeps_its_class(tmp_path):
    checkout = Checkout(tmp_path / "repo").write({"a.py": "def f():\n    return 1\n"}).commit()
    with pytest.raises(WorkloadError, match="no workload"):
        anyio.run(errands().run, errand(checkout.folder, ErrandKind.VERIFY, patch=b"no diff\n"))


def test_a_process_that_breaks_is_lost_infrastructure(tmp_path):
    with pytest.raises(InfrastructureError, match="status 7 and no answer"):
        anyio.run(errands("-c", "raise SystemExit(7)").run, errand(tmp_path))


def test_cancelling_ends_the_process_and_what_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr("codeopt.bot.errands.runner._GRACE_S", 0.2)
    place = tmp_path / "pids"

    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(errands("-c", DEAF.format(place=str(place))).run, errand(tmp_path))
            while not place.exists():  # noqa: ASYNC110 - another process makes it
                await anyio.sleep(0.02)
            group.cancel_scope.cancel()

    anyio.run(main)
    pids = [int(word) for word in place.read_text().split()]
    limit = time.monotonic() + PATIENCE_S
    while any(map(is_alive, pids)) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not any(map(is_alive, pids))


def test_an_errand_ends_with_its_service(tmp_path):
    program = (
        "import sys, threading, os; from codeopt.bot.errands import child; "
        "child._tried = lambda *_: (print('begun', flush=True), threading.Event().wait())[0]; "
        "child.main(sys.stdin.buffer, sys.argv[1])"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "answer")]
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=tmp_path
    )
    assert process.stdin is not None
    assert process.stdout is not None
    packed = wire(Errand).pack(errand(tmp_path))
    process.stdin.write(b"%d\n" % len(packed) + packed)
    process.stdin.flush()
    assert process.stdout.readline() == b"begun\n"
    process.stdin.close()
    assert process.wait(timeout=PATIENCE_S) == 128 + signal.SIGTERM
    process.stdout.close()


def test_no_secret_of_the_service_is_in_the_environment_of_an_errand():
    secrets = {
        "CODEOPT_WEBHOOK_SECRET": "a",
        "CODEOPT_WEBHOOK_SECRET_FILE": "b",
        "CODEOPT_PRIVATE_KEY": "c",
        "CODEOPT_PRIVATE_KEY_FILE": "d",
        "CODEOPT_BOT_DATABASE": "e",
        "AWS_SECRET_ACCESS_KEY": "f",
        "GITHUB_TOKEN": "g",
        "PGPASSWORD": "h",
    }
    needed = {
        "PATH": "/bin",
        "DOCKER_HOST": "tcp://x",
        "https_proxy": "http://p",
        "CODEOPT_MODEL": "http://m",
        "PIP_CERT": "/c",
        "LC_ALL": "C",
    }
    assert environment(secrets | needed) == needed


PYPROJECT = """[tool.codeopt]
sandbox = "local"
trust_patch = true
model = "http://169.254.169.254/latest"
image = "evil"
memory = "900g"
budget = "90h"
no_such_setting = 1
workload = "python bench.py"
exclude = ["gen/*"]
"""


def test_a_repository_decides_how_it_is_measured_and_nothing_else(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    environ = {"CODEOPT_SANDBOX": "local", "CODEOPT_BUDGET": "3m"}
    settings = _settings(errand(tmp_path, target="a.py::f", exclude=("old/*",)), tmp_path, environ)
    assert (settings.workload, settings.exclude, settings.targets) == ("python bench.py", ("gen/*", "old/*"), ("a.py::f",))
    assert (settings.sandbox, settings.trust_patch, settings.model, settings.image) == ("docker", False, None, None)
    assert (settings.memory, settings.budget) == (4 * 2**30, 180.0)


def test_a_setting_of_its_own_that_cannot_be_used_is_an_error(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.codeopt]\nworkload = 3\n")
    with pytest.raises(ConfigError, match="workload"):
        _settings(errand(tmp_path), tmp_path, {})
