"""The JSON of the API: the fields that codeopt reads, and no others.

The library has models of whole answers, made from the newest description; an Enterprise Server that is older, or a field that GitHub
drops, would break what codeopt does not even read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, RootModel

__all__ = [
    "App",
    "CheckRunJson",
    "CheckRuns",
    "CommentJson",
    "ContentJson",
    "ContentsJson",
    "DeliveryJson",
    "Installation",
    "InstallationJson",
    "IssueJson",
    "PermissionJson",
    "PullRequestJson",
    "ReactionJson",
    "RefJson",
    "RepositoriesJson",
    "RepositoryJson",
    "TokenJson",
    "User",
]


class App(BaseModel):
    """The App itself."""

    id: int
    slug: str


class Installation(BaseModel):
    """An App's installation on an account."""

    id: int


class _Account(BaseModel):
    login: str = ""


class InstallationJson(BaseModel):
    """An installation in a list; the account of a whole enterprise has no login."""

    id: int
    account: _Account | None = None
    suspended_at: datetime | None = None


class DeliveryJson(BaseModel):
    """An attempt at a delivery; the status code is 0 where nobody answered."""

    id: int
    guid: str
    event: str
    delivered_at: datetime
    redelivery: bool
    status_code: int


class TokenJson(BaseModel):
    """An installation token."""

    token: str
    expires_at: datetime


class User(BaseModel):
    """An account."""

    login: str


class RepositoryJson(BaseModel):
    """A repository."""

    full_name: str
    default_branch: str
    private: bool
    archived: bool = False


class RepositoriesJson(BaseModel):
    """A page of repositories."""

    repositories: list[RepositoryJson]


class _Object(BaseModel):
    sha: str


class RefJson(BaseModel):
    """A ref and what it is at."""

    ref: str
    object: _Object


class ContentJson(BaseModel):
    """A file; anything else has another type."""

    type: str
    size: int = 0
    encoding: str | None = None
    content: str | None = None


class ContentsJson(RootModel[ContentJson | list[object]]):
    """A file, or something else, or a folder's list."""


class PermissionJson(BaseModel):
    """What a person may do, in the words that every role comes down to."""

    permission: str


class _HeadRepository(BaseModel):
    full_name: str


class _Side(BaseModel):
    ref: str
    sha: str
    repo: _HeadRepository | None


class PullRequestJson(BaseModel):
    """A pull request, in full or in a list."""

    number: int
    state: Literal["open", "closed"]
    merged_at: datetime | None
    title: str
    body: str | None
    user: User | None
    head: _Side
    base: _Side
    html_url: str


class _PullRequestOfIssue(BaseModel):
    merged_at: datetime | None = None


class IssueJson(BaseModel):
    """An issue in a list, which may be a pull request."""

    number: int
    state: Literal["open", "closed"]
    title: str
    body: str | None = None
    user: User | None
    created_at: datetime
    closed_at: datetime | None
    html_url: str
    pull_request: _PullRequestOfIssue | None = None


class CommentJson(BaseModel):
    """A comment on an issue or a pull request."""

    id: int
    body: str | None = None
    user: User | None
    html_url: str


class ReactionJson(BaseModel):
    """A reaction under a comment."""

    id: int
    content: str
    user: User | None


class _Output(BaseModel):
    annotations_count: int = 0


class CheckRunJson(BaseModel):
    """A check run."""

    id: int
    external_id: str | None
    output: _Output


class CheckRuns(BaseModel):
    """A page of check runs."""

    check_runs: list[CheckRunJson]
