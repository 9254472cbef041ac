"""Turns at the machine: whoever measures, or generates on this machine, has it alone. Knows nothing of what is done in a turn."""

from __future__ import annotations

import asyncio
import enum
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["MachineLock", "Turn"]

# A finished question leads to candidates within milliseconds; the next question must not slip in before them.
SETTLE_S = 0.25


class Turn(enum.IntEnum):
    """What a turn is for, the most urgent first: what was asked for is judged before more is asked for."""

    CONFIRM = 0
    SCREEN = 1
    ASK = 2


class MachineLock:
    """Gives the machine to one holder at a time, by urgency and then in order of arrival.

    A holder that fails keeps it: the run is ending, and the next in line must not begin while it does.
    """

    def __init__(self) -> None:
        """Begin with nobody at the machine; belongs to the event loop of its first use."""
        self._held = False
        self._order = itertools.count()
        self._waiting: list[tuple[Turn, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, kind: Turn) -> AsyncIterator[None]:
        """Hold the machine while the context lasts."""
        await self._acquire(kind)
        yield
        self._release()

    async def _acquire(self, kind: Turn) -> None:
        if not self._held and not self._waiting:
            self._held = True
            return
        ready = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (kind, next(self._order), ready))
        try:
            await ready
        except asyncio.CancelledError:
            if ready.done() and not ready.cancelled():
                self._release()
            raise

    def _release(self) -> None:
        self._held = False
        questions_only = all(kind is Turn.ASK for kind, _, _ in self._waiting)
        asyncio.get_running_loop().call_later(SETTLE_S if questions_only else 0.0, self._grant)

    def _grant(self) -> None:
        while self._waiting and not self._held:
            _, _, ready = heapq.heappop(self._waiting)
            if not ready.done():
                self._held = True
                ready.set_result(None)
