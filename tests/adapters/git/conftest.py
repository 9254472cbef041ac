"""Real repositories, made with a git that knows nothing of the user who runs the tests."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from codeopt.adapters.git import open_repository

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class Checkout:
    """A repository in a folder, with git at hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(self.folder), *arguments],
            input=stdin, capture_output=True, env=ENVIRONMENT, check=True,
        )  # fmt: skip
        return done.stdout.decode(errors="surrogateescape").rstrip("\n")

    def write(self, files: dict[str, bytes | str]) -> Checkout:
        for path, content in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def commit(self, message: str = "change") -> Checkout:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self

    def open(self):
        return open_repository(self.folder)

    def fingerprint(self) -> dict[str, tuple[object, ...]]:
        """Content, kind and times of everything, `.git` included."""
        return {str(path.relative_to(self.folder)): _print(path) for path in sorted(self.folder.rglob("*"))}


def _print(path: Path) -> tuple[object, ...]:
    state = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
    return (content, state.st_mode, state.st_mtime_ns, state.st_ino)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path_factory):
    for name in [*os.environ]:
        if name.startswith("GIT_") or name in {"EMAIL", "XDG_CONFIG_HOME"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A repository with two files and one commit."""
    return Checkout(tmp_path / "repo").write({"a.py": "one\ntwo\nthree\n", "pkg/b.py": "b = 1\n"}).commit("begin")
