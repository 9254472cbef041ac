"""What every code host must do: `FORGE_CHECKS` take a scene with one repository, `acme/widgets`, and fail by assertion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codeopt.adapters.fake_origin import Origin
from codeopt.adapters.git import Remote
from codeopt.errors import ForgeRefused
from codeopt.model.forge import (
    Annotation,
    AnnotationLevel,
    CheckConclusion,
    CheckRun,
    CheckStatus,
    Permission,
    PullRequestDraft,
    PullRequestState,
    Reaction,
    RepositoryName,
)
from codeopt.ports.forge import Forge

__all__ = ["FORGE_CHECKS", "NAME", "WIDGETS", "Scene", "annotations", "check_run", "draft", "scene_on"]

NAME = "acme/widgets"
WIDGETS = RepositoryName(owner="acme", name="widgets")
FILES = {"widgets.py": "def f():\n    return 1\n", ".github/codeopt.toml": 'model = "none"\n', "a b/ü#?%41.txt": "odd\n"}
BRANCH = "codeopt/faster-f"
DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A host from the side of people, the App's side of it, and the bare repository of `acme/widgets`."""

    host: Any
    forge: Forge
    origin: Origin
    folder: Path


def scene_on(host: Any, forge: Forge, folder: Path) -> Scene:
    """Return a scene whose repository has files and a branch of codeopt's."""
    origin = host.add_repository(NAME, FILES)
    origin.commit({"widgets.py": "def f():\n    return 2\n"}, branch=BRANCH, parent=origin.head("refs/heads/main"))
    return Scene(host=host, forge=forge, origin=origin, folder=folder)


def draft(key: str = "pr:f:1", **changes: str) -> PullRequestDraft:
    """Return a pull request to be opened from the branch of the scene."""
    values = {"title": "Make f faster", "body": "It is **faster**.\n\n- by much", "head_branch": BRANCH, "base_branch": "main"}
    return PullRequestDraft(key=key, **{**values, **changes})


def annotations(count: int) -> tuple[Annotation, ...]:
    """Return so many annotations, each another."""
    return tuple(
        Annotation(path="widgets.py", start_line=n + 1, end_line=n + 2, level=AnnotationLevel.NOTICE, title=f"n{n}", message=f"line {n}")
        for n in range(count)
    )


def check_run(scene: Scene, *, key: str = "check:1", done: bool = True, count: int = 0) -> CheckRun:
    """Return a check run of the default branch's head."""
    return CheckRun(
        key=key,
        name="codeopt",
        head_sha=scene.origin.head("refs/heads/main") or "",
        status=CheckStatus.COMPLETED if done else CheckStatus.IN_PROGRESS,
        conclusion=CheckConclusion.NEUTRAL if done else None,
        title="two functions are slower" if done else "measuring",
        summary="| a | b |\n| --- | --- |",
        text="more" if done else "",
        annotations=annotations(count),
    )


async def a_repository_tells_what_it_is_at(scene: Scene) -> None:
    info = await scene.forge.repository(RepositoryName(owner="ACME", name="Widgets"))
    assert info.name == WIDGETS
    assert (info.default_branch, info.head_sha) == ("main", scene.origin.head("refs/heads/main"))
    assert not info.private
    assert not info.archived


async def the_repositories_of_all_installations_are_listed(scene: Scene) -> None:
    scene.host.add_repository("Zeta/tools", {"a": "b"})
    scene.host.add_repository("acme/Another", {})
    scene.host.add_repository("acme/old", {"a": "b"}, archived=True)
    scene.host.add_repository("acme/gone", {"a": "b"})
    scene.host.uninstall("acme/gone")
    found = await scene.forge.repositories()
    assert [str(each.name) for each in found] == ["acme/Another", NAME, "Zeta/tools"]
    assert found[0].installation == found[1].installation != found[2].installation


