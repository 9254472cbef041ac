from __future__ import annotations

import importlib
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from codeopt.bot import payloads
from codeopt.bot.events import EVENTS, Malformed, Passed, Taken, read
from codeopt.model.bot import Job, JobKind, JobOrigin
from tests.bot.deliveries import comment, example

SHA = "0123456789abcdef0123456789abcdef01234567"


def reading(event: str, content: object, *, guid: str = "guid-1") -> Taken | Passed | Malformed:
    return read(event, guid=guid, body=json.dumps(content).encode(), received_s=5.0)


def job(event: str, content: object) -> Job:
    taken = reading(event, content)
    assert isinstance(taken, Taken), taken
    return taken.job


def reason(event: str, content: object) -> str:
    passed = reading(event, content)
    assert isinstance(passed, Passed), passed
    return passed.reason


def key(event: str, content: object) -> str:
    taken = reading(event, content)
    assert isinstance(taken, Taken), taken
    assert taken.delivery.content_key.startswith(taken.job.id)
    return taken.delivery.content_key


def test_a_command_in_a_comment_is_a_job():
    content = comment("/codeopt optimize pkg/a.py::f", number=99, repository="octo/demo")
    taken = reading("issue_comment", content, guid="guid-7")
    assert isinstance(taken, Taken)
    delivery = taken.delivery
    assert (delivery.id, delivery.event, delivery.action, delivery.repository) == ("guid-7", "issue_comment", "created", "octo/demo")
    assert (delivery.received_s, json.loads(delivery.payload)) == (5.0, content)
    assert taken.job == Job(
        id=delivery.content_key[:32],
        repository="octo/demo",
        installation=content["installation"]["id"],
        kind=JobKind.OPTIMIZE,
        origin=JobOrigin.COMMENT,
        asked_by="Codertocat",
        arguments=("pkg/a.py::f",),
        number=content["issue"]["number"],
        comment=99,
    )


def test_verify_and_check_are_for_pull_requests():
    asked = job("issue_comment", comment("/codeopt verify", on_pull_request=False))
    assert (asked.kind, asked.arguments) == (JobKind.HELP, ("verify is about a pull request: ask for it there",))
    assert job("issue_comment", comment("/codeopt verify")).kind is JobKind.VERIFY
    assert job("issue_comment", comment("/codeopt optimize", on_pull_request=False)).kind is JobKind.OPTIMIZE


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"action": "edited"}, "when it is written"),
        ({"action": "deleted"}, "when it is written"),
        ({"comment": {"user": {"login": "dependabot[bot]", "type": "Bot"}}}, "not written by a person"),
        ({"comment": {"user": None}}, "not written by a person"),
        ({"sender": {"login": "codeopt[bot]", "type": "Bot"}}, "not written by a person"),
        ({"comment": {"body": "> /codeopt check"}}, "holds no command"),
        ({"installation": None}, "installation of the app"),
    ],
)
def test_a_comment_that_is_no_request_has_a_reason(changes, wanted):
    content = comment("/codeopt check")
    for part, change in changes.items():
        content[part] = content[part] | change if isinstance(change, dict) else change
    assert wanted in reason("issue_comment", content)


def test_new_commits_of_a_pull_request_are_checked():
    for action in ("opened", "synchronize"):
        content = example(f"pull_request.{action}")
        asked = job("pull_request", content)
        assert (asked.kind, asked.origin, asked.asked_by) == (JobKind.CHECK, JobOrigin.PULL_REQUEST, "Codertocat")
        assert (asked.number, asked.commit) == (content["number"], content["pull_request"]["head"]["sha"])
    assert "only new commits" in reason("pull_request", example("pull_request.opened") | {"action": "labeled"})


def test_a_push_to_the_default_branch_is_followed():
    content = example("push") | {"after": SHA, "deleted": False}
    asked = job("push", content)
    assert (asked.kind, asked.origin, asked.commit) == (JobKind.FOLLOW, JobOrigin.PUSH, SHA)
    for other in ("refs/heads/other", "refs/tags/master", "master"):
        assert "only the default branch" in reason("push", content | {"ref": other})
    assert "only the default branch" in reason("push", content | {"deleted": True, "after": "0" * 40})


@pytest.mark.parametrize(
    ("name", "action", "kind"),
    [
        ("installation.created", "created", JobKind.INSTALLED),
        ("installation.unsuspend", "unsuspend", JobKind.INSTALLED),
        ("installation.created", "deleted", JobKind.REMOVED),
        ("installation.created", "suspend", JobKind.REMOVED),
    ],
)
def test_an_installation_comes_and_goes(name, action, kind):
    content = example(name) | {"action": action}
    asked = job("installation", content)
    lane = f"installation/{content['installation']['id']}"
    assert (asked.kind, asked.origin, asked.repository, asked.lane) == (kind, JobOrigin.INSTALLATION, "", lane)


def test_other_changes_of_an_installation_are_passed():
    assert "changes nothing" in reason("installation", example("installation.created") | {"action": "new_permissions_accepted"})


def test_repositories_come_and_go():
    content = example("installation_repositories.removed")
    removed = job("installation_repositories", content)
    assert (removed.kind, removed.arguments) == (JobKind.REMOVED, ("octocat/Hello-World",))
    assert "names no repository" in reason("installation_repositories", content | {"action": "added"})
    added = content | {"action": "added", "repositories_added": [{"full_name": "o/b"}, {"full_name": "o/a"}]}
    assert job("installation_repositories", added).arguments == ("o/a", "o/b")


