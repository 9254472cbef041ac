"""Each method of the port, as an act that can be played again and again: what it needs, what it does, and what must be so after it.

Every time an act is played it has keys and branches of its own, so that one server serves many plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from codeopt.model.forge import (
    CheckStatus,
    PullRequestState,
    Reaction,
    RepositoryName,
)
from codeopt.ports.forge import Forge
from tests.conformance.forge_suite import FILES, NAME, WIDGETS, Scene, check_run, draft

__all__ = ["ACTS", "Act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`prepare` makes what a play needs and returns it; `play` is the method; `verify` takes its result and looks at the host."""

    prepare: Callable[[Scene, str], Any]
    play: Callable[[Forge, Any], Awaitable[Any]]
    verify: Callable[[Scene, Any, Any], None]


def _run(work: Any) -> Any:
    return asyncio.run(work)


def _nothing(_scene: Scene, _tag: str) -> None:
    return None


def _branch(scene: Scene, tag: str) -> Any:
    scene.origin.put(f"refs/heads/codeopt/{tag}", scene.origin.head("refs/heads/codeopt/faster-f") or "")
    return draft(f"pr:{tag}", head_branch=f"codeopt/{tag}")


def _of_branch(scene: Scene, wanted: Any) -> list[Any]:
    return list(scene.host.pull_requests(NAME, head=wanted.head_branch))


def _opened(scene: Scene, wanted: Any, result: Any) -> None:
    (seen,) = _of_branch(scene, wanted)
    assert (seen.number, seen.key, seen.body, seen.state) == (result.number, wanted.key, wanted.body, PullRequestState.OPEN)


def _updated(scene: Scene, made: Any, _result: Any) -> None:
    (seen,) = _of_branch(scene, made[0])
    assert (seen.number, seen.key, seen.title, seen.body) == (made[1], "other", "Better", "New")


def _closed(scene: Scene, made: Any, _result: Any) -> None:
    (seen,) = _of_branch(scene, made[0])
    assert (seen.number, seen.state) == (made[1], PullRequestState.CLOSED)


def _thread(scene: Scene, tag: str) -> tuple[int, str]:
    return scene.host.add_issue(NAME), f"answer:{tag}"


def _commented(scene: Scene, thread: Any, result: Any) -> None:
    (seen,) = scene.host.comments(NAME, thread[0])
    assert (seen.id, seen.key, seen.body) == (result.id, thread[1], "text")


def _answered(scene: Scene, tag: str) -> tuple[int, str]:
    thread = _thread(scene, tag)
    _run(scene.forge.put_comment(WIDGETS, thread[0], key=thread[1], body="working"))
    return thread


def _asked(scene: Scene, _tag: str) -> tuple[int, int]:
    number = scene.host.add_issue(NAME)
    return number, scene.host.add_comment(NAME, number, author="ada", body="/codeopt help")


def _reacted(*reactions: Reaction) -> Callable[[Scene, Any, Any], None]:
    def verify(scene: Scene, asked: Any, _result: Any) -> None:
        assert scene.host.comments(NAME, asked[0])[0].reactions == set(reactions)

    return verify


def _eyed(scene: Scene, tag: str) -> tuple[int, int]:
    asked = _asked(scene, tag)
    _run(scene.forge.react(WIDGETS, asked[1], Reaction.EYES))
    return asked


def _check(scene: Scene, tag: str) -> Any:
    # Of a commit of its own, so that no list grows from play to play.
    sha = scene.origin.commit({"tag": tag}, branch=f"checked/{tag}", parent=scene.origin.head("refs/heads/main"))
    return replace(check_run(scene, key=f"check:{tag}", count=51), head_sha=sha)


def _begun(scene: Scene, tag: str) -> Any:
    wanted = _check(scene, tag)
    _run(scene.forge.put_check(WIDGETS, replace(wanted, status=CheckStatus.IN_PROGRESS, conclusion=None, annotations=())))
    return wanted


def _checked(scene: Scene, wanted: Any, _result: Any) -> None:
    (seen,) = [run for run in scene.host.checks(NAME) if run.key == wanted.key]
    assert seen == wanted


def _failed(scene: Scene, tag: str) -> tuple[str, float, int]:
    """Return a delivery that failed now: its GUID, a time shortly before it and its number."""
    return tag, scene.host.now_s - 1, scene.host.add_delivery(tag, status=502)


def _redelivered(scene: Scene, failed: Any, _result: Any) -> None:
    # What is repeated because its answer was lost is delivered twice, with one GUID.
    assert {each.status for each in scene.host.deliveries() if each.guid == failed[0] and each.redelivery} == {202}


