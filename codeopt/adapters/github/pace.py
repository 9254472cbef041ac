"""When the next request may go: the limits that the host sets, and the time between two writes. Knows nothing of HTTP but its headers."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from codeopt.errors import ForgeUnavailable

__all__ = ["Clock", "Gate", "SystemClock", "Timing"]

# What GitHub asks for where a secondary limit names no time.
_UNNAMED_WAIT_S = 60.0
_LONGEST_WAIT_S = 3600.0


class Clock(Protocol):
    """The time, and how it passes."""

    def now_s(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


class SystemClock:
    """The machine's own."""

    def now_s(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things may take, in seconds.

    `timeout_s` bounds one request, `connect_s` its connection. A request whose fate is unknown is sent up to `attempts` times, with pauses
    that double from `backoff_s`. `patience_s` is the longest wait for a limit; a longer one is the caller's. `write_pause_s` lies between
    two writes to one account, as GitHub asks.
    """

    timeout_s: float = 30.0
    connect_s: float = 10.0
    attempts: int = 4
    backoff_s: float = 1.0
    patience_s: float = 60.0
    write_pause_s: float = 1.0

    def pause_s(self, attempt: int) -> float:
        """Return how long to wait after an attempt, counted from 1: never less than half of the doubled time, so that many do not meet."""
        return self.backoff_s * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret


class Gate:
    """Lets requests of one account through while the host allows them. Writes go one after the other."""

    def __init__(self, account: str, *, clock: Clock, timing: Timing) -> None:
        """Begin open; `account` is for people."""
        self._account = account
        self._clock = clock
        self._timing = timing
        self._closed_until_s = 0.0
        self._next_write_s = 0.0
        self._strikes = 0
        self._writing = asyncio.Lock()

    @property
    def wait_s(self) -> float:
        """How long it is closed still; 0 when open."""
        return max(0.0, self._closed_until_s - self._clock.now_s())

    @asynccontextmanager
    async def turn(self, *, writes: bool) -> AsyncIterator[None]:
        """Wait until a request may go, and hold back further writes until this one is done.

        Raises:
            ForgeUnavailable: that takes longer than `patience_s`.
        """
        async with self._writing if writes else nullcontext():
            await self._open()
            if writes:
                await self._pause(self._next_write_s - self._clock.now_s())
            try:
                yield
            finally:
                if writes:
                    self._next_write_s = self._clock.now_s() + self._timing.write_pause_s

    def limited(self, *, wait_s: float | None, until_s: float | None) -> float:
        """Close for `wait_s`, or until `until_s`; where neither is told, for a minute, and for twice as long each further time.

        Return how long it is closed.
        """
        if wait_s is None and until_s is not None:
            wait_s = until_s - self._clock.now_s()
        if wait_s is None:
            wait_s = min(_UNNAMED_WAIT_S * 2**self._strikes, _LONGEST_WAIT_S)
        self._strikes += 1
        self._closed_until_s = max(self._closed_until_s, self._clock.now_s() + wait_s)
        return self.wait_s

    def answered(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer that is no error: it may say that it was the last one for now."""
        self._strikes = 0
        reset = headers.get("x-ratelimit-reset", "")
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            self._closed_until_s = max(self._closed_until_s, float(reset))

    async def _open(self) -> None:
        if self.wait_s > self._timing.patience_s:
            raise ForgeUnavailable(
                f"{self._account}: no request is allowed for another {self.wait_s:.0f} s (rate limit); ask again after that",
                retry_after_s=self.wait_s,
            )
        while self.wait_s:
            # Up to a tenth more, so that not everybody comes back in the same instant.
            await self._pause(self.wait_s * random.uniform(1.0, 1.1))  # noqa: S311 - jitter is no secret

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self._clock.sleep(seconds)
