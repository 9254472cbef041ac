"""A request as handlers see it, and what they answer: with GitHub's statuses and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.github_server.state import Hub, Issued, PullState, RepositoryState

__all__ = ["Asked", "Refused", "Reply", "invalid", "paged", "required_repository", "required_thread"]

_DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that was let in. `token` is None where the App itself asks."""

    hub: Hub
    values: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    token: Issued | None
    url: str

    def of(self, *names: str) -> dict[str, Any]:
        """Return the fields of the body that are there."""
        return {name: self.body[name] for name in names if name in self.body}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - a reply that is no error of the server's
    """An answer that ends a request."""

    def __init__(self, status: int, message: str, *, errors: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None):
        body = {"message": message, "documentation_url": _DOCS, "status": str(status)}
        if errors:
            body = {"message": message, "errors": list(errors), "documentation_url": _DOCS}
        self.reply = Reply(status=status, body=body, headers=headers or {})


def invalid(resource: str, *, field: str = "", code: str = "invalid", message: str = "") -> Refused:
    """Return GitHub's 422."""
    error = {"resource": resource, "code": code, **({"field": field} if field else {}), **({"message": message} if message else {})}
    return Refused(422, "Validation Failed", errors=[error])


def required_repository(asked: Asked) -> RepositoryState:
    """Return the repository that a token gives access to."""
    found = asked.hub.repository(f"{asked.values['owner']}/{asked.values['repo']}")
    reach = asked.token.repositories if asked.token else frozenset()
    if found is None or found.full_name.casefold() not in reach:
        raise Refused(404, "Not Found")
    return found


def required_thread(asked: Asked, name: str, *, pull: bool) -> tuple[RepositoryState, PullState]:
    """Return the issue or pull request of a number."""
    there = required_repository(asked)
    thread = there.threads.get(int(asked.values[name]))
    if thread is None or (pull and not thread.head):
        raise Refused(404, "Not Found")
    return there, thread


def paged(asked: Asked, items: Sequence[Any], *, within: str = "") -> Reply:
    """Return a page of a list, with the link to the next one."""
    size, page = int(asked.query.get("per_page", 30)), int(asked.query.get("page", 1))
    shown = list(items[(page - 1) * size : page * size])
    headers = {}
    if len(items) > page * size:
        rest = "&".join(f"{name}={value}" for name, value in asked.query.items() if name != "page")
        headers["link"] = f'<{asked.url}?{rest}&page={page + 1}>; rel="next", <{asked.url}?page=99>; rel="last"'
    body = {"total_count": len(items), within: shown} if within else shown
    return Reply(status=200, body=body, headers=headers)