async def what_never_had_a_good_answer_has_failed(scene: Scene) -> None:
    scene.host.add_delivery("before", status=502, ago_s=2 * DAY_S + 60)
    scene.host.add_delivery("before", status=502, ago_s=60, redelivery=True)
    scene.host.add_delivery("nobody", status=0, ago_s=500, event="issue_comment")
    first = scene.host.add_delivery("twice", status=503, ago_s=400)
    scene.host.add_delivery("good", status=202, ago_s=300)
    scene.host.add_delivery("mended", status=500, ago_s=250)
    scene.host.add_delivery("mended", status=200, ago_s=200, redelivery=True)
    scene.host.add_delivery("spoilt", status=202, ago_s=250)
    scene.host.add_delivery("spoilt", status=401, ago_s=200, redelivery=True)
    again = scene.host.add_delivery("twice", status=302, ago_s=100, redelivery=True)
    found = await scene.forge.failed_deliveries(scene.host.now_s - 2 * DAY_S)
    assert [(one.guid, one.event, one.redeliveries) for one in found] == [("nobody", "issue_comment", 0), ("twice", "push", 1)]
    assert found[1].id == again != first
    assert abs(scene.host.now_s - 100 - found[1].attempted_s) < 10


async def a_delivery_is_made_again_with_its_guid(scene: Scene) -> None:
    asked, answers = [], [503, 202]

    def webhook(guid: str) -> int:
        asked.append(guid)
        return answers[len(asked) - 1]

    scene.host.webhook = webhook
    scene.host.add_delivery("lost", status=502, ago_s=DAY_S)
    for made, left in ((1, ["lost"]), (2, [])):
        (failed,) = await scene.forge.failed_deliveries(scene.host.now_s - 2 * DAY_S)
        await scene.forge.redeliver(failed.id)
        assert asked == ["lost"] * made
        assert [one.guid for one in await scene.forge.failed_deliveries(scene.host.now_s - 2 * DAY_S)] == left
    assert [(one.guid, one.redelivery, one.status) for one in scene.host.deliveries()[1:]] == [("lost", True, 503), ("lost", True, 202)]


async def what_is_unknown_or_too_old_is_not_delivered_again(scene: Scene) -> None:
    old = scene.host.add_delivery("old", status=502, ago_s=3 * DAY_S + 60)
    for number in (old, 99_999):
        with pytest.raises(ForgeRefused) as caught:
            await scene.forge.redeliver(number)
        assert "\n" not in str(caught.value)
    assert len(scene.host.deliveries()) == 1


async def another_default_branch_and_other_states_are_told(scene: Scene) -> None:
    scene.host.add_repository("acme/old", {"a": "b"}, default_branch="trunk", private=True, archived=True)
    info = await scene.forge.repository(RepositoryName(owner="acme", name="old"))
    assert (info.default_branch, info.private, info.archived) == ("trunk", True, True)
    assert info.head_sha


async def a_repository_without_commits_has_no_head(scene: Scene) -> None:
    scene.host.add_repository("acme/empty", {})
    assert (await scene.forge.repository(RepositoryName(owner="acme", name="empty"))).head_sha is None


async def where_the_app_is_not_installed_everything_is_refused(scene: Scene) -> None:
    await scene.forge.repository(WIDGETS)
    scene.host.uninstall(NAME)
    for call in (
        scene.forge.repository(WIDGETS),
        scene.forge.put_comment(WIDGETS, 1, key="k", body="b"),
        scene.forge.git_access(WIDGETS, push=False),
    ):
        with pytest.raises(ForgeRefused, match="not installed on acme/widgets") as caught:
            await call
        assert "\n" not in str(caught.value)


async def permissions_are_told(scene: Scene) -> None:
    for login, permission in (("ada", Permission.ADMIN), ("bob", Permission.WRITE), ("eve", Permission.READ)):
        scene.host.permit(NAME, login, permission)
        assert await scene.forge.permission(WIDGETS, login) is permission
        assert await scene.forge.permission(WIDGETS, login.upper()) is permission


async def strangers_may_not_write(scene: Scene) -> None:
    for login in ("nobody", "dependabot[bot]", "", "../ada", "a/b", "ada?", "ä", "x" * 200):
        assert not (await scene.forge.permission(WIDGETS, login)).may_write


