"""`ports.forge.Forge` that ships for tests: the App's side of a `FakeHost`, with faults on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from codeopt.adapters.fake_host import BOT, FakeHost, HostedRepository, SeenComment, SeenDelivery
from codeopt.errors import CodeoptError, ForgeRefused
from codeopt.model.access import GitAccess, Secret
from codeopt.model.forge import (
    CheckRun,
    Comment,
    FailedDelivery,
    InstalledRepository,
    OwnPullRequest,
    Permission,
    PullRequest,
    PullRequestDraft,
    PullRequestState,
    Reaction,
    RepositoryInfo,
    RepositoryName,
)

__all__ = ["FakeForge", "Fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a call raises: before anything is done, or after it, so that only the answer is lost."""

    error: CodeoptError
    after: bool = False


class FakeForge:
    """An App on a host. `calls` are the names of the methods that were called, in order."""

    def __init__(self, host: FakeHost) -> None:
        """Start without faults."""
        self.host = host
        self.calls: list[str] = []
        self._faults: defaultdict[str, list[Fault]] = defaultdict(list)

    def fail(self, method: str, *faults: Fault) -> None:
        """Have the next calls of a method fail, one after the other."""
        self._faults[method] += faults

    async def repositories(self) -> Sequence[InstalledRepository]:
        """Return the repositories that the App is installed on, by name."""
        with self._faulty("repositories"):
            return self.host.installed()

    async def failed_deliveries(self, since_s: float) -> Sequence[FailedDelivery]:
        """Return what was first delivered since a time and never had a good answer, oldest first."""
        with self._faulty("failed_deliveries"):
            tries: defaultdict[str, list[SeenDelivery]] = defaultdict(list)
            for one in self.host.deliveries():
                tries[one.guid].append(one)
            failed = [
                FailedDelivery(
                    id=each[-1].id,
                    guid=guid,
                    event=each[-1].event,
                    attempted_s=each[-1].delivered_s,
                    redeliveries=len(each) - 1,
                )
                for guid, each in tries.items()
                if each[0].delivered_s >= since_s and not any(200 <= one.status < 300 for one in each)  # noqa: PLR2004 - HTTP's
            ]
            return sorted(failed, key=lambda one: (one.attempted_s, one.id))

    async def redeliver(self, delivery_id: int) -> None:
        """Have a delivery made again."""
        with self._faulty("redeliver"):
            self.host.redeliver(delivery_id)

    async def repository(self, repository: RepositoryName) -> RepositoryInfo:
        """Return what a repository is at."""
        with self._call("repository", repository) as there:
            return RepositoryInfo(
                name=there.name,
                default_branch=there.default_branch,
                head_sha=there.origin.head(f"refs/heads/{there.default_branch}"),
                private=there.private,
                archived=there.archived,
            )

    async def permission(self, repository: RepositoryName, login: str) -> Permission:
        """Return what a person may do in a repository; everybody may read a public one."""
        with self._call("permission", repository) as there:
            return there.permissions.get(login.casefold(), Permission.NONE)

    async def branch_head(self, repository: RepositoryName, branch: str) -> str | None:
        """Return the commit that a branch is at."""
        with self._call("branch_head", repository) as there:
            return there.origin.head(f"refs/heads/{branch}")

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str, limit_bytes: int = 1_000_000) -> bytes | None:
        """Return a file as it is at a branch or commit."""
        with self._call("read_file", repository) as there:
            if {"", ".", ".."} & set(path.split("/")):
                return None
            content = there.origin.read(ref, path)
            if content is not None and len(content) > limit_bytes:
                raise ForgeRefused(f"{repository}: {path} has {len(content):,} bytes, and {limit_bytes:,} are read; make it smaller")
            return content

    async def pull_request(self, repository: RepositoryName, number: int) -> PullRequest:
        """Return a pull request."""
        with self._call("pull_request", repository) as there:
            return self.host.current(there, number)

    async def own_pull_requests(self, repository: RepositoryName) -> Sequence[OwnPullRequest]:
        """Return all pull requests that the App has opened, the newest first."""
        with self._call("own_pull_requests", repository) as there:
            return tuple(
                OwnPullRequest(
                    number=pull.number,
                    key=pull.key,
                    state=pull.state,
                    title=pull.title,
                    created_s=there.opened_s[pull.number],
                    closed_s=there.closed_s.get(pull.number),
                    url=pull.url,
                )
                for pull in reversed(there.pulls.values())
                if pull.author == BOT
            )

    async def open_pull_request(self, repository: RepositoryName, draft: PullRequestDraft) -> PullRequest:
        """Open a pull request, or return the one that the App opened from the same branch before."""
        with self._call("open_pull_request", repository) as there:
            known = [pull for pull in reversed(there.pulls.values()) if pull.author == BOT and pull.head_branch == draft.head_branch]
            if known:
                found = next((pull for pull in known if pull.state is PullRequestState.OPEN), known[0])
                return self.host.current(there, found.number)
            return self.host.open(
                there,
                there,
                author=BOT,
                key=draft.key,
                title=draft.title,
                body=draft.body,
                branch=draft.head_branch,
                base=draft.base_branch,
            )

    async def update_pull_request(self, repository: RepositoryName, number: int, *, key: str, title: str, body: str) -> None:
        """Give one of the App's own pull requests another title and text."""
        with self._call("update_pull_request", repository) as there:
            there.pulls[number] = replace(self._own(there, number), key=key, title=title, body=body)

    async def close_pull_request(self, repository: RepositoryName, number: int) -> None:
        """Close one of the App's own pull requests."""
        with self._call("close_pull_request", repository) as there:
            if self._own(there, number).state is PullRequestState.OPEN:
                self.host.close(str(repository), number)

    async def put_comment(self, repository: RepositoryName, number: int, *, key: str, body: str) -> Comment:
        """Write the comment of that key: a new one, or another text in the one that is there."""
        with self._call("put_comment", repository) as there:
            if number not in there.issues and number not in there.pulls:
                raise ForgeRefused(f"{repository}: there is no issue or pull request #{number}; check the number")
            known = (each for each in there.comments.values() if (each.number, each.author, each.key) == (number, BOT, key))
            found = next(known, None) or SeenComment(id=self.host.number(), number=number, author=BOT, body=body, key=key)
            written = there.comments[found.id] = replace(found, body=body)
            return Comment(id=written.id, key=key, body=body, url=f"{there.url(number)}#issuecomment-{written.id}")

    async def react(self, repository: RepositoryName, comment_id: int, reaction: Reaction) -> None:
        """Put a reaction under a comment."""
        with self._call("react", repository) as there:
            comment = self._comment(there, comment_id)
            there.comments[comment_id] = replace(comment, reactions=comment.reactions | {reaction})

    async def unreact(self, repository: RepositoryName, comment_id: int, reaction: Reaction) -> None:
        """Take the App's own reaction away again."""
        with self._call("unreact", repository) as there:
            comment = self._comment(there, comment_id)
            there.comments[comment_id] = replace(comment, reactions=comment.reactions - {reaction})

    async def put_check(self, repository: RepositoryName, check: CheckRun) -> int:
        """Make the check run of that key and commit say this."""
        with self._call("put_check", repository) as there:
            if there.origin.head(check.head_sha) is None:
                raise ForgeRefused(f"{repository}: there is no commit {check.head_sha[:12]}; push it first")
            place = (check.key, check.name, check.head_sha)
            known = (number for number, run in there.checks.items() if (run.key, run.name, run.head_sha) == place)
            number = next(known, None) or self.host.number()
            kept = there.checks[number].annotations if number in there.checks else ()
            there.checks[number] = replace(check, annotations=kept + check.annotations[len(kept) :])
            return number

    async def git_access(self, repository: RepositoryName, *, push: bool) -> GitAccess:
        """Return git's way to a repository: its folder."""
        with self._call("git_access", repository) as there:
            return GitAccess(url=str(there.origin.folder), username="", password=Secret(""), expires_s=None, may_push=push)

    @contextmanager
    def _call(self, method: str, repository: RepositoryName) -> Iterator[HostedRepository]:
        with self._faulty(method):
            yield self.host.hosted(repository)

    @contextmanager
    def _faulty(self, method: str) -> Iterator[None]:
        self.calls.append(method)
        fault = self._faults[method].pop(0) if self._faults[method] else None
        if fault and not fault.after:
            raise fault.error
        yield
        if fault:
            raise fault.error

    def _own(self, there: HostedRepository, number: int) -> PullRequest:
        found = there.pull(number)
        if found.author != BOT:
            raise ForgeRefused(f"pull request #{number} of {there.name} is {found.author}'s, not the App's own; it is left alone")
        return found

    def _comment(self, there: HostedRepository, comment_id: int) -> SeenComment:
        if comment_id not in there.comments:
            raise ForgeRefused(f"{there.name}: there is no comment {comment_id}; check the number")
        return there.comments[comment_id]
