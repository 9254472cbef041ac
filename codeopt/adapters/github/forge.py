"""GitHub as `ports.Forge`, for a GitHub App."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from codeopt import __version__
from codeopt.adapters.github.api import Api
from codeopt.adapters.github.checks import CheckRunsOf
from codeopt.adapters.github.comments import Comments
from codeopt.adapters.github.deliveries import failed_deliveries, redeliver
from codeopt.adapters.github.host import GITHUB_API, read_host
from codeopt.adapters.github.installations import installed_repositories
from codeopt.adapters.github.pace import Clock, Gate, SystemClock, Timing
from codeopt.adapters.github.pulls import PullRequests
from codeopt.adapters.github.repositories import branch_head, permission, read_file, read_repository
from codeopt.adapters.github.tokens import AppCredentials, AppKey, Purpose, RepositoryToken, Tokens
from codeopt.model.access import GitAccess
from codeopt.model.forge import (
    CheckRun,
    Comment,
    FailedDelivery,
    InstalledRepository,
    OwnPullRequest,
    Permission,
    PullRequest,
    PullRequestDraft,
    Reaction,
    RepositoryInfo,
    RepositoryName,
)

__all__ = ["GitHubForge"]

# A clone or a push must come to its end with the token that it began with.
_GIT_S = 900.0
# GitHub takes any name; this is the one that it documents.
_GIT_USER = "x-access-token"


class GitHubForge:
    """`ports.Forge` for one App on one GitHub. Nothing is sent before the first question, and nothing needs closing.

    `api_url` is that of github.com or of an Enterprise Server. `transport` takes the place of the network's, and `clock` that of the
    machine's, for tests.
    """

    def __init__(
        self,
        app: AppCredentials,
        *,
        api_url: str = GITHUB_API,
        timing: Timing | None = None,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Keep key and address.

        Raises:
            ConfigError: the key or the address cannot be used.
        """
        self._timing = timing or Timing()
        self._clock = clock or SystemClock()
        self._host = read_host(api_url)
        self._api = Api(self._host, user_agent=f"codeopt/{__version__}", timing=self._timing, clock=self._clock, transport=transport)
        self._gates: dict[str, Gate] = {}
        self._key = AppKey(app, self._gate("the App"))
        self._tokens = Tokens(self._api, self._key)

    async def repositories(self) -> Sequence[InstalledRepository]:
        """Return the repositories that the App is installed on, by name."""
        return await installed_repositories(self._api, self._key, self._gate)

    async def failed_deliveries(self, since_s: float) -> Sequence[FailedDelivery]:
        """Return what was first delivered since a time and never had a good answer; of the newest ten thousand attempts."""
        return await failed_deliveries(self._api, self._key, since_s=since_s)

    async def redeliver(self, delivery_id: int) -> None:
        """Have a delivery made again."""
        await redeliver(self._api, self._key, delivery_id)

    async def repository(self, repository: RepositoryName) -> RepositoryInfo:
        """Return what a repository is at."""
        return await read_repository(self._api, self._credentials(repository), repository)

    async def permission(self, repository: RepositoryName, login: str) -> Permission:
        """Return what a person may do in a repository."""
        return await permission(self._api, self._credentials(repository), repository, login)

    async def branch_head(self, repository: RepositoryName, branch: str) -> str | None:
        """Return the commit that a branch is at."""
        return await branch_head(self._api, self._credentials(repository), repository, branch)

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str, limit_bytes: int = 1_000_000) -> bytes | None:
        """Return a file as it is at a branch or commit; more than a million bytes are never read this way."""
        return await read_file(self._api, self._credentials(repository), repository, path, ref=ref, limit_bytes=limit_bytes)

    async def pull_request(self, repository: RepositoryName, number: int) -> PullRequest:
        """Return a pull request."""
        return await (await self._pulls(repository)).one(number)

    async def own_pull_requests(self, repository: RepositoryName) -> Sequence[OwnPullRequest]:
        """Return all pull requests that the App has opened, the newest first."""
        return await (await self._pulls(repository)).own()

    async def open_pull_request(self, repository: RepositoryName, draft: PullRequestDraft) -> PullRequest:
        """Open a pull request, or return the one that the App opened from the same branch before."""
        return await (await self._pulls(repository)).open(draft)

    async def update_pull_request(self, repository: RepositoryName, number: int, *, key: str, title: str, body: str) -> None:
        """Give one of the App's own pull requests another title and text."""
        await (await self._pulls(repository)).update(number, key=key, title=title, body=body)

    async def close_pull_request(self, repository: RepositoryName, number: int) -> None:
        """Close one of the App's own pull requests."""
        await (await self._pulls(repository)).close(number)

    async def put_comment(self, repository: RepositoryName, number: int, *, key: str, body: str) -> Comment:
        """Write the comment of that key: a new one, or another text in the one that is there."""
        return await (await self._comments(repository)).put(number, key=key, body=body)

    async def react(self, repository: RepositoryName, comment_id: int, reaction: Reaction) -> None:
        """Put a reaction under a comment."""
        await (await self._comments(repository)).react(comment_id, reaction)

    async def unreact(self, repository: RepositoryName, comment_id: int, reaction: Reaction) -> None:
        """Take the App's own reaction away again."""
        await (await self._comments(repository)).unreact(comment_id, reaction)

    async def put_check(self, repository: RepositoryName, check: CheckRun) -> int:
        """Make the check run of that key and commit say this."""
        me = await self._tokens.me()
        return await CheckRunsOf(self._api, self._credentials(repository), repository, me.app_id).put(check)

    async def git_access(self, repository: RepositoryName, *, push: bool) -> GitAccess:
        """Return git's way to a repository: a token for that one alone, which can push only where that is asked for."""
        token = await self._tokens.token(repository, Purpose.WRITE_CODE if push else Purpose.READ_CODE, lasting_s=_GIT_S)
        url = self._host.git_url(repository)
        return GitAccess(url=url, username=_GIT_USER, password=token.secret, expires_s=token.expires_s, may_push=push)

    async def _pulls(self, repository: RepositoryName) -> PullRequests:
        me = await self._tokens.me()
        return PullRequests(self._api, self._credentials(repository), repository, me.login)

    async def _comments(self, repository: RepositoryName) -> Comments:
        me = await self._tokens.me()
        return Comments(self._api, self._credentials(repository), repository, me.login)

    def _credentials(self, repository: RepositoryName) -> RepositoryToken:
        # An App has one installation on each account, and limits are an installation's.
        return RepositoryToken(self._tokens, repository, self._gate(repository.owner.casefold()))

    def _gate(self, account: str) -> Gate:
        if account not in self._gates:
            self._gates[account] = Gate(f"{self._host.api_url} for {account}", clock=self._clock, timing=self._timing)
        return self._gates[account]
