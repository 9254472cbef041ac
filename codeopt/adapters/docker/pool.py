"""Containers that wait for their next sandbox: all of them clean, and none of them left when the provider is closed."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from codeopt.adapters.docker.container import is_sound
from codeopt.adapters.docker.keeper import Kept
from codeopt.errors import SandboxUnavailable

__all__ = ["Pool"]


class Pool:
    """Idle containers, by the number of cores that they are held to. May be used from several threads."""

    def __init__(self, start: Callable[[int | None], Kept], *, size: int) -> None:
        """Make containers with `start` when none is idle, and keep up to `size` of each kind."""
        self._start = start
        self._size = size
        self._idle: dict[int | None, list[Kept]] = defaultdict(list)
        self._lock = threading.Lock()
        self._closed = False

    def take(self, cores: int | None) -> Kept:
        """Return a container that runs, an idle one where there is one; what was lost while it was idle is removed.

        Raises:
            SandboxUnavailable: none can be made.
        """
        while (kept := self._idle_one(cores)) is not None:
            with suppress(SandboxUnavailable):
                if is_sound(kept.container):
                    return kept
            kept.remove()
        return self._start(cores)

    def give(self, cores: int | None, kept: Kept) -> None:
        """Take a clean container back, or remove it when enough are idle.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        with self._lock:
            wanted = not self._closed and len(self._idle[cores]) < self._size
            if wanted:
                self._idle[cores].append(kept)
        if not wanted:
            kept.remove()

    def close(self) -> None:
        """Remove every idle container; safe to call twice and from another thread.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        with self._lock:
            self._closed = True
            idle = [kept for some in self._idle.values() for kept in some]
            self._idle.clear()
        for kept in idle:
            kept.remove()

    def _idle_one(self, cores: int | None) -> Kept | None:
        with self._lock:
            return self._idle[cores].pop() if self._idle[cores] else None