async def branches_have_heads(scene: Scene) -> None:
    odd = "codeopt/odd#1%41&+"
    scene.origin.put(f"refs/heads/{odd}", scene.origin.head("refs/heads/main") or "")
    for branch in ("main", BRANCH, odd):
        assert await scene.forge.branch_head(WIDGETS, branch) == scene.origin.head(f"refs/heads/{branch}")
    for branch in ("codeopt", "codeopt/faster", "nothing"):
        assert await scene.forge.branch_head(WIDGETS, branch) is None


async def files_are_read_as_they_are_at_a_branch_or_commit(scene: Scene) -> None:
    for path, content in FILES.items():
        assert await scene.forge.read_file(WIDGETS, path, ref="main") == content.encode()
    assert await scene.forge.read_file(WIDGETS, "widgets.py", ref=BRANCH) == b"def f():\n    return 2\n"
    sha = scene.origin.head("refs/heads/main") or ""
    assert await scene.forge.read_file(WIDGETS, "widgets.py", ref=sha) == b"def f():\n    return 1\n"


async def what_is_no_file_is_none(scene: Scene) -> None:
    for path in ("nothing.py", ".github", "widgets.py/x", "", ".", "..", "../widgets/widgets.py", "/widgets.py", "a//b"):
        assert await scene.forge.read_file(WIDGETS, path, ref="main") is None
    assert await scene.forge.read_file(WIDGETS, "widgets.py", ref="no-such-branch") is None


async def a_file_that_is_too_large_is_refused(scene: Scene) -> None:
    scene.origin.commit({"large": "x" * 2000, "larger": "x" * 1_100_000})
    assert await scene.forge.read_file(WIDGETS, "large", ref="main", limit_bytes=2000) == b"x" * 2000
    for path, limit in (("large", 1999), ("larger", 1_000_000)):
        with pytest.raises(ForgeRefused, match="make it smaller"):
            await scene.forge.read_file(WIDGETS, path, ref="main", limit_bytes=limit)


async def a_pull_request_of_a_branch_is_told(scene: Scene) -> None:
    number = scene.host.add_pull_request(NAME, author="ada", branch=BRANCH, body="please")
    pull = await scene.forge.pull_request(WIDGETS, number)
    assert (pull.number, pull.author, pull.body, pull.key, pull.state) == (number, "ada", "please", None, PullRequestState.OPEN)
    assert (pull.base_branch, pull.base_sha) == ("main", scene.origin.head("refs/heads/main"))
    assert (pull.head_branch, pull.head_sha, pull.head_repository) == (BRANCH, scene.origin.head(f"refs/heads/{BRANCH}"), WIDGETS)
    assert not pull.from_fork


async def a_pull_request_of_a_fork_is_told_and_its_commit_is_here(scene: Scene) -> None:
    fork = scene.host.add_repository("eve/widgets", FILES)
    sha = fork.commit({"evil.py": "1\n"}, branch="feature")
    number = scene.host.add_pull_request(NAME, author="eve", branch="feature", fork="eve/widgets")
    pull = await scene.forge.pull_request(WIDGETS, number)
    assert pull.from_fork
    assert (pull.head_repository, pull.head_sha) == (RepositoryName(owner="eve", name="widgets"), sha)
    assert scene.origin.head(pull.head_ref) == sha
    later = fork.commit({"evil.py": "2\n"}, branch="feature")
    assert (await scene.forge.pull_request(WIDGETS, number)).head_sha == later


async def there_is_no_pull_request_of_another_number(scene: Scene) -> None:
    issue = scene.host.add_issue(NAME)
    for number in (issue, 99_999):
        with pytest.raises(ForgeRefused):
            await scene.forge.pull_request(WIDGETS, number)


