"""Writes the App's own comments, and puts reactions under comments of anybody's."""

from __future__ import annotations

from codeopt.adapters.github.api import Api, Credentials
from codeopt.adapters.github.attempts import once
from codeopt.adapters.github.call import Call
from codeopt.adapters.github.faults import Refusal
from codeopt.adapters.github.text import key_of, marked, unmarked
from codeopt.adapters.github.wire import CommentJson, ReactionJson, User
from codeopt.model.forge import Comment, Reaction, RepositoryName

__all__ = ["Comments"]

_NOT_FOUND = 404
_LIST = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
_ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
_REACTIONS = _ONE + "/reactions"


class Comments:
    """The comments in one repository; `login` is the App's own."""

    def __init__(self, api: Api, credentials: Credentials, repository: RepositoryName, login: str) -> None:
        """Keep what is needed to ask; nothing is sent."""
        self._api = api
        self._credentials = credentials
        self._repository = repository
        self._login = login

    async def put(self, number: int, *, key: str, body: str) -> Comment:
        """Write the comment of a key: a new one, or another text in the one that is there."""
        text = marked(body, key)
        found = await once(
            f"the comment {key} on {self._repository}#{number}",
            look=lambda: self._found(number, key),
            make=lambda: self._made(number, text),
            timing=self._api.timing,
            clock=self._api.clock,
        )
        if found.body != text:
            found = await self._changed(found, text)
        return Comment(id=found.id, key=key, body=unmarked(found.body), url=found.html_url)

    async def react(self, comment_id: int, reaction: Reaction) -> None:
        """Put a reaction under a comment; GitHub keeps one of each kind from each account."""
        call = Call(
            method="POST",
            route=_REACTIONS,
            values={**self._values, "comment_id": comment_id},
            body={"content": reaction.value},
            repeatable=True,
        )
        await self._api.read(ReactionJson, call, self._credentials)

    async def unreact(self, comment_id: int, reaction: Reaction) -> None:
        """Take the App's own reaction away."""
        values = {**self._values, "comment_id": comment_id}
        listing = Call(method="GET", route=_REACTIONS, values=values, query={"content": reaction.value})
        own = [
            found.id
            async for page in self._api.pages(list[ReactionJson], listing, self._credentials)
            for found in page
            if self._is_own(found.user)
        ]
        for reaction_id in own:
            await self._gone(Call(method="DELETE", route=_REACTIONS + "/{reaction_id}", values={**values, "reaction_id": reaction_id}))

    async def _found(self, number: int, key: str) -> CommentJson | None:
        """Return the App's own comment of a key; where a late request has made it twice, the first one, and the others are deleted."""
        call = Call(method="GET", route=_LIST, values={**self._values, "issue_number": number})
        found = [
            each
            async for page in self._api.pages(list[CommentJson], call, self._credentials)
            for each in page
            if self._is_own(each.user) and key_of(each.body) == key
        ]
        found.sort(key=lambda each: each.id)
        for other in found[1:]:
            await self._gone(Call(method="DELETE", route=_ONE, values={**self._values, "comment_id": other.id}))
        return found[0] if found else None

    async def _made(self, number: int, text: str) -> CommentJson:
        call = Call(method="POST", route=_LIST, values={**self._values, "issue_number": number}, body={"body": text})
        return await self._api.read(CommentJson, call, self._credentials)

    async def _changed(self, comment: CommentJson, text: str) -> CommentJson:
        call = Call(method="PATCH", route=_ONE, values={**self._values, "comment_id": comment.id}, body={"body": text})
        return await self._api.read(CommentJson, call, self._credentials)

    async def _gone(self, call: Call) -> None:
        """Delete something that may be gone already, when the answer to an earlier attempt was lost."""
        try:
            await self._api.tell(call, self._credentials)
        except Refusal as refusal:
            if refusal.status != _NOT_FOUND:
                raise

    @property
    def _values(self) -> dict[str, str | int]:
        return {"owner": self._repository.owner, "repo": self._repository.name}

    def _is_own(self, user: User | None) -> bool:
        return user is not None and user.login.casefold() == self._login.casefold()
