"""Does something again and again as long as the service runs, whatever becomes of a single time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from codeopt.bot.logs import tell
from codeopt.errors import CodeoptError, ForgeUnavailable

__all__ = ["Ticking"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticking:
    """How something is done every `pause_s` seconds, and what the log says of it.

    `done` is the message of a time that went well, with what it came to as the field `counted`; `failed` that of one which did not, and
    `broke` that of a defect.
    """

    logger: logging.Logger
    pause_s: float
    done: str
    counted: str
    failed: str
    broke: str

    async def run(self, tick: Callable[[], Awaitable[int]], sleep: Callable[[float], Awaitable[None]]) -> None:
        """Go on until cancelled. What fails is logged, and tried again at the next time, or sooner where the host says when."""
        while True:
            pause_s = self.pause_s
            try:
                count = await tick()
            except CodeoptError as error:
                if isinstance(error, ForgeUnavailable) and error.retry_after_s is not None:
                    pause_s = min(self.pause_s, max(1.0, error.retry_after_s))
                tell(self.logger, self.failed, level=logging.ERROR, reason=str(error), again_in_s=round(pause_s))
            except Exception:
                self.logger.exception(self.broke)
            else:
                tell(self.logger, self.done, **{self.counted: count})
            await sleep(pause_s)