async def a_pull_request_is_opened_once(scene: Scene) -> None:
    first = await scene.forge.open_pull_request(WIDGETS, draft())
    again = await scene.forge.open_pull_request(WIDGETS, draft(title="Another title"))
    assert first == again
    assert (first.key, first.title, first.body, first.state) == ("pr:f:1", draft().title, draft().body, PullRequestState.OPEN)
    (seen,) = scene.host.pull_requests(NAME)
    assert (seen.number, seen.key, seen.title, seen.body) == (first.number, "pr:f:1", draft().title, draft().body)
    assert await scene.forge.pull_request(WIDGETS, first.number) == first


async def a_closed_pull_request_is_not_opened_again(scene: Scene) -> None:
    first = await scene.forge.open_pull_request(WIDGETS, draft())
    for merged, state in ((False, PullRequestState.CLOSED), (True, PullRequestState.MERGED)):
        scene.host.close(NAME, first.number, merged=merged)
        again = await scene.forge.open_pull_request(WIDGETS, draft())
        assert (again.number, again.state) == (first.number, state)
        assert len(scene.host.pull_requests(NAME)) == 1


async def a_pull_request_needs_two_branches_and_something_between_them(scene: Scene) -> None:
    scene.origin.put("refs/heads/codeopt/nothing", scene.origin.head("refs/heads/main") or "")
    for changes in ({"head_branch": "codeopt/none"}, {"base_branch": "none"}, {"head_branch": "codeopt/nothing"}):
        with pytest.raises(ForgeRefused):
            await scene.forge.open_pull_request(WIDGETS, draft(**changes))
    assert scene.host.pull_requests(NAME) == ()


async def own_pull_requests_are_listed_and_no_others(scene: Scene) -> None:
    first = await scene.forge.open_pull_request(WIDGETS, draft())
    scene.host.close(NAME, first.number)
    scene.origin.commit({"x": "1"}, branch="codeopt/two", parent=scene.origin.head("refs/heads/main"))
    second = await scene.forge.open_pull_request(WIDGETS, draft("pr:g:1", head_branch="codeopt/two"))
    scene.origin.commit({"x": "2"}, branch="topic", parent=scene.origin.head("refs/heads/main"))
    scene.host.add_pull_request(NAME, author="eve", branch="topic", body="x\n\n<!-- codeopt:pr:f:1 -->")
    scene.host.add_issue(NAME)
    found = await scene.forge.own_pull_requests(WIDGETS)
    assert [(pull.number, pull.key, pull.state) for pull in found] == [
        (second.number, "pr:g:1", PullRequestState.OPEN),
        (first.number, "pr:f:1", PullRequestState.CLOSED),
    ]
    assert found[0].closed_s is None
    assert found[1].closed_s is not None
    assert found[1].created_s <= found[1].closed_s
    assert all(pull.title == draft().title for pull in found)


async def own_pull_requests_are_changed_and_closed(scene: Scene) -> None:
    number = (await scene.forge.open_pull_request(WIDGETS, draft())).number
    await scene.forge.update_pull_request(WIDGETS, number, key="pr:f:2", title="Better", body="New figures")
    (seen,) = scene.host.pull_requests(NAME)
    assert (seen.key, seen.title, seen.body, seen.state) == ("pr:f:2", "Better", "New figures", PullRequestState.OPEN)
    for _ in range(2):
        await scene.forge.close_pull_request(WIDGETS, number)
        assert scene.host.pull_requests(NAME)[0].state is PullRequestState.CLOSED


async def a_merged_pull_request_stays_merged(scene: Scene) -> None:
    number = (await scene.forge.open_pull_request(WIDGETS, draft())).number
    scene.host.close(NAME, number, merged=True)
    await scene.forge.close_pull_request(WIDGETS, number)
    assert scene.host.pull_requests(NAME)[0].state is PullRequestState.MERGED


async def pull_requests_of_others_are_left_alone(scene: Scene) -> None:
    number = scene.host.add_pull_request(NAME, author="eve", branch=BRANCH, body="x\n\n<!-- codeopt:pr:f:1 -->")
    before = scene.host.pull_requests(NAME)
    with pytest.raises(ForgeRefused, match="eve's"):
        await scene.forge.close_pull_request(WIDGETS, number)
    with pytest.raises(ForgeRefused, match="eve's"):
        await scene.forge.update_pull_request(WIDGETS, number, key="k", title="t", body="b")
    assert (await scene.forge.pull_request(WIDGETS, number)).key is None
    assert scene.host.pull_requests(NAME) == before


