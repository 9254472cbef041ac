"""The GitHub of the tests from the side of people: the same set-up and the same view as `FakeHost` has, over a `Service`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from codeopt.adapters.fake_host import SeenComment, SeenDelivery
from codeopt.adapters.fake_origin import Origin
from codeopt.adapters.github import AppCredentials
from codeopt.model.access import Secret
from codeopt.model.forge import (
    Annotation,
    AnnotationLevel,
    CheckConclusion,
    CheckRun,
    CheckStatus,
    Permission,
    PullRequest,
    PullRequestState,
    Reaction,
    RepositoryName,
)
from tests.github_server.git_backend import PRE_RECEIVE
from tests.github_server.keys import PRIVATE_PEM, PUBLIC_PEM
from tests.github_server.server import Service
from tests.github_server.state import APP_ID, APP_LOGIN, CommentState, Hub, PullState, RepositoryState

__all__ = ["GitHubServer"]

_MARKER = re.compile(r"\n\n<!-- codeopt:(\S+) -->$")


class GitHubServer:
    """GitHub while its context is open. Leaving it fails where a request or an answer did not fit GitHub's description."""

    def __init__(self, folder: Path, *, enterprise: bool = False) -> None:
        self.hub = Hub(folder)
        self.service = Service(self.hub, public_key=PUBLIC_PEM, enterprise=enterprise)

    @property
    def api_url(self) -> str:
        """The URL of the API."""
        return self.service.url + self.service.prefix

    @property
    def credentials(self) -> AppCredentials:
        """What the App is known by."""
        return AppCredentials(app_id=str(APP_ID), private_key=Secret(PRIVATE_PEM))

    def __enter__(self) -> Self:
        self.service.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.service.stop()
        assert not self.service.violations, self.service.violations

    def add_repository(
        self, name: str, files: Mapping[str, str], *, default_branch: str = "main", private: bool = False, archived: bool = False
    ) -> Origin:
        """Make a repository that the App is installed on, with one commit unless there are no files; return its bare repository."""
        origin = Origin(self.hub.folder / f"{name}.git")
        origin.git("symbolic-ref", "HEAD", f"refs/heads/{default_branch}")
        hook = origin.folder / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(PRE_RECEIVE)
        hook.chmod(0o755)
        if files:
            origin.commit(files, branch=default_branch, message="begin")
        owner = name.partition("/")[0].casefold()
        known = [each.installation for each in self.hub.repositories.values() if each.full_name.casefold().startswith(f"{owner}/")]
        self.hub.repositories[name.casefold()] = RepositoryState(
            id=self.hub.number(),
            full_name=name,
            origin=origin,
            default_branch=default_branch,
            private=private,
            archived=archived,
            installation=next(filter(None, known), None) or 1000 + self.hub.number(),
        )
        return origin

    def uninstall(self, name: str) -> None:
        """Take the App off a repository; its tokens are good no more."""
        self.state(name).installation = None
        self.hub.tokens.clear()

    def permit(self, name: str, login: str, permission: Permission) -> None:
        """Give a person a permission."""
        self.state(name).roles[login.casefold()] = permission.value

    def add_issue(self, name: str) -> int:
        """Have somebody open an issue."""
        return self._thread(name, PullState(number=self.hub.number(), login="ada", title="slow", body="", created_s=self.hub.now_s()))

    def add_comment(self, name: str, number: int, *, author: str, body: str) -> int:
        """Have a person comment on an issue or pull request."""
        comment = CommentState(id=self.hub.number(), issue=number, login=author, body=body)
        self.state(name).comments[comment.id] = comment
        return comment.id

    def add_pull_request(self, name: str, *, author: str, branch: str, body: str = "", fork: str | None = None) -> int:
        """Have a person open a pull request to the default branch, from a branch of the repository itself or of that fork."""
        there, head = self.state(name), self.state(fork or name)
        thread = PullState(
            number=self.hub.number(),
            login=author,
            title="change",
            body=body,
            created_s=self.hub.now_s(),
            head=branch,
            head_repository=head.full_name,
            base=there.default_branch,
        )
        self.hub.pull(there, thread)
        return self._thread(name, thread)

    def close(self, name: str, number: int, *, merged: bool = False) -> None:
        """Have a person close or merge a pull request."""
        thread = self.state(name).threads[number]
        thread.state, thread.closed_s = "closed", self.hub.now_s()
        thread.merged_s = self.hub.now_s() if merged else None

    @property
    def now_s(self) -> float:
        """The server's time."""
        return self.hub.now_s()

    @property
    def webhook(self) -> Callable[[str], int]:
        """What is called with the GUID of what is delivered again, and returns the status that it is answered with."""
        return self.hub.webhook

    @webhook.setter
    def webhook(self, answer: Callable[[str], int]) -> None:
        self.hub.webhook = answer

    def add_delivery(self, guid: str, *, status: int, ago_s: float = 0.0, redelivery: bool = False, event: str = "push") -> int:
        """Have the webhook been delivered to some seconds ago; return the attempt's number."""
        return self.hub.deliver(guid, status=status, ago_s=ago_s, redelivery=redelivery, event=event)

    def deliveries(self) -> tuple[SeenDelivery, ...]:
        """Return all attempts at deliveries, in the order in which they were made."""
        return tuple(sorted(self.hub.deliveries, key=lambda one: (one.delivered_s, one.id)))

    def comments(self, name: str, number: int) -> tuple[SeenComment, ...]:
        """Return the comments on an issue or pull request, in order."""
        return tuple(_comment(each) for each in self.state(name).comments.values() if each.issue == number)

    def checks(self, name: str) -> tuple[CheckRun, ...]:
        """Return the check runs, in order."""
        return tuple(
            CheckRun(
                key=run.external_id,
                name=run.name,
                head_sha=run.head_sha,
                status=CheckStatus(run.status),
                conclusion=CheckConclusion(run.conclusion) if run.conclusion else None,
                title=run.title,
                summary=run.summary,
                text=run.text,
                annotations=tuple(
                    Annotation(
                        path=each["path"],
                        start_line=each["start_line"],
                        end_line=each["end_line"],
                        level=AnnotationLevel(each["annotation_level"]),
                        title=each["title"],
                        message=each["message"],
                    )
                    for each in run.annotations
                ),
            )
            for run in self.state(name).checks.values()
        )

    def pull_requests(self, name: str, *, head: str = "") -> tuple[PullRequest, ...]:
        """Return all pull requests, or those from one branch, in order."""
        there = self.state(name)
        return tuple(_pull(there, self.hub.pull(there, each)) for each in there.threads.values() if each.head and head in {"", each.head})

    def state(self, name: str) -> RepositoryState:
        """Return a repository."""
        return self.hub.repositories[name.casefold()]

    def _thread(self, name: str, thread: PullState) -> int:
        self.state(name).threads[thread.number] = thread
        return thread.number


def _comment(comment: CommentState) -> SeenComment:
    found = _MARKER.search(comment.body) if comment.login == APP_LOGIN else None
    return SeenComment(
        id=comment.id,
        number=comment.issue,
        author=comment.login,
        body=_MARKER.sub("", comment.body) if found else comment.body,
        key=found[1] if found else None,
        reactions=frozenset(Reaction(content) for _, login, content in comment.reactions if login == APP_LOGIN),
    )


def _pull(there: RepositoryState, thread: PullState) -> PullRequest:
    found = _MARKER.search(thread.body) if thread.login == APP_LOGIN else None
    return PullRequest(
        repository=RepositoryName.parse(there.full_name),
        number=thread.number,
        key=found[1] if found else None,
        state=PullRequestState.MERGED if thread.merged_s else PullRequestState(thread.state),
        title=thread.title,
        body=_MARKER.sub("", thread.body) if found else thread.body,
        author=thread.login,
        base_branch=thread.base,
        base_sha=thread.base_sha,
        head_branch=thread.head,
        head_sha=thread.head_sha,
        head_repository=RepositoryName.parse(thread.head_repository) if thread.head_repository else None,
        url="",
    )
