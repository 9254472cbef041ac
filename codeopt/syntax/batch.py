"""Knows how many files are parsed: in this process, or in several where that pays."""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from codeopt.errors import InfrastructureError
from codeopt.syntax.codec import encode
from codeopt.syntax.parse import parse_file
from codeopt.syntax.text import MAX_BYTES

__all__ = ["Outlined", "hash_all", "outline_all"]

_PAYS_FROM = 300  # files; starting processes costs about as much as parsing this many
_CHUNK = 16  # files per message to a process
_MOST_WORKERS = 8  # beyond, the parent that collects is the bottleneck


@dataclass(frozen=True, slots=True)
class Outlined:
    """One file: the SHA-256 of its bytes and its outline as JSON, or the reason why it could not be read."""

    path: str
    sha: str
    outline: str
    unreadable: str = ""


def outline_all(root: Path, paths: Sequence[str], *, workers: int | None) -> Iterator[Outlined]:
    """Parse files, in the order given; `workers` None chooses by their number and the cores that this process may use.

    Raises:
        InfrastructureError: a worker process was killed.
    """
    count = min(_cores(), _MOST_WORKERS) if workers is None else workers
    if count <= 1 or (workers is None and len(paths) < _PAYS_FROM):
        yield from (_outline(root, path) for path in paths)
        return
    # Not forked: the caller may have threads, whose locks a fork would copy.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            yield from pool.map(functools.partial(_outline, root), paths, chunksize=_CHUNK)
    except BrokenProcessPool as error:
        raise InfrastructureError(f"{root}: a process that parses files was killed, perhaps for memory; free some and try again") from error


def hash_all(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of each file that can be read."""
    shas: dict[str, str] = {}
    for path in paths:
        try:
            shas[path] = hashlib.sha256(_read(root, path)).hexdigest()
        except OSError:
            continue
    return shas


def _outline(root: Path, path: str) -> Outlined:
    try:
        source = _read(root, path)
    except OSError as error:
        return Outlined(path, "", "", f"cannot be read: {error.strerror or error}")
    parsed = parse_file(path, source)
    return Outlined(path, parsed.sha, encode(parsed))


def _read(root: Path, path: str) -> bytes:
    """Read a file, but no more than is needed to see that it is too large."""
    with (root / path).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
