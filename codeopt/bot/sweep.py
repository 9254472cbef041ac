"""Knows what becomes of deliveries that had no good answer: GitHub is asked to make them again, for it does not do so by itself.

What is made again has the id of the first attempt, so the queue keeps it once. GitHub's own list says how often that was tried, so several
services, and one that starts anew, count alike.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import anyio

from codeopt.bot.logs import tell
from codeopt.bot.ticking import Ticking
from codeopt.errors import ForgeRefused
from codeopt.model.forge import FailedDelivery
from codeopt.ports.forge import Forge

__all__ = ["Sweep"]

LOGGER = logging.getLogger("codeopt.bot.sweep")
_EVERY_TEN_MINUTES = Ticking(
    logger=LOGGER,
    pause_s=600.0,
    done="failed deliveries were swept",
    counted="deliveries",
    failed="failed deliveries cannot be swept",
    broke="the sweep broke",
)
# GitHub makes nothing again that is older.
_BACK_S = 3 * 86400.0
# How long after the newest attempt the next one is asked for: what failed because a database is down has hours to come through. Another
# service that has asked already is seen by this as well.
_WAITS_S = (0.0, 3600.0, 6 * 3600.0)
# Writes of an App go a second apart.
_AT_ONCE = 100


class _Asked(NamedTuple):
    """How often a delivery was made again, as far as is known here, and when it was asked for the last time."""

    times: int
    at_s: float


class Sweep:
    """Asks for failed deliveries again, now and every ten minutes."""

    def __init__(
        self, forge: Forge, *, clock: Callable[[], float] = time.time, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        """Ask nothing yet. `clock` tells seconds since 1970, and `sleep` waits for some."""
        self._forge, self._clock, self._sleep = forge, clock, sleep
        # By GUID. An attempt is listed only when it has ended, so this process remembers for which it has asked.
        self._asked: dict[str, _Asked] = {}
        self._refused: set[str] = set()

    async def run(self) -> None:
        """Go on until cancelled. What fails is logged, and tried again at the next time, or sooner where the host says when."""
        await _EVERY_TEN_MINUTES.run(self.tick, self._sleep)

    async def tick(self) -> int:
        """Ask for what is due, the oldest first and a hundred at most; return how many were asked for.

        Raises:
            CodeoptError: failed deliveries cannot be listed, or no further one can be asked for; what was asked for before that holds.
        """
        now_s = self._clock()
        failed = await self._forge.failed_deliveries(now_s - _BACK_S)
        self._forget({one.guid for one in failed})
        due = [one for one in failed if self._is_due(one, now_s)]
        return sum([await self._again(one) for one in due[:_AT_ONCE]])

    def _is_due(self, failed: FailedDelivery, now_s: float) -> bool:
        asked = self._so_far(failed)
        if failed.guid in self._refused or asked.times >= len(_WAITS_S):
            return False
        return asked.at_s + _WAITS_S[asked.times] <= now_s

    def _so_far(self, failed: FailedDelivery) -> _Asked:
        known = self._asked.get(failed.guid, _Asked(0, 0.0))
        return _Asked(max(failed.redeliveries, known.times), max(failed.attempted_s, known.at_s))

    async def _again(self, failed: FailedDelivery) -> bool:
        times = self._so_far(failed).times + 1
        try:
            await self._forge.redeliver(failed.id)
        except ForgeRefused as refusal:
            self._refused.add(failed.guid)
            tell(
                LOGGER, "a delivery is not made again", level=logging.WARNING, delivery=failed.guid, event=failed.event, reason=str(refusal)
            )
            return False
        self._asked[failed.guid] = _Asked(times, self._clock())
        tell(LOGGER, "a delivery is made again", delivery=failed.guid, event=failed.event, attempt=times + 1)
        return True

    def _forget(self, failed: set[str]) -> None:
        """Forget what has come through or is too old, so that what is remembered does not grow."""
        self._asked = {guid: asked for guid, asked in self._asked.items() if guid in failed}
        self._refused &= failed