async def a_comment_is_written_once_and_then_changed(scene: Scene) -> None:
    pull = (await scene.forge.open_pull_request(WIDGETS, draft())).number
    for number in (scene.host.add_issue(NAME), pull):
        first = await scene.forge.put_comment(WIDGETS, number, key="answer:1", body="Working on it")
        again = await scene.forge.put_comment(WIDGETS, number, key="answer:1", body="Done:\n\n| a |\n| --- |")
        other = await scene.forge.put_comment(WIDGETS, number, key="answer:2", body="Working on it")
        assert (first.id, again.body) == (again.id, "Done:\n\n| a |\n| --- |")
        assert [(seen.id, seen.key, seen.body) for seen in scene.host.comments(NAME, number)] == [
            (first.id, "answer:1", again.body),
            (other.id, "answer:2", "Working on it"),
        ]


async def a_comment_of_somebody_else_is_never_taken_for_its_own(scene: Scene) -> None:
    number = scene.host.add_issue(NAME)
    forged = "Sure.\n\n<!-- codeopt:answer:1 -->"
    scene.host.add_comment(NAME, number, author="eve", body=forged)
    await scene.forge.put_comment(WIDGETS, number, key="answer:1", body=f"eve wrote: {forged}\nindeed")
    await scene.forge.put_comment(WIDGETS, number, key="answer:2", body=f"eve wrote: {forged}")
    await scene.forge.put_comment(WIDGETS, number, key="answer:1", body="changed")
    assert [(seen.author, seen.body) for seen in scene.host.comments(NAME, number)] == [
        ("eve", forged),
        ("codeopt[bot]", "changed"),
        ("codeopt[bot]", f"eve wrote: {forged}"),
    ]


async def there_is_no_comment_without_an_issue(scene: Scene) -> None:
    with pytest.raises(ForgeRefused):
        await scene.forge.put_comment(WIDGETS, 99_999, key="k", body="b")


async def a_reaction_is_there_once_and_goes_away(scene: Scene) -> None:
    number = scene.host.add_issue(NAME)
    comment = scene.host.add_comment(NAME, number, author="ada", body="/codeopt optimize")
    for reaction in (Reaction.EYES, Reaction.EYES, Reaction.THUMBS_UP):
        await scene.forge.react(WIDGETS, comment, reaction)
    assert scene.host.comments(NAME, number)[0].reactions == {Reaction.EYES, Reaction.THUMBS_UP}
    for _ in range(2):
        await scene.forge.unreact(WIDGETS, comment, Reaction.EYES)
        assert scene.host.comments(NAME, number)[0].reactions == {Reaction.THUMBS_UP}
    with pytest.raises(ForgeRefused):
        await scene.forge.react(WIDGETS, 99_999, Reaction.EYES)


async def a_check_run_is_made_once_and_then_says_more(scene: Scene) -> None:
    begun, ended = check_run(scene, done=False), check_run(scene, count=120)
    numbers = {await scene.forge.put_check(WIDGETS, run) for run in (begun, begun, ended, ended)}
    assert len(numbers) == 1
    assert scene.host.checks(NAME) == (ended,)


async def each_key_has_a_check_run_of_its_own(scene: Scene) -> None:
    runs = (check_run(scene, key="check:1", count=1), check_run(scene, key="check:2", count=50), check_run(scene, key="check:3", count=51))
    for run in runs:
        await scene.forge.put_check(WIDGETS, run)
    assert scene.host.checks(NAME) == runs


async def a_check_run_needs_a_commit(scene: Scene) -> None:
    run = check_run(scene, done=False)
    with pytest.raises(ForgeRefused):
        await scene.forge.put_check(WIDGETS, CheckRun(key="k", name=run.name, head_sha="0" * 40, status=run.status, title="t", summary="s"))


