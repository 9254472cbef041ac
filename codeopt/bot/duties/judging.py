"""What is said of a pull request: whether it made benchmarks slower (`check`), and whether it is right and faster (`verify`).

Its code may be a stranger's. It is fetched with a token that can only read, and it runs in Docker sandboxes, in a process that has none.
"""

from __future__ import annotations

from functools import partial

from anyio import to_thread

from codeopt.adapters.git import branch_point, check_out, diff_between
from codeopt.app.verify import Verification
from codeopt.bot.duties.clones import Clone, Clones
from codeopt.bot.errands import Errands, result_of
from codeopt.errors import CodeoptError, PatchError
from codeopt.model.check import CheckReport
from codeopt.model.errand import Errand, ErrandKind
from codeopt.model.forge import PullRequest
from codeopt.ports.forge import Forge
from codeopt.report.bot_comment import verify_comment
from codeopt.report.check_run import check_run, check_run_begun, check_run_failed

__all__ = ["Judging", "told_of"]


class Judging:
    """Judges pull requests on a forge."""

    def __init__(self, forge: Forge, clones: Clones, errands: Errands) -> None:
        """Keep who does the parts."""
        self._forge = forge
        self._clones = clones
        self._errands = errands

    async def check(self, pull: PullRequest, *, key: str) -> CheckReport:
        """Compare a pull request with where it left its base, and say so in a check run of its head commit.

        A job has a check run of its own, by its `key`: a host adds annotations to those that are there, and takes none back.

        Raises:
            UsageError: there is nothing to compare, or it cannot be; the check run says so.
            InfrastructureError: something outside was lost; the check run says so, until another attempt.
        """
        where, head = pull.repository, pull.head_sha
        await self._forge.put_check(where, check_run_begun(key, head))
        try:
            report = await self._checked(pull)
        except CodeoptError as error:
            await self._forge.put_check(where, check_run_failed(key, head, str(error)))
            raise
        await self._forge.put_check(where, check_run(report, key=key, head_sha=head))
        return report

    async def verify(self, pull: PullRequest) -> Verification:
        """Give the verdict on what a pull request changes, as on any patch, on the commit where it left its base.

        Raises:
            UsageError: it changes nothing that can be judged.
            InfrastructureError: something outside was lost.
        """
        async with self._clones.of(pull.repository, ref=f"refs/heads/{pull.base_branch}") as clone:
            head = await self._clones.fetch(clone, pull.head_ref)
            return await self.verified(clone, head=head, onto=None)

    async def verified(self, clone: Clone, *, head: str, onto: str | None) -> Verification:
        """Judge what `head` changes since it left the clone's commit, on that very commit (or `onto` another one)."""
        patch = await to_thread.run_sync(partial(_laid_out, clone, head, onto))
        return result_of((await self._errands.run(Errand(kind=ErrandKind.VERIFY, clone=str(clone.folder), patch=patch))).verified)

    async def _checked(self, pull: PullRequest) -> CheckReport:
        async with self._clones.of(pull.repository, ref=f"refs/heads/{pull.base_branch}") as clone:
            head = await self._clones.fetch(clone, pull.head_ref)
            errand = Errand(kind=ErrandKind.CHECK, clone=str(clone.folder), base=clone.commit, head=head)
            return result_of((await self._errands.run(errand)).checked)


def told_of(found: Verification, commit: str) -> str:
    """Return the text of a comment that tells a verdict; `commit` is what it is about."""
    return verify_comment(
        found.verdict, target=found.target, workload=found.workload, machine=found.machine, sandbox=found.sandbox, commit=commit
    )


def _laid_out(clone: Clone, head: str, onto: str | None) -> bytes:
    """Check out what a change is judged on, and return the change.

    Raises:
        PatchError: it changes nothing.
    """
    point = branch_point(clone.repository, clone.commit, head)
    patch = diff_between(clone.repository, point, head)
    if not patch.strip():
        raise PatchError(f"{head[:12]} changes nothing since {point[:12]}: push a change first")
    check_out(clone.repository, onto or point)
    return patch
