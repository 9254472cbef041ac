"""The command line as users run it: in a process of its own, on small git repositories."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

SLOW = '''"""A slow thing."""


def dedupe(items):
    """Return the items without repeats, in order of first appearance."""
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen
'''
BENCH = """import random

from slow import dedupe

rng = random.Random(1)
print(sum(len(dedupe([rng.randrange(2000) for _ in range(900)])) for _ in range(12)))
"""
TESTS = """from slow import dedupe


def test_order_is_kept():
    assert dedupe([3, 1, 3, 2, 1]) == [3, 1, 2]


def test_nothing():
    assert dedupe([]) == []
"""
FILES = {"slow.py": SLOW, "bench.py": BENCH, "test_slow.py": TESTS, "pyproject.toml": '[tool.codeopt]\nworkload = "python bench.py"\n'}

GOOD_PATCH = """--- a/slow.py
+++ b/slow.py
@@ -3,8 +3,4 @@

 def dedupe(items):
     \"\"\"Return the items without repeats, in order of first appearance.\"\"\"
-    seen = []
-    for item in items:
-        if item not in seen:
-            seen.append(item)
-    return seen
+    return list(dict.fromkeys(items))
"""
WRONG_PATCH = GOOD_PATCH.replace("list(dict.fromkeys(items))", "sorted(set(items))")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The line that says what was wrong; there must be one, and no traceback."""
        lines = [line for line in self.err.splitlines() if line.startswith("codeopt: ")]
        assert "Traceback" not in self.err, self.err
        assert lines, self.err
        return lines[-1]


def environment(**more: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CODEOPT_")}
    return kept | {"NO_COLOR": "1", "COLUMNS": "120"} | more


def codeopt(*argv: str | Path, timeout: float = 300, **env: str) -> Ended:
    """Run the command line to its end."""
    command = [sys.executable, "-m", "codeopt", *map(str, argv)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment(**env), check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


def begin(*argv: str | Path) -> subprocess.Popen[str]:
    """Start the command line with signals as a terminal has them: a job in the background inherits an ignored SIGINT."""
    command = [sys.executable, "-m", "codeopt", *map(str, argv)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment(), preexec_fn=_as_in_a_terminal)  # noqa: PLW1509 - tests have no threads then


def _as_in_a_terminal() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def git(root: Path, *argv: str) -> str:
    """Run git in a repository."""
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(root), *argv]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def contents(root: Path) -> Mapping[str, bytes]:
    """Every file of a repository but codeopt's own folder, git's included."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and ".codeopt" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Path]:
    def make(**changes: str | None) -> Path:
        root = tmp_path / "repo"
        root.mkdir()
        files = {**FILES, **{name.replace("__", "."): text for name, text in changes.items()}}
        for name, text in files.items():
            if text is not None:
                (root / name).write_text(text)
        git(root, "init", "-q")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "begin")
        return root

    return make


@pytest.fixture
def repo(make_repo: Callable[..., Path]) -> Path:
    return make_repo()


@pytest.fixture
def patch_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "change.diff"
        path.write_text(text)
        return path

    return write
