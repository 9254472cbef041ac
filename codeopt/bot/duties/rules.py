"""What a repository says about codeopt, read from its default branch, where only those who may write to it have a say."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.bot.policy import POLICY_PATH, Policy, read_policy
from codeopt.errors import RepositoryError
from codeopt.model.forge import RepositoryInfo, RepositoryName
from codeopt.ports.forge import Forge

__all__ = ["Standing", "standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a repository stands: `head_sha` is the commit of its default branch, and `policy` is what the file says there."""

    info: RepositoryInfo
    head_sha: str
    policy: Policy

    @property
    def name(self) -> RepositoryName:
        """The repository."""
        return self.info.name


async def standing(forge: Forge, repository: RepositoryName) -> Standing:
    """Return where a repository stands.

    Raises:
        RepositoryError: nothing can be done there: it is archived, or empty.
        ConfigError: its `.github/codeopt.toml` cannot be used.
    """
    info = await forge.repository(repository)
    if info.archived:
        raise RepositoryError(f"{info.name} is archived: nothing can be changed there; unarchive it first")
    if info.head_sha is None:
        raise RepositoryError(f"{info.name} has no commits: push some first")
    policy = read_policy(await forge.read_file(info.name, POLICY_PATH, ref=info.head_sha))
    return Standing(info=info, head_sha=info.head_sha, policy=policy)
