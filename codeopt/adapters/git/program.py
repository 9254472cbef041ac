"""Runs git so that it asks nothing, changes nothing by the way, runs no hooks, and answers in English whatever the user has set."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codeopt.errors import RepositoryError

__all__ = ["Git", "GitResult", "GitTimeout"]

TIMEOUT_S = 300.0
# What git needs of the user's environment: where programs and the user's own settings lie, and who commits.
PASSED = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "USER", "LOGNAME", "EMAIL")
IDENTITY = tuple(f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL"))
QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# Settings of the user or the repository that could start programs.
OVERRIDES = ("core.fsmonitor=false", "core.hooksPath=/dev/null")


class GitTimeout(RepositoryError):  # noqa: N818 - named for what happened
    """Git did not end in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitResult:
    """What git answered."""

    status: int
    stdout: bytes
    stderr: str

    @property
    def problem(self) -> str:
        """Git's own message as one line, without its prefix."""
        lines = [line.strip() for line in self.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
        return "; ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in errors[:2]) or f"git ends with {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Git in one folder. `env` is added to its environment, `settings` (`key=value`) to its configuration; `timeout_s` bounds each run."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    timeout_s: float = TIMEOUT_S

    def __call__(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git and return what it prints.

        Raises:
            RepositoryError: git is missing, fails, or does not end.
        """
        result = self.ask(*arguments, stdin=stdin)
        if result.status:
            raise RepositoryError(f"{self.folder}: {result.problem} (git {arguments[0]})")
        return result.stdout

    def ask(self, *arguments: str, stdin: bytes = b"") -> GitResult:
        """Run git, whatever its status.

        Raises:
            RepositoryError: git is missing or does not end.
        """
        overrides = [word for setting in (*OVERRIDES, *self.settings) for word in ("-c", setting)]
        command = ["git", "-C", str(self.folder), "--no-pager", *overrides, *arguments]
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, env=self._environment(), timeout=self.timeout_s, check=False)
        except FileNotFoundError:
            raise RepositoryError("git is not on PATH; install git") from None
        except OSError as error:
            raise RepositoryError(f"git cannot be started: {error.strerror}; check the installation of git") from None
        except subprocess.TimeoutExpired:
            raise GitTimeout(f"{self.folder}: git {arguments[0]} does not end within {self.timeout_s:g} s; check the disk") from None
        return GitResult(status=done.returncode, stdout=done.stdout, stderr=done.stderr.decode(errors="replace"))

    def _environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in (*PASSED, *IDENTITY) if name in os.environ}
        return {**passed, **QUIET, **self.env}
