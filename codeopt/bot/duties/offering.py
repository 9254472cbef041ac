"""Knows which proven patches become pull requests, and opens them: one commit on one branch for one function."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from anyio import to_thread

from codeopt.adapters.git import signer_of
from codeopt.app.branch import branch_of_one, candidate_of
from codeopt.app.reporting import explanations
from codeopt.bot.duties.clones import SIGNATURE, Clone, Clones
from codeopt.bot.duties.rules import Standing
from codeopt.bot.guard import never_pushed, through_link
from codeopt.bot.ignore import ignored
from codeopt.bot.policy import POLICY_PATH, Policy
from codeopt.bot.quota import Quota, branch_name, pull_request_key
from codeopt.model.bot import Offer
from codeopt.model.forge import PullRequestDraft
from codeopt.model.patch import Patch
from codeopt.model.report import CandidateReport, Report
from codeopt.ports.forge import Forge
from codeopt.report.pull_request import pull_request_body, pull_request_title

__all__ = ["Offering"]


class Offering:
    """Opens pull requests on a forge; `now_s` is seconds since 1970."""

    def __init__(self, forge: Forge, clones: Clones, *, now_s: Callable[[], float] = time.time) -> None:
        """Keep the forge."""
        self._forge = forge
        self._clones = clones
        self._now_s = now_s

    async def offer(self, there: Standing, clone: Clone, report: Report) -> tuple[Offer, ...]:
        """Offer the accepted patches of a run, the one with the highest gain first, and return what became of each.

        What an earlier attempt at the same job opened is found again and not opened twice.
        """
        chosen = [one for key in report.accepted for one in report.candidates if one.key == key]
        if not chosen:
            return ()
        quota = Quota(await self._forge.own_pull_requests(there.name), there.policy, now_s=self._now_s())
        return tuple([await self._one(there, clone, report, one, quota) for one in sorted(chosen, key=_gain, reverse=True)])

    async def refusal(self, there: Standing) -> str | None:
        """Return why no pull request may be opened at all now; None where one may."""
        return Quota(await self._forge.own_pull_requests(there.name), there.policy, now_s=self._now_s()).exhausted()

    async def _one(self, there: Standing, clone: Clone, report: Report, one: CandidateReport, quota: Quota) -> Offer:
        candidate = await to_thread.run_sync(candidate_of, clone.folder, report, one.key)
        key = pull_request_key(one.target.name, candidate.patch)
        known = quota.existing(key)
        if known is not None:
            return Offer(key=one.key, url=known.url)
        reason = _unwanted(one, candidate.patch, there.policy, clone.folder) or quota.refusal(key)
        if reason:
            return Offer(key=one.key, reason=reason)
        branch = branch_name(one.target.name, candidate.patch)
        before = await self._forge.branch_head(there.name, branch)
        if before is not None and not await self._is_own(clone, before):
            return Offer(key=one.key, reason=f"somebody else has pushed to the branch {branch}: delete it, or merge it")
        commit = await to_thread.run_sync(branch_of_one, clone.folder, report, candidate, branch)
        await self._clones.push(clone, branch=branch, commit=commit, expected=before)
        url = await self._opened(there, report, one, key=key, branch=branch)
        quota.taken(key)
        return Offer(key=one.key, url=url)

    async def _opened(self, there: Standing, report: Report, one: CandidateReport, *, key: str, branch: str) -> str:
        draft = PullRequestDraft(
            key=key,
            title=pull_request_title(one),
            body=pull_request_body(report, one, commit=report.info.commit, branch=branch, explanation=explanations(report)[one.key]),
            head_branch=branch,
            base_branch=there.info.default_branch,
        )
        return (await self._forge.open_pull_request(there.name, draft)).url

    async def _is_own(self, clone: Clone, head: str) -> bool:
        """Whether what a branch is at is the commit of an earlier attempt, as far as a commit can tell."""
        await self._clones.fetch(clone, head)
        return await to_thread.run_sync(signer_of, clone.repository, head) == SIGNATURE[1]


def _gain(one: CandidateReport) -> float:
    return one.verdict.workload.low if one.verdict.workload else 0.0


def _unwanted(one: CandidateReport, patch: Patch, policy: Policy, folder: Path) -> str:
    """Return why a patch is not offered, whatever the limits are; empty where nothing is against it."""
    never = never_pushed(patch.paths) or through_link(folder, patch.paths)
    if never:
        return never
    if any(policy.leaves_alone(path) for path in patch.paths):
        return f"{POLICY_PATH} says to leave {one.target.name.path} alone"
    if _says_ignore(one, patch.paths, folder):
        return "the code says `codeopt: ignore`"
    floor, gain = policy.min_workload_gain, _gain(one)
    if gain < floor:
        told = f"{gain:.3f}x at the least" if one.verdict.workload else "not measured"
        return f"the whole workload gains too little: {told}, and {floor:g}x is asked for (min_workload_gain in {POLICY_PATH})"
    return ""


def _says_ignore(one: CandidateReport, paths: Sequence[str], folder: Path) -> bool:
    span, own = one.target.span, one.target.name.path
    for path in paths:
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
        lines = (span.start_line, span.end_line) if path == own else (1, 1)
        if ignored(text, *lines):
            return True
    return False
