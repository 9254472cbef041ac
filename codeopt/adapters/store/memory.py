"""A store that forgets when the process ends: for tests, and for a verdict that nobody resumes."""

from __future__ import annotations

import threading

from codeopt.errors import StoreError
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.model.report import RunInfo

__all__ = ["MemoryStore"]


class MemoryStore:
    """`ports.Store` in dictionaries; usable from several threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._info: RunInfo | None = None
        self._candidates: dict[str, Candidate] = {}
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        self._values: dict[str, bytes] = {}

    def start(self, info: RunInfo) -> None:
        """Remember a new run; the first one is kept."""
        with self._lock:
            self._info = self._info or info

    def info(self) -> RunInfo:
        """Return what `start` was given.

        Raises:
            StoreError: nothing was started.
        """
        if self._info is None:
            raise StoreError("this store holds no run; start one first")
        return self._info

    def put_candidate(self, candidate: Candidate) -> None:
        """Keep a candidate under its key; the first one is kept."""
        with self._lock:
            self._candidates.setdefault(candidate.key, candidate)

    def candidate(self, key: str) -> Candidate | None:
        """Return a candidate."""
        return self._candidates.get(key)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return all candidates in the order in which they were kept."""
        with self._lock:
            return tuple(self._candidates.values())

    def put_verdict(self, key: str, stage: str, verdict: Verdict) -> None:
        """Keep the verdict of a candidate at a stage; the first one is kept."""
        with self._lock:
            self._verdicts.setdefault((key, stage), verdict)

    def verdict(self, key: str, stage: str) -> Verdict | None:
        """Return a verdict."""
        return self._verdicts.get((key, stage))

    def put_value(self, name: str, value: bytes) -> None:
        """Keep bytes under a name; the last ones win."""
        with self._lock:
            self._values[name] = bytes(value)

    def value(self, name: str) -> bytes | None:
        """Return bytes kept by `put_value`."""
        return self._values.get(name)

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the names of values that start with `prefix`, sorted."""
        with self._lock:
            return tuple(sorted(name for name in self._values if name.startswith(prefix)))
