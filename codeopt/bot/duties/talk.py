"""How the bot answers a command: it asks for the right of whoever gave it, reacts, and writes one comment that it edits as it goes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from codeopt.bot.logs import tell
from codeopt.errors import CodeoptError, ForgeRefused, UsageError
from codeopt.model.bot import Job
from codeopt.model.forge import Reaction, RepositoryName
from codeopt.ports.forge import Forge
from codeopt.report.bot_comment import failed_comment, refused_comment, working_comment

__all__ = ["Reply", "Talk"]

LOGGER = logging.getLogger("codeopt.bot.talk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a command comes to: the comment's text, and the effect in a few words for the log."""

    body: str
    effect: str
    reaction: Reaction = Reaction.ROCKET


class Talk:
    """Answers commands on a forge; a job is tried `attempts` times."""

    def __init__(self, forge: Forge, *, attempts: int) -> None:
        """Keep the forge."""
        self._forge = forge
        self._attempts = attempts

    async def answer(self, job: Job, act: Callable[[], Awaitable[Reply]]) -> str:
        """Do what a comment asks for, if its author may write to the repository, and tell there what came of it.

        People without that right get a reaction and no text: a stranger must not make the bot write.
        """
        where = RepositoryName.parse(job.repository)
        if not (await self._forge.permission(where, job.asked_by)).may_write:
            tell(LOGGER, "a command by somebody who may not write", job=job.id, repository=job.repository, login=job.asked_by)
            await self._react(where, job, Reaction.CONFUSED)
            return f"refused: {job.asked_by} may not write to {job.repository}"
        await self._react(where, job, Reaction.EYES)
        await self._say(where, job, working_comment(" ".join(("/codeopt", job.kind.value, *job.arguments))))
        try:
            reply = await act()
        except CodeoptError as error:
            await self._told(where, job, error)
            raise
        await self._say(where, job, reply.body)
        await self._react(where, job, reply.reaction, instead=True)
        return reply.effect

    async def _told(self, where: RepositoryName, job: Job, error: CodeoptError) -> None:
        final = isinstance(error, UsageError)
        again = not final and job.attempts < self._attempts
        with suppress(CodeoptError):
            await self._say(where, job, refused_comment(str(error)) if final else failed_comment(str(error), again=again))
            if not again:
                await self._react(where, job, Reaction.CONFUSED, instead=True)

    async def _say(self, where: RepositoryName, job: Job, body: str) -> None:
        await self._forge.put_comment(where, job.number, key=f"job:{job.id}", body=body)

    async def _react(self, where: RepositoryName, job: Job, reaction: Reaction, *, instead: bool = False) -> None:
        # A comment that was deleted takes no reaction; what it asked for is done all the same.
        with suppress(ForgeRefused):
            if instead:
                await self._forge.unreact(where, job.comment, Reaction.EYES)
            await self._forge.react(where, job.comment, reaction)
