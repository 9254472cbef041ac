"""Lists that are longer than a page are read to their end, and no further than codeopt needs."""

from __future__ import annotations

import asyncio

import pytest

from codeopt.errors import ForgeRefused
from codeopt.model.forge import PullRequestState, Reaction
from tests.conformance.forge_suite import NAME, WIDGETS, draft
from tests.github_server.state import APP_LOGIN, CheckState, CommentState, PullState


def test_a_comment_of_the_second_page_is_found_and_changed(scene, server):
    number = server.add_issue(NAME)
    for _ in range(120):
        server.add_comment(NAME, number, author="eve", body="first!")
    first = asyncio.run(scene.forge.put_comment(WIDGETS, number, key="k", body="one"))
    again = asyncio.run(scene.forge.put_comment(WIDGETS, number, key="k", body="two"))
    assert first.id == again.id
    assert [seen.body for seen in server.comments(NAME, number) if seen.author == APP_LOGIN] == ["two"]
    pages = [call.query for call in server.service.seen if call.operation == "issues/list-comments"]
    assert [query.get("page") for query in pages] == [None, "2", None, "2"]
    assert {query["per_page"] for query in pages} == {"100"}


def test_all_own_pull_requests_are_listed(scene, server):
    there = server.state(NAME)
    for at in range(250):
        there.threads[10_000 + at] = PullState(
            number=10_000 + at,
            login=APP_LOGIN,
            title="t",
            body=f"b\n\n<!-- codeopt:pr:{at} -->",
            created_s=1.0 + at,
            state="closed",
            closed_s=2.0 + at,
            head=f"codeopt/{at}",
        )
    found = asyncio.run(scene.forge.own_pull_requests(WIDGETS))
    assert [pull.key for pull in found] == [f"pr:{at}" for at in reversed(range(250))]
    assert [call.query.get("page") for call in server.service.seen if call.operation == "issues/list-for-repo"] == [None, "2", "3"]
    assert found[0].created_s == 250.0
    assert {pull.state for pull in found} == {PullRequestState.CLOSED}


def test_one_pull_request_is_found_without_reading_all(scene, server):
    asyncio.run(scene.forge.open_pull_request(WIDGETS, draft()))
    server.service.seen.clear()
    asyncio.run(scene.forge.open_pull_request(WIDGETS, draft()))
    (call,) = server.service.seen
    assert call.query["head"] == "acme:codeopt/faster-f"


def test_a_reaction_among_many_is_taken_away(scene, server):
    number = server.add_issue(NAME)
    comment = server.add_comment(NAME, number, author="ada", body="hi")
    state: CommentState = server.state(NAME).comments[comment]
    state.reactions += [(50_000 + at, f"user{at}", "eyes") for at in range(150)]
    asyncio.run(scene.forge.react(WIDGETS, comment, Reaction.EYES))
    assert len(state.reactions) == 151
    asyncio.run(scene.forge.unreact(WIDGETS, comment, Reaction.EYES))
    assert len(state.reactions) == 150
    assert APP_LOGIN not in {login for _, login, _ in state.reactions}


def test_a_check_run_among_many_is_found(scene, server):
    from tests.conformance.forge_suite import check_run

    wanted = check_run(scene, done=False)
    for at in range(130):
        run = CheckState(id=20_000 + at, name=wanted.name, head_sha=wanted.head_sha, external_id=f"check:old:{at}")
        server.state(NAME).checks[run.id] = run
    numbers = {asyncio.run(scene.forge.put_check(WIDGETS, wanted)) for _ in range(2)}
    assert len(numbers) == 1
    assert len(server.checks(NAME)) == 131


def test_a_list_without_an_end_is_an_error(scene, server, monkeypatch):
    from codeopt.adapters.github import api

    monkeypatch.setattr(api, "MOST_PAGES", 3)
    number = server.add_issue(NAME)
    for _ in range(301):
        server.add_comment(NAME, number, author="eve", body="spam")
    with pytest.raises(ForgeRefused, match="more than 3 pages"):
        asyncio.run(scene.forge.put_comment(WIDGETS, number, key="k", body="b"))
