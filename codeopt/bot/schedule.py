"""Knows when the clock asks for a job: once a day and once a week for each repository, whichever of the two its policy then wants.

The hour differs from repository to repository, so that they do not all come at midnight. What is due stays due to the end of its day or
week: a service that was down makes up for it. Ids are made of the repository and the day or week, so several services make one job.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import anyio
from anyio import to_thread

from codeopt.bot.policy import Policy
from codeopt.bot.ticking import Ticking
from codeopt.model.bot import Delivery, Job, JobKind, JobOrigin
from codeopt.model.forge import InstalledRepository
from codeopt.ports import Queue
from codeopt.ports.forge import Forge

__all__ = ["Schedule", "due_jobs", "wanted_now"]

LOGGER = logging.getLogger("codeopt.bot.schedule")
EVENT = "schedule"
_HOURLY = Ticking(
    logger=LOGGER,
    pause_s=3600.0,
    done="the schedule was kept",
    counted="jobs",
    failed="the schedule cannot be kept",
    broke="the schedule broke",
)
_DAY_HOURS, _WEEK_HOURS = 24, 168


def wanted_now(job: Job, policy: Policy) -> bool:
    """Whether a job of the schedule is of the kind that the repository's policy asks for; the other kind does nothing."""
    return job.origin is JobOrigin.SCHEDULE and job.arguments[:1] == (policy.schedule,)


def due_jobs(repository: InstalledRepository, now_s: float) -> tuple[tuple[Delivery, Job], ...]:
    """Return what is due for a repository at a time: the job of the day from its hour on, and that of the week.

    The first argument of a job is `daily` or `weekly`, the second the date or the ISO week, such as 2026-12-01 or 2026-W49.
    """
    now = datetime.fromtimestamp(now_s, tz=UTC)
    hour = zlib.crc32(str(repository.name).casefold().encode())
    due = []
    if now.hour >= hour % _DAY_HOURS:
        due.append(_made(repository, now_s, "daily", f"{now:%Y-%m-%d}"))
    if 24 * now.weekday() + now.hour >= hour % _WEEK_HOURS:
        due.append(_made(repository, now_s, "weekly", f"{now:%G-W%V}"))
    return tuple(due)


def _made(repository: InstalledRepository, now_s: float, often: str, when: str) -> tuple[Delivery, Job]:
    name = str(repository.name)
    key = hashlib.sha256(json.dumps((EVENT, name.casefold(), often, when)).encode()).hexdigest()
    delivery = Delivery(
        id=f"{EVENT}:{key[:32]}",
        event=EVENT,
        action=often,
        content_key=key,
        repository=name,
        installation=repository.installation,
        received_s=now_s,
        payload=b"{}",
    )
    job = Job(
        id=key[:32],
        repository=name,
        installation=repository.installation,
        kind=JobKind.FOLLOW,
        origin=JobOrigin.SCHEDULE,
        asked_by="",
        arguments=(often, when),
    )
    return delivery, job


class Schedule:
    """Puts what is due into the queue, now and every hour."""

    def __init__(
        self,
        forge: Forge,
        queue: Queue,
        *,
        news: Callable[[], None],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        """Ask nothing yet. `news` is called when there are new jobs; `clock` tells seconds since 1970, and `sleep` waits for some."""
        self._forge, self._queue, self._news, self._clock, self._sleep = forge, queue, news, clock, sleep
        # What this process has offered is not offered again every hour.
        self._offered: set[str] = set()

    async def run(self) -> None:
        """Go on until cancelled. What fails is logged, and tried again in an hour, or sooner where the host says when."""
        await _HOURLY.run(self.tick, self._sleep)

    async def tick(self) -> int:
        """Offer all that is due and was not offered yet; return how many jobs are new to the queue.

        Raises:
            CodeoptError: the repositories cannot be listed, or the queue cannot be written; what was offered before that stays.
        """
        repositories, now_s = await self._forge.repositories(), self._clock()
        due = {job.id: (delivery, job) for one in repositories for delivery, job in due_jobs(one, now_s)}
        # Past days fall out of what is remembered, so that it does not grow.
        self._offered &= due.keys()
        made = 0
        try:
            for key in [key for key in due if key not in self._offered]:
                made += await to_thread.run_sync(partial(self._queue.offer, *due[key]))
                self._offered.add(key)
        finally:
            if made:
                self._news()
        return made
