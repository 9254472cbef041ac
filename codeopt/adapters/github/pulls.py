"""Reads pull requests, and opens, changes and closes the App's own."""

from __future__ import annotations

from collections.abc import Sequence

from codeopt.adapters.github.api import Api, Credentials
from codeopt.adapters.github.attempts import once
from codeopt.adapters.github.call import Call
from codeopt.adapters.github.faults import Refusal
from codeopt.adapters.github.text import TITLE_CHARACTERS, cut, key_of, marked, unmarked
from codeopt.adapters.github.wire import IssueJson, PullRequestJson, User
from codeopt.errors import ForgeRefused
from codeopt.model.forge import (
    OwnPullRequest,
    PullRequest,
    PullRequestDraft,
    PullRequestState,
    RepositoryName,
)

__all__ = ["PullRequests"]

_UNPROCESSABLE = 422
_ONE = "/repos/{owner}/{repo}/pulls/{pull_number}"
_ALL = "/repos/{owner}/{repo}/pulls"


class PullRequests:
    """The pull requests of one repository; `login` is the App's own."""

    def __init__(self, api: Api, credentials: Credentials, repository: RepositoryName, login: str) -> None:
        """Keep what is needed to ask; nothing is sent."""
        self._api = api
        self._credentials = credentials
        self._repository = repository
        self._login = login

    async def one(self, number: int) -> PullRequest:
        """Return a pull request of anybody's."""
        call = Call(method="GET", route=_ONE, values={**self._values, "pull_number": number})
        return self._noun(await self._api.read(PullRequestJson, call, self._credentials))

    async def own(self) -> Sequence[OwnPullRequest]:
        """Return the App's own, the newest first.

        They are asked for as issues, which alone can be asked for by their author.
        """
        query = {"creator": self._login, "state": "all", "sort": "created", "direction": "desc"}
        call = Call(method="GET", route="/repos/{owner}/{repo}/issues", values=self._values, query=query)
        pages = self._api.pages(list[IssueJson], call, self._credentials)
        return tuple([_own(issue) async for page in pages for issue in page if issue.pull_request and self._is_own(issue.user)])

    async def open(self, draft: PullRequestDraft) -> PullRequest:
        """Open one, or return what was opened from that branch before."""
        return await once(
            f"the pull request {draft.key} in {self._repository}",
            look=lambda: self._from_branch(draft.head_branch),
            make=lambda: self._made(draft),
            timing=self._api.timing,
            clock=self._api.clock,
        )

    async def update(self, number: int, *, key: str, title: str, body: str) -> None:
        """Change title and text of one of the App's own."""
        await self._require_own(number)
        await self._patch(number, {"title": cut(title, TITLE_CHARACTERS), "body": marked(body, key)})

    async def close(self, number: int) -> None:
        """Close one of the App's own."""
        if (await self._require_own(number)).state is PullRequestState.OPEN:
            await self._patch(number, {"state": "closed"})

    async def _made(self, draft: PullRequestDraft) -> PullRequest:
        body = {
            "title": cut(draft.title, TITLE_CHARACTERS),
            "body": marked(draft.body, draft.key),
            "head": draft.head_branch,
            "base": draft.base_branch,
        }
        try:
            made = await self._api.read(PullRequestJson, Call(method="POST", route=_ALL, values=self._values, body=body), self._credentials)
        except Refusal as refusal:
            if refusal.status == _UNPROCESSABLE and "already exists" in refusal.said:
                # There was none a moment ago: another attempt has come to its end meanwhile, or somebody opened one from that branch.
                found = await self._from_branch(draft.head_branch)
                if found is not None:
                    return found
            raise
        return self._noun(made)

    async def _from_branch(self, branch: str) -> PullRequest | None:
        """Return the App's own pull request from a branch: the open one, else the newest."""
        query = {"head": f"{self._repository.owner}:{branch}", "state": "all", "sort": "created", "direction": "desc"}
        call = Call(method="GET", route=_ALL, values=self._values, query=query)
        found = [
            self._noun(each)
            async for page in self._api.pages(list[PullRequestJson], call, self._credentials)
            for each in page
            # The filter is ignored where it is no `owner:branch`, and everything comes back.
            if each.head.ref == branch and self._is_own(each.user)
        ]
        return next((each for each in found if each.state is PullRequestState.OPEN), found[0] if found else None)

    async def _require_own(self, number: int) -> PullRequest:
        found = await self.one(number)
        if found.author.casefold() != self._login.casefold():
            raise ForgeRefused(f"pull request #{number} of {self._repository} is {found.author}'s, not the App's own; it is left alone")
        return found

    async def _patch(self, number: int, body: dict[str, str]) -> None:
        call = Call(method="PATCH", route=_ONE, values={**self._values, "pull_number": number}, body=body)
        await self._api.read(PullRequestJson, call, self._credentials)

    @property
    def _values(self) -> dict[str, str | int]:
        return {"owner": self._repository.owner, "repo": self._repository.name}

    def _is_own(self, user: User | None) -> bool:
        return user is not None and user.login.casefold() == self._login.casefold()

    def _noun(self, found: PullRequestJson) -> PullRequest:
        key = key_of(found.body) if self._is_own(found.user) else None
        return PullRequest(
            repository=self._repository,
            number=found.number,
            key=key,
            state=_state(found.state, merged=found.merged_at is not None),
            title=found.title,
            body=(found.body or "") if key is None else unmarked(found.body),
            author=found.user.login if found.user else "ghost",
            base_branch=found.base.ref,
            base_sha=found.base.sha,
            head_branch=found.head.ref,
            head_sha=found.head.sha,
            head_repository=RepositoryName.parse(found.head.repo.full_name) if found.head.repo else None,
            url=found.html_url,
        )


def _own(issue: IssueJson) -> OwnPullRequest:
    merged = issue.pull_request is not None and issue.pull_request.merged_at is not None
    return OwnPullRequest(
        number=issue.number,
        key=key_of(issue.body),
        state=_state(issue.state, merged=merged),
        title=issue.title,
        created_s=issue.created_at.timestamp(),
        closed_s=issue.closed_at.timestamp() if issue.closed_at else None,
        url=issue.html_url,
    )


def _state(state: str, *, merged: bool) -> PullRequestState:
    return PullRequestState.MERGED if merged else PullRequestState(state)
