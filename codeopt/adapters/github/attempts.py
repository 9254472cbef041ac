"""Creates something once, however often it is tried: looks for what an earlier attempt made before every attempt."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from codeopt.adapters.github.faults import AnswerLost
from codeopt.adapters.github.pace import Clock, Timing

__all__ = ["once"]

_LOG = logging.getLogger(__name__)
_Made = TypeVar("_Made")


async def once(
    what: str,
    *,
    look: Callable[[], Awaitable[_Made | None]],
    make: Callable[[], Awaitable[_Made]],
    timing: Timing,
    clock: Clock,
) -> _Made:
    """Return what `look` finds, else what `make` makes.

    Where the answer to `make` is lost, it may have been carried out: after a pause it is looked for, and made again only where it is not
    there. A request that is still under way may yet be carried out after that; so what took more than one attempt is looked for once more,
    and `look` puts right what it finds twice.

    Raises:
        ForgeUnavailable: it cannot be known, or made, now; the same may be asked again.
        ForgeRefused: it will not be made.
    """
    attempt = 0
    while True:
        found = await look()
        if found is not None:
            return found
        attempt += 1
        try:
            made = await make()
        except AnswerLost as lost:
            if attempt >= timing.attempts:
                raise
            pause_s = max(timing.pause_s(attempt), lost.retry_after_s or 0.0)
            _LOG.info("%s: nobody knows whether it was made; looked for in %.1f s", what, pause_s)
            await clock.sleep(pause_s)
            continue
        return made if attempt == 1 else await look() or made
