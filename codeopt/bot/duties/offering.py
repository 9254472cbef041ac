"""Knows which proven patches become pull requests, and opens them: one commit on one branch for one function."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from anyio import to_thread

from codeopt.adapters.git import open_repository, signer_of
from codeopt.app.branch import branch_of_one, patch_of
from codeopt.app.reporting import explanations
from codeopt.bot.duties.clones import SIGNATURE, Clone, Clones
from codeopt.bot.duties.rules import Standing
from codeopt.bot.guard import never_pushed, through_link
from codeopt.bot.ignore import ignored
from codeopt.bot.policy import POLICY_PATH, Policy
from codeopt.bot.quota import Quota, branch_name, pull_request_key
from codeopt.model.bot import Offer
from codeopt.model.forge import PullRequestDraft, PullRequestState
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
        patch = await to_thread.run_sync(partial(patch_of, clone.folder, report, one.key))
        key = pull_request_key(one.target.name, patch)
        known = quota.existing(key)
        if known is not None and known.state is PullRequestState.OPEN:
            return Offer(key=one.key, url=known.url)
        reason = _unwanted(one, patch, there.policy, clone.folder) or quota.refusal(key)
        branch = branch_name(one.target.name, patch)
        reason = reason or await self._taken(clone, branch)
        if reason:
            return Offer(key=one.key, reason=reason)
        url = await self._opened(there, clone, report, one, key=key, branch=branch)
        quota.taken(key)
        return Offer(key=one.key, url=url)

    async def _opened(self, there: Standing, clone: Clone, report: Report, one: CandidateReport, *, key: str, branch: str) -> str:
        commit = await to_thread.run_sync(partial(branch_of_one, clone.folder, report, one.key, branch))
        before = await self._forge.branch_head(there.name, branch)
        await self._clones.push(clone, branch=branch, commit=commit, expected=before)
        draft = PullRequestDraft(
            key=key,
            title=pull_request_title(one),
            body=pull_request_body(report, one, commit=report.info.commit, branch=branch, explanation=explanations(report)[one.key]),
            head_branch=branch,
            base_branch=there.info.default_branch,
        )
        return (await self._forge.open_pull_request(there.name, draft)).url

    async def _taken(self, clone: Clone, branch: str) -> str:
        """Return why a branch is not codeopt's to write; empty where it is not there, or bears an earlier attempt's commit."""
        head = await self._forge.branch_head(clone.repository, branch)
        if head is None:
            return ""
        await self._clones.fetch(clone, head)
        signer = await to_thread.run_sync(lambda: signer_of(open_repository(clone.folder), head))
        return "" if signer == SIGNATURE[1] else f"somebody else has pushed to the branch {branch}: delete it, or merge it"


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
