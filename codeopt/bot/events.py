"""Knows what GitHub's events mean to codeopt: the body of a delivery to a job, or to the reason why there is none."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from codeopt.bot.commands import command_in
from codeopt.bot.payloads import (
    LARGEST,
    CommentPayload,
    Payload,
    PullRequestPayload,
    PushPayload,
    RepositoriesPayload,
    RepositoryPayload,
)
from codeopt.model.bot import Delivery, Job, JobKind, JobOrigin

__all__ = ["EVENTS", "Malformed", "Passed", "Taken", "read"]

_P = TypeVar("_P", bound=Payload)
_SAFE = re.compile(r"[A-Za-z0-9_.\-\[\]/]{0,201}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A job, as one event asks for it; `same` is what tells the event from every other of its kind."""

    kind: JobKind
    origin: JobOrigin
    same: tuple[object, ...]
    arguments: tuple[str, ...] = ()
    number: int = 0
    comment: int = 0
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A delivery that makes a job."""

    delivery: Delivery
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A delivery that makes none, and why; `installation` is 0 and the others empty where it does not tell."""

    action: str
    repository: str
    installation: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """A body that is not what its event has; `problem` repeats nothing of it."""

    problem: str


def read(event: str, *, guid: str, body: bytes, received_s: float) -> Taken | Passed | Malformed:
    """Return what a delivery comes to. `event` and `guid` are the values of its headers."""
    try:
        content = from_json(body, allow_inf_nan=False)
    except ValueError:
        return Malformed(problem="the body is no JSON")
    if not isinstance(content, dict):
        return Malformed(problem="the body is no JSON object")
    if event not in EVENTS:
        return _passed(content, _OTHERS.get(event, "codeopt has no use for this event"))
    if content.get("installation") is None:
        return _passed(content, "it does not come of an installation of the app")
    try:
        payload, decided = EVENTS[event](content)
    except ValidationError as error:
        return Malformed(problem=_problem(error))
    if isinstance(decided, str):
        return _passed(content, decided)
    return _taken(event, guid, body, received_s, payload, decided)


def _taken(event: str, guid: str, body: bytes, received_s: float, payload: Payload, wanted: _Wanted) -> Taken:
    repository = payload.repository if isinstance(payload, RepositoryPayload) else None
    place, number = (repository.full_name, repository.id) if repository else ("", 0)
    same = (event, payload.action, payload.installation.id, number, *wanted.same)
    key = hashlib.sha256(json.dumps(same).encode()).hexdigest()
    delivery = Delivery(
        id=guid,
        event=event,
        action=payload.action,
        content_key=key,
        repository=place,
        installation=payload.installation.id,
        received_s=received_s,
        payload=body,
    )
    job = Job(
        id=key[:32],
        repository=place,
        installation=payload.installation.id,
        kind=wanted.kind,
        origin=wanted.origin,
        asked_by=payload.sender.login if payload.sender else "",
        arguments=wanted.arguments,
        number=wanted.number,
        comment=wanted.comment,
        commit=wanted.commit,
    )
    return Taken(delivery=delivery, job=job)


def _comment(payload: CommentPayload) -> _Wanted | str:
    comment = payload.comment
    if payload.action != "created":
        return "a comment counts when it is written, not when it is changed"
    if comment.user is None or comment.user.type == "Bot" or (payload.sender is not None and payload.sender.type == "Bot"):
        return "it was not written by a person"
    command = command_in(comment.body)
    if command is None:
        return "the comment holds no command"
    kind, arguments = command.kind, command.arguments
    if kind in {JobKind.VERIFY, JobKind.CHECK} and payload.issue.pull_request is None:
        kind, arguments = JobKind.HELP, (f"{kind} is about a pull request: ask for it there",)
    return _Wanted(
        kind=kind,
        origin=JobOrigin.COMMENT,
        same=(comment.id,),
        arguments=arguments,
        number=payload.issue.number,
        comment=comment.id,
    )


def _pull_request(payload: PullRequestPayload) -> _Wanted | str:
    if payload.action not in {"opened", "synchronize"}:
        return "only new commits of a pull request are checked"
    request = payload.pull_request
    return _Wanted(
        kind=JobKind.CHECK,
        origin=JobOrigin.PULL_REQUEST,
        same=(request.number, request.head.sha, request.updated_at),
        number=request.number,
        commit=request.head.sha,
    )


def _push(payload: PushPayload) -> _Wanted | str:
    if payload.deleted or payload.ref != f"refs/heads/{payload.repository.default_branch}":
        return "only the default branch is followed"
    same = (payload.ref, payload.before, payload.after, payload.repository.pushed_at)
    return _Wanted(kind=JobKind.FOLLOW, origin=JobOrigin.PUSH, same=same, commit=payload.after)


_INSTALLING = {
    "created": JobKind.INSTALLED,
    "unsuspend": JobKind.INSTALLED,
    "deleted": JobKind.REMOVED,
    "suspend": JobKind.REMOVED,
}


def _installation(payload: Payload) -> _Wanted | str:
    kind = _INSTALLING.get(payload.action)
    if kind is None:
        return "it changes nothing for codeopt"
    return _Wanted(kind=kind, origin=JobOrigin.INSTALLATION, same=(payload.installation.updated_at,))


def _repositories(payload: RepositoriesPayload) -> _Wanted | str:
    added = payload.action == "added"
    named = sorted(one.full_name for one in (payload.repositories_added if added else payload.repositories_removed))
    if not named:
        return "it names no repository"
    kind = JobKind.INSTALLED if added else JobKind.REMOVED
    same = (payload.installation.updated_at, *named)
    return _Wanted(kind=kind, origin=JobOrigin.INSTALLATION, same=same, arguments=tuple(named))


def _rule(model: type[_P], decide: Callable[[_P], _Wanted | str]) -> Callable[[Mapping[str, Any]], tuple[Payload, _Wanted | str]]:
    """Return what reads an event's content by its model and decides about it."""

    def apply(content: Mapping[str, Any]) -> tuple[Payload, _Wanted | str]:
        payload = model.model_validate(content)
        return payload, decide(payload)

    return apply


EVENTS: Mapping[str, Callable[[Mapping[str, Any]], tuple[Payload, _Wanted | str]]] = {
    "installation": _rule(Payload, _installation),
    "installation_repositories": _rule(RepositoriesPayload, _repositories),
    "issue_comment": _rule(CommentPayload, _comment),
    "pull_request": _rule(PullRequestPayload, _pull_request),
    "push": _rule(PushPayload, _push),
}
_OTHERS = {"ping": "GitHub asks whether anybody is here"}


def _passed(content: Mapping[str, Any], reason: str) -> Passed:
    """Return what can be told of any event, whatever its shape."""
    number = _inside(content, "installation", "id")
    return Passed(
        action=_plain(content.get("action")),
        repository=_plain(_inside(content, "repository", "full_name")),
        installation=number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST else 0,
        reason=reason,
    )


def _inside(content: Mapping[str, Any], outer: str, inner: str) -> object:
    part = content.get(outer)
    return part.get(inner) if isinstance(part, dict) else None


def _plain(value: object) -> str:
    return value if isinstance(value, str) and _SAFE.fullmatch(value) else ""


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
