"""Knows where runs live, `.codeopt/runs/ID/` in the repository, how they are found again, and that one process at a time works on one."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codeopt.errors import StoreError, UsageError

__all__ = ["create_run", "find_run", "hold", "list_runs"]

HOME = ".codeopt"
LATEST = "latest"
SHOWN = 5
_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_TICKS = 0x10000
_TRIES = 1000


def create_run(repo_root: Path) -> Path:
    """Make the folder of a new run and return it; its name is the time (UTC), so that names sort by age.

    Git never sees it: `.codeopt/` ignores itself.

    Raises:
        StoreError: the folder cannot be made.
    """
    home = repo_root / HOME
    if home.is_symlink():
        raise StoreError(f"{home}: is a symbolic link; remove it, runs are kept in a folder of the repository itself")
    try:
        home.mkdir(exist_ok=True)
        if not (home / ".gitignore").exists():
            (home / ".gitignore").write_text("*\n", encoding="utf-8")
        return _fresh(home / "runs")
    except OSError as error:
        raise StoreError(f"{home}: a run cannot be kept here: {error.strerror}; make the folder writable or free some space") from error


def list_runs(repo_root: Path) -> tuple[Path, ...]:
    """Return the folders of all runs, oldest first."""
    return tuple(sorted(path for path in (repo_root / HOME / "runs").glob("*") if _NAME.fullmatch(path.name) and path.is_dir()))


def find_run(repo_root: Path, run: str) -> Path:
    """Return the folder of a run by its name, by the start of its name where that is enough, or by the word `latest`.

    Raises:
        UsageError: there is none, or there are several; the last runs are listed.
    """
    runs = list_runs(repo_root)
    if not runs:
        raise UsageError(f"{repo_root / HOME}: no runs yet; start one with `codeopt optimize`")
    found = runs[-1:] if run == LATEST else [path for path in runs if run and path.name.startswith(run)]
    if len(found) == 1:
        return found[0]
    last = ", ".join(path.name for path in reversed(runs[-SHOWN:]))
    problem = "several runs begin so" if found else "no such run"
    raise UsageError(f"run {run!r}: {problem} in {repo_root / HOME}; the last ones are {last}")


@contextmanager
def hold(run_folder: Path) -> Iterator[None]:
    """Keep other processes off a run. The lock dies with the process, however it dies.

    Raises:
        UsageError: another process works on the run.
        StoreError: the lock cannot be made.
    """
    try:
        descriptor = os.open(run_folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{run_folder}: cannot be locked: {error.strerror}; check that the folder exists and is yours") from error
    try:
        _lock(descriptor, run_folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, run_folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise UsageError(f"run {run_folder.name}: process {holder} works on it; wait for it or end it") from None
    except OSError as error:
        raise StoreError(f"{run_folder}: cannot be locked: {error.strerror}; the disk is full or knows no locks") from error


def _fresh(runs: Path) -> Path:
    """Make a folder named by this moment; its last digits count 65,536ths of a second, so that names sort within a second, too."""
    runs.mkdir(exist_ok=True)
    for _ in range(_TRIES):
        now = time.time()
        folder = runs / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{int(now % 1 * _TICKS):04x}"
        try:
            folder.mkdir()
        except FileExistsError:
            time.sleep(1 / _TICKS)
            continue
        return folder
    raise StoreError(f"{runs}: no free name for a run; remove old runs")