async def git_clones_and_pushes_by_the_access(scene: Scene) -> None:
    reading, writing = [Remote(await scene.forge.git_access(WIDGETS, push=push)) for push in (False, True)]
    checkout = scene.folder / "checkout"
    main = reading.clone(checkout, ref="refs/heads/main")
    assert main == scene.origin.head("refs/heads/main")
    assert (checkout / "widgets.py").read_text() == FILES["widgets.py"]
    head = reading.fetch(checkout, ref=f"refs/heads/{BRANCH}")
    writing.push(checkout, branch="codeopt/pushed", commit=head, expected=None)
    assert scene.origin.head("refs/heads/codeopt/pushed") == head
    assert await scene.forge.branch_head(WIDGETS, "codeopt/pushed") == head == reading.head("codeopt/pushed")
    writing.push(checkout, branch="codeopt/pushed", commit=head, expected=None)
    writing.push(checkout, branch="codeopt/pushed", commit=main, expected=head)
    assert reading.head("codeopt/pushed") == main
    assert reading.head("codeopt/none") is None


async def what_somebody_else_pushed_is_not_overwritten(scene: Scene) -> None:
    remote = Remote(await scene.forge.git_access(WIDGETS, push=True))
    head = remote.clone(scene.folder / "checkout", ref="refs/heads/main")
    theirs = scene.origin.commit({"theirs": "1"}, branch="codeopt/pushed")
    for expected in (None, head):
        with pytest.raises(ForgeRefused, match="somebody else has pushed"):
            remote.push(scene.folder / "checkout", branch="codeopt/pushed", commit=head, expected=expected)
    assert scene.origin.head("refs/heads/codeopt/pushed") == theirs


async def only_branches_of_its_own_are_pushed_by_an_access_for_that(scene: Scene) -> None:
    access = [await scene.forge.git_access(WIDGETS, push=push) for push in (False, True)]
    head = Remote(access[0]).clone(scene.folder / "checkout", ref="refs/heads/main")
    for remote, branch in ((Remote(access[0]), "codeopt/x"), (Remote(access[1]), "main"), (Remote(access[1]), "codeopt/../main")):
        with pytest.raises(ValueError, match=r"codeopt/|refs/"):
            remote.push(scene.folder / "checkout", branch=branch, commit=head, expected=None)


FORGE_CHECKS: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    a_repository_tells_what_it_is_at,
    the_repositories_of_all_installations_are_listed,
    what_never_had_a_good_answer_has_failed,
    a_delivery_is_made_again_with_its_guid,
    what_is_unknown_or_too_old_is_not_delivered_again,
    another_default_branch_and_other_states_are_told,
    a_repository_without_commits_has_no_head,
    where_the_app_is_not_installed_everything_is_refused,
    permissions_are_told,
    strangers_may_not_write,
    branches_have_heads,
    files_are_read_as_they_are_at_a_branch_or_commit,
    what_is_no_file_is_none,
    a_file_that_is_too_large_is_refused,
    a_pull_request_of_a_branch_is_told,
    a_pull_request_of_a_fork_is_told_and_its_commit_is_here,
    there_is_no_pull_request_of_another_number,
    a_pull_request_is_opened_once,
    a_closed_pull_request_is_not_opened_again,
    a_pull_request_needs_two_branches_and_something_between_them,
    own_pull_requests_are_listed_and_no_others,
    own_pull_requests_are_changed_and_closed,
    a_merged_pull_request_stays_merged,
    pull_requests_of_others_are_left_alone,
    a_comment_is_written_once_and_then_changed,
    a_comment_of_somebody_else_is_never_taken_for_its_own,
    there_is_no_comment_without_an_issue,
    a_reaction_is_there_once_and_goes_away,
    a_check_run_is_made_once_and_then_says_more,
    each_key_has_a_check_run_of_its_own,
    a_check_run_needs_a_commit,
    git_clones_and_pushes_by_the_access,
    what_somebody_else_pushed_is_not_overwritten,
    only_branches_of_its_own_are_pushed_by_an_access_for_that,
)
