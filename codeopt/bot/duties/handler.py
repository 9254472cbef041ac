"""Knows which part of the bot does a job, and what a repository must have said for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from codeopt.bot.duties.clones import Clones
from codeopt.bot.duties.following import Following
from codeopt.bot.duties.judging import Judging, told_of
from codeopt.bot.duties.offering import Offering
from codeopt.bot.duties.optimizing import Optimizing, effect_of
from codeopt.bot.duties.rules import Standing, standing
from codeopt.bot.duties.talk import Reply, Talk
from codeopt.bot.errands import Errands
from codeopt.bot.schedule import wanted_now
from codeopt.model.bot import Delivery, Job, JobKind, JobOrigin
from codeopt.model.evidence import Outcome
from codeopt.model.forge import PullRequestState, Reaction, RepositoryName
from codeopt.ports.forge import Forge
from codeopt.report.bot_comment import check_comment, help_comment, optimize_comment

__all__ = ["Duties"]


class Duties:
    """`work.Handler` that acts on a forge.

    `work` is a folder for clones (None: the system's for temporary files), `attempts` how often a job is tried, `now_s` seconds since
    1970.
    """

    def __init__(self, forge: Forge, errands: Errands, *, work: Path | None, attempts: int, now_s: Callable[[], float] = time.time) -> None:
        """Put the parts together; nothing is sent."""
        clones = Clones(forge, work)
        self._forge = forge
        self._talk = Talk(forge, attempts=attempts)
        self._judging = Judging(forge, clones, errands)
        self._offering = Offering(forge, clones, now_s=now_s)
        self._optimizing = Optimizing(clones, errands, self._offering)
        self._following = Following(forge, clones, self._judging)

    async def handle(self, job: Job, delivery: Delivery) -> str:  # noqa: ARG002 - the protocol's signature
        """Do a job and return its effect in a few words."""
        match job.kind:
            case JobKind.OPTIMIZE:
                return await self._talk.answer(job, lambda: self._optimize(job))
            case JobKind.VERIFY:
                return await self._talk.answer(job, lambda: self._verify(job))
            case JobKind.CHECK if job.origin is JobOrigin.COMMENT:
                return await self._talk.answer(job, lambda: self._check(job))
            case JobKind.CHECK:
                return await self._check_unasked(job)
            case JobKind.HELP:
                return await self._talk.answer(job, lambda: _help(job))
            case JobKind.FOLLOW:
                return await self._follow(job)
            case JobKind.INSTALLED | JobKind.REMOVED:
                return f"noted: {job.kind} {' '.join(job.arguments)}".strip()

    async def _optimize(self, job: Job) -> Reply:
        there = await standing(self._forge, _where(job))
        report, offers = await self._optimizing.run(there, target=" ".join(job.arguments))
        found = Reaction.ROCKET if report.accepted else Reaction.THUMBS_DOWN
        return Reply(body=optimize_comment(report, offers), effect=effect_of(offers), reaction=found)

    async def _verify(self, job: Job) -> Reply:
        there = await standing(self._forge, _where(job))
        pull = await self._forge.pull_request(there.name, job.number)
        found = await self._judging.verify(pull)
        good = Reaction.ROCKET if found.verdict.outcome is Outcome.FASTER else Reaction.THUMBS_DOWN
        return Reply(body=told_of(found, pull.head_sha), effect=f"{found.verdict.outcome}: {found.target}", reaction=good)

    async def _check(self, job: Job) -> Reply:
        there = await standing(self._forge, _where(job))
        report = await self._judging.check(await self._forge.pull_request(there.name, job.number), key=f"check:{job.id}")
        good = Reaction.ROCKET if report.holds else Reaction.THUMBS_DOWN
        return Reply(body=check_comment(report), effect=f"{report.outcome}", reaction=good)

    async def _check_unasked(self, job: Job) -> str:
        there = await standing(self._forge, _where(job))
        pull = await self._forge.pull_request(there.name, job.number)
        if not there.policy.check_pull_requests:
            return "passed over: the repository does not want its pull requests checked"
        if pull.key is not None:
            return "passed over: codeopt's own, which was proven"
        if pull.state is not PullRequestState.OPEN or pull.head_sha != job.commit:
            return "passed over: closed, or there are newer commits"
        report = await self._judging.check(pull, key=f"check:{job.id}")
        return f"{report.outcome}"

    async def _follow(self, job: Job) -> str:
        there = await standing(self._forge, _where(job))
        if job.origin is JobOrigin.SCHEDULE:
            return (
                await self._optimize_unasked(there) if wanted_now(job, there.policy) else "passed over: the repository does not ask for it"
            )
        if job.commit and job.commit != there.head_sha:
            return "passed over: a newer push follows"
        told = list(await self._following.follow(there))
        if there.policy.optimize_on_push:
            told.append(await self._optimize_unasked(there))
        return "; ".join(told) or "nothing to do"

    async def _optimize_unasked(self, there: Standing) -> str:
        full = await self._offering.refusal(there)
        if full is not None:
            return f"not looked through: {full}"
        _, offers = await self._optimizing.run(there)
        return effect_of(offers)


async def _help(job: Job) -> Reply:
    return Reply(body=help_comment(" ".join(job.arguments)), effect="told", reaction=Reaction.THUMBS_UP)


def _where(job: Job) -> RepositoryName:
    return RepositoryName.parse(job.repository)