def _is(value: Callable[[Scene], Any]) -> Callable[[Scene, Any, Any], None]:
    def verify(scene: Scene, _made: Any, result: Any) -> None:
        assert result == value(scene)

    return verify


def _read_repository(scene: Scene, _made: Any, result: Any) -> None:
    assert (result.name, result.head_sha) == (WIDGETS, scene.origin.head("refs/heads/main"))


def _listed(scene: Scene, made: Any, result: Any) -> None:
    threads = [thread for thread in reversed(scene.host.state(NAME).threads.values()) if thread.head and thread.login != "ada"]
    assert [pull.number for pull in result] == [thread.number for thread in threads]
    assert made[0].key in {pull.key for pull in result}


def _open(scene: Scene, tag: str) -> Any:
    wanted = _branch(scene, tag)
    return wanted, _run(scene.forge.open_pull_request(WIDGETS, wanted)).number


def _foreign(scene: Scene, tag: str) -> int:
    return scene.host.add_pull_request(NAME, author="ada", branch=_branch(scene, f"ada-{tag}").head_branch)


ACTS = {
    "repositories": Act(
        prepare=_nothing,
        play=lambda forge, _: forge.repositories(),
        verify=lambda _scene, _made, result: _equal([str(each.name) for each in result], [NAME]),
    ),
    "failed_deliveries": Act(
        prepare=_failed,
        play=lambda forge, failed: forge.failed_deliveries(failed[1]),
        verify=lambda _scene, failed, result: _equal([each.guid for each in result if each.guid == failed[0]], [failed[0]]),
    ),
    "redeliver": Act(prepare=_failed, play=lambda forge, failed: forge.redeliver(failed[2]), verify=_redelivered),
    "repository": Act(prepare=_nothing, play=lambda forge, _: forge.repository(WIDGETS), verify=_read_repository),
    "permission": Act(prepare=_nothing, play=lambda forge, _: forge.permission(WIDGETS, "ada"), verify=_is(lambda _: "write")),
    "branch_head": Act(
        prepare=_nothing,
        play=lambda forge, _: forge.branch_head(WIDGETS, "main"),
        verify=_is(lambda scene: scene.origin.head("refs/heads/main")),
    ),
    "read_file": Act(
        prepare=_nothing,
        play=lambda forge, _: forge.read_file(WIDGETS, "widgets.py", ref="main"),
        verify=_is(lambda _: FILES["widgets.py"].encode()),
    ),
    "pull_request": Act(
        prepare=_foreign,
        play=lambda forge, number: forge.pull_request(WIDGETS, number),
        verify=lambda _, number, result: _equal((result.number, result.author), (number, "ada")),
    ),
    "own_pull_requests": Act(prepare=_open, play=lambda forge, _: forge.own_pull_requests(WIDGETS), verify=_listed),
    "open_pull_request": Act(prepare=_branch, play=lambda forge, wanted: forge.open_pull_request(WIDGETS, wanted), verify=_opened),
    "update_pull_request": Act(
        prepare=_open,
        play=lambda forge, made: forge.update_pull_request(WIDGETS, made[1], key="other", title="Better", body="New"),
        verify=_updated,
    ),
    "close_pull_request": Act(prepare=_open, play=lambda forge, made: forge.close_pull_request(WIDGETS, made[1]), verify=_closed),
    "put_comment": Act(
        prepare=_thread, play=lambda forge, thread: forge.put_comment(WIDGETS, thread[0], key=thread[1], body="text"), verify=_commented
    ),
    "change_comment": Act(
        prepare=_answered, play=lambda forge, thread: forge.put_comment(WIDGETS, thread[0], key=thread[1], body="text"), verify=_commented
    ),
    "react": Act(prepare=_asked, play=lambda forge, asked: forge.react(WIDGETS, asked[1], Reaction.EYES), verify=_reacted(Reaction.EYES)),
    "unreact": Act(prepare=_eyed, play=lambda forge, asked: forge.unreact(WIDGETS, asked[1], Reaction.EYES), verify=_reacted()),
    "put_check": Act(prepare=_check, play=lambda forge, wanted: forge.put_check(WIDGETS, wanted), verify=_checked),
    "end_check": Act(prepare=_begun, play=lambda forge, wanted: forge.put_check(WIDGETS, wanted), verify=_checked),
    "git_access": Act(
        prepare=_nothing,
        play=lambda forge, _: forge.git_access(RepositoryName(owner="acme", name="widgets"), push=True),
        verify=lambda _scene, _made, result: _equal((result.may_push, bool(result.password)), (True, True)),
    ),
}


def _equal(one: Any, other: Any) -> None:
    assert one == other
