"""What the checks of sandboxes play on: a snapshot, an environment, and commands that are programs given as text."""

from __future__ import annotations

from codeopt.model.work import Command, Environment
from codeopt.ports import Sandbox

__all__ = ["ENVIRONMENT", "SECRET", "SNAPSHOT", "python", "said"]

SECRET = "CODEOPT_TEST_SECRET"  # a variable that the caller puts into the host's environment
SNAPSHOT = {"src/greeting.py": b"WORD = 'hello'\n", "top.py": b"LEVEL = 0\n", "run.sh": b"#!/bin/sh\necho ran\n"}
ENVIRONMENT = Environment(
    python="3.11", requirements=(), installs_project=False, import_roots=("src", "."), declared_by=(), key="codeopt-tests"
)


def python(sandbox: Sandbox, code: str, *args: str, timeout_s: float = 60.0) -> Command:
    """Return a command for a program given as text."""
    return Command(argv=(sandbox.python, "-c", code, *args), timeout_s=timeout_s)


def said(sandbox: Sandbox, code: str, *args: str) -> str:
    """Run a program that must succeed, and return what it said."""
    result = sandbox.run(python(sandbox, code, *args))
    assert result.ok, result
    return result.stdout.decode().strip()