@pytest.mark.parametrize("event", ["star", "ping", "an_event_of_next_year"])
def test_other_events_are_passed_with_what_can_be_told_of_them(event):
    content = {"action": "created", "installation": {"id": 3}, "repository": {"full_name": "octo/demo"}}
    passed = reading(event, content)
    assert isinstance(passed, Passed)
    assert (passed.action, passed.installation, passed.repository) == ("created", 3, "octo/demo")
    odd = {"action": ["x"], "installation": {"id": "3"}, "repository": "a\nb"}
    assert reading(event, odd) == Passed(action="", repository="", installation=0, reason=passed.reason)


def test_the_same_event_has_the_same_key_whatever_else_differs():
    content = comment("/codeopt check", number=5)
    assert key("issue_comment", content) == key("issue_comment", content | {"sender": {"login": "other", "type": "User"}})
    assert key("issue_comment", content) != key("issue_comment", comment("/codeopt check", number=6))
    assert key("issue_comment", content) != key("issue_comment", comment("/codeopt check", number=5, repository="octo/other"))


def test_events_that_differ_have_other_keys():
    opened, pushed = example("pull_request.opened"), example("push") | {"deleted": False}
    later = opened | {"pull_request": opened["pull_request"] | {"updated_at": "2030-01-01T00:00:00Z"}}
    again = pushed | {"repository": pushed["repository"] | {"pushed_at": 1}}
    keys = [
        key("pull_request", opened),
        key("pull_request", later),
        key("pull_request", opened | {"action": "synchronize"}),
        key("push", pushed),
        key("push", again),
        key("push", pushed | {"after": SHA}),
        key("installation", example("installation.created")),
        key("installation", example("installation.created") | {"action": "deleted"}),
    ]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"installation": 5}',
    ],
)
@pytest.mark.parametrize("event", sorted(EVENTS))
def test_what_is_not_what_its_event_has_is_malformed(event, body):
    assert isinstance(read(event, guid="guid-1", body=body, received_s=0.0), Malformed)


@pytest.mark.parametrize("event", sorted(set(EVENTS) - {"installation"}))
def test_what_lacks_what_its_event_has_is_malformed(event):
    assert isinstance(reading(event, {"action": "created", "installation": {"id": 1}}), Malformed)


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("repository", "full_name", "octo/demo\x00"),
        ("repository", "full_name", "octo/demo/more"),
        ("repository", "full_name", "octo"),
        ("repository", "full_name", "octo/demo\n"),
        ("repository", "id", 2**63),
        ("repository", "id", True),
        ("installation", "id", -1),
        ("comment", "id", 1.5),
        ("comment", "body", None),
        ("issue", "number", "1"),
        ("sender", "login", "mona\x00"),
        ("sender", "login", "m" * 200),
    ],
)
def test_values_that_no_place_could_keep_are_malformed_and_not_repeated(part, field, value):
    content = comment("/codeopt check")
    content[part] |= {field: value}
    malformed = reading("issue_comment", content)
    assert isinstance(malformed, Malformed)
    assert malformed.problem.startswith(f"{part}.{field}: ")
    assert "mmm" not in malformed.problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data(), event=st.sampled_from(sorted(EVENTS)))
def test_a_payload_with_anything_in_any_place_is_read(data, event):
    content = {"issue_comment": comment("/codeopt check"), "pull_request": example("pull_request.opened"), "push": example("push")}.get(
        event, example("installation_repositories.removed")
    )
    part = data.draw(st.sampled_from(sorted(content)))
    if isinstance(content[part], dict) and content[part] and data.draw(st.booleans()):
        content[part] = content[part] | {data.draw(st.sampled_from(sorted(content[part]))): data.draw(JSON)}
    else:
        content[part] = data.draw(JSON)
    assert isinstance(reading(event, content), Taken | Passed | Malformed)


# Those that githubkit's models take; they refuse, for one, the published example `pull_request.opened`.
BOTH_READ = {
    "issue_comment.created": (payloads.CommentPayload, "WebhookIssueCommentCreated"),
    "pull_request.synchronize": (payloads.PullRequestPayload, "WebhookPullRequestSynchronize"),
    "push": (payloads.PushPayload, "WebhookPush"),
    "installation.unsuspend": (payloads.Payload, "WebhookInstallationUnsuspend"),
}


@pytest.mark.parametrize("name", BOTH_READ)
def test_fields_are_those_of_github_s_schema(name):
    """Githubkit generates its models from GitHub's own description of its webhooks."""
    model, theirs = BOTH_READ[name]
    generated = getattr(importlib.import_module("githubkit_schemas.latest.models"), theirs)
    assert_same(model.model_validate(example(name)), generated.model_validate(example(name)), name)


def assert_same(ours: Any, theirs: Any, path: str) -> None:
    if isinstance(ours, BaseModel):
        assert ours.model_fields_set, path
        for field in ours.model_fields_set:
            assert_same(getattr(ours, field), getattr(theirs, field), f"{path}.{field}")
    elif isinstance(theirs, datetime):
        assert datetime.fromisoformat(str(ours)) == theirs, path
    elif not isinstance(ours, dict):
        assert ours == theirs, path
