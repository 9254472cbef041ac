"""Keeps codeopt's own open pull requests true when the code below them moves: each is proven again, and moved, told of, or closed."""

from __future__ import annotations

from functools import partial

from anyio import to_thread

from codeopt.adapters.git import branch_point, commits_between, move, signer_of
from codeopt.app.verify import Verification
from codeopt.bot.duties.clones import SIGNATURE, Clone, Clones
from codeopt.bot.duties.judging import Judging, told_of
from codeopt.bot.duties.rules import Standing
from codeopt.errors import PatchError, TargetError
from codeopt.model.evidence import Outcome
from codeopt.model.forge import PullRequest, PullRequestState
from codeopt.ports.forge import Forge

__all__ = ["Following"]

# What no noise explains: the change is not right any more, or cannot be shown to be.
_ENDS = frozenset({Outcome.WRONG, Outcome.UNVERIFIABLE, Outcome.SLOWER})
_KEY = "again"


class Following:
    """Looks after codeopt's own pull requests."""

    def __init__(self, forge: Forge, clones: Clones, judging: Judging) -> None:
        """Keep who does the parts."""
        self._forge = forge
        self._clones = clones
        self._judging = judging

    async def follow(self, there: Standing) -> tuple[str, ...]:
        """Look at each open pull request of codeopt's, and return what became of those that were below the default branch's head.

        Those on which somebody else has pushed are theirs by now, and are left alone.
        """
        own = await self._forge.own_pull_requests(there.name)
        open_ones = [one.number for one in own if one.state is PullRequestState.OPEN and one.key is not None]
        pulls = [await self._forge.pull_request(there.name, number) for number in open_ones]
        followed = [pull for pull in pulls if not pull.from_fork and pull.base_branch == there.info.default_branch]
        if not followed:
            return ()
        async with self._clones.of(there.name, ref=there.head_sha) as clone:
            became = [(pull.number, await self._again(clone, pull)) for pull in followed]
        return tuple(f"#{number} {words}" for number, words in became if words)

    async def _again(self, clone: Clone, pull: PullRequest) -> str:
        head = await self._clones.fetch(clone, pull.head_ref)
        point = await to_thread.run_sync(branch_point, clone.repository, clone.commit, head)
        if point == clone.commit:
            return ""
        if not await to_thread.run_sync(_is_own, clone, point, head):
            return "is somebody else's by now"
        try:
            found = await self._judging.verified(clone, head=head, onto=clone.commit)
        except (PatchError, TargetError) as error:
            return await self._closed(pull, f"The code has changed below this pull request, which does not apply any more ({error}).")
        return await self._settled(clone, pull, found, point=point, head=head)

    async def _settled(self, clone: Clone, pull: PullRequest, found: Verification, *, point: str, head: str) -> str:
        told = told_of(found, clone.commit)
        if found.verdict.outcome in _ENDS:
            return await self._closed(pull, told)
        if found.verdict.outcome is Outcome.FASTER:
            commit = await to_thread.run_sync(partial(move, clone.repository, head, since=point, onto=clone.commit))
            await self._clones.push(clone, branch=pull.head_branch, commit=commit, expected=head)
        await self._forge.put_comment(pull.repository, pull.number, key=_KEY, body=told)
        return "is proven again and moved" if found.verdict.outcome is Outcome.FASTER else "could not be proven again"

    async def _closed(self, pull: PullRequest, why: str) -> str:
        await self._forge.put_comment(pull.repository, pull.number, key=_KEY, body=why)
        await self._forge.close_pull_request(pull.repository, pull.number)
        return "is closed"


def _is_own(clone: Clone, point: str, head: str) -> bool:
    """Whether all commits of a branch are codeopt's, as far as commits can tell."""
    commits = commits_between(clone.repository, point, head)
    return bool(commits) and all(signer_of(clone.repository, commit) == SIGNATURE[1] for commit in commits)
