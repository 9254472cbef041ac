"""Knows the shape of GitHub's webhook payloads, as far as they are read: each field as GitHub's schema has it, and no others.

These models are ours, and narrow. githubkit has models of whole payloads; they refuse some that GitHub itself shows as examples, and some
that older Enterprise servers send, for want of fields that nobody reads here, and the one of a pull request takes seconds to build. The
tests compare what both read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "LARGEST",
    "Account",
    "Comment",
    "CommentPayload",
    "Head",
    "Installation",
    "Issue",
    "Named",
    "Payload",
    "PullRequest",
    "PullRequestPayload",
    "PushPayload",
    "RepositoriesPayload",
    "Repository",
    "RepositoryPayload",
]

# What a database keeps as a number.
LARGEST = 2**63 - 1
Number = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-\[\]]{1,100}$")]
FullName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$")]
Sha = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
Text = Annotated[str, Field(max_length=1_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Account(_Part):
    """Who did something; `type` is `User`, `Bot` or `Organization`."""

    login: Name
    type: Text = ""


class Repository(_Part):
    """Where it was done."""

    id: Number
    full_name: FullName
    default_branch: Text = ""
    pushed_at: int | Text | None = None


class Installation(_Part):
    """By which right codeopt is told."""

    id: Number
    updated_at: int | Text | None = None


class Comment(_Part):
    """What somebody wrote; nobody where the account is gone."""

    id: Number
    body: str
    user: Account | None = None


class Issue(_Part):
    """What a comment is on; `pull_request` is there where it is one."""

    number: Number
    pull_request: Mapping[str, Any] | None = None


class Head(_Part):
    """The newest commit of a pull request."""

    sha: Sha


class PullRequest(_Part):
    """A pull request as it is after the event."""

    number: Number
    head: Head
    updated_at: Text


class Named(_Part):
    """A repository of a list."""

    full_name: FullName


class Payload(_Part):
    """What every event has."""

    action: Text = ""
    installation: Installation
    sender: Account | None = None


class RepositoryPayload(Payload):
    """What events of one repository have."""

    repository: Repository


class CommentPayload(RepositoryPayload):
    """`issue_comment`."""

    issue: Issue
    comment: Comment


class PullRequestPayload(RepositoryPayload):
    """`pull_request`."""

    pull_request: PullRequest


class PushPayload(RepositoryPayload):
    """`push`."""

    ref: Text
    before: Sha
    after: Sha
    deleted: bool


class RepositoriesPayload(Payload):
    """`installation_repositories`."""

    repositories_added: tuple[Named, ...]
    repositories_removed: tuple[Named, ...]
