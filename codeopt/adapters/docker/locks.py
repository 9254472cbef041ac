"""Lets one process at a time make an image, on this machine."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codeopt.errors import SandboxUnavailable

__all__ = ["only_one"]


@contextmanager
def only_one(folder: Path, name: str) -> Iterator[None]:
    """Wait for the lock `name` in `folder` and hold it; a process that dies lets go of it.

    Raises:
        SandboxUnavailable: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{name}.lock").open("w")
    except OSError as error:
        raise SandboxUnavailable(f"cannot write {folder}: {error.strerror}; make it writable") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
