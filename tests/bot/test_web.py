from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import event as note
from hypothesis import strategies as st

from codeopt.adapters.queue.memory import MemoryQueue
from codeopt.adapters.queue.sql import SqlQueue
from codeopt.bot import web
from codeopt.errors import QueueError
from codeopt.model.bot import Counts, Delivery, Job, JobKind, JobState
from tests.bot.conftest import serving
from tests.bot.deliveries import SECRET, comment, example, headers, signature
from tests.postgres import postgres

__all__ = ["postgres"]

BODY = json.dumps(comment("/codeopt check")).encode()


class LostQueue(MemoryQueue):
    """A queue whose database is gone."""

    def offer(self, delivery: Delivery, job: Job) -> bool:
        raise QueueError("postgresql://me@host/jobs: no connection; check that it runs")

    def counts(self) -> Counts:
        raise QueueError("postgresql://me@host/jobs: no connection; check that it runs")


def post(served, body: bytes | Iterator[bytes], **changes: str | None):
    """Send a body with the right headers, but for changes; None leaves one out."""
    right = headers(body if isinstance(body, bytes) else b"")
    wanted = {
        name: value
        for name, value in (right | {name.replace("_", "-"): value for name, value in changes.items()}).items()
        if value is not None
    }
    return served.client.post("/webhook", content=body, headers=wanted)


def told(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["outcome"]


def test_a_delivery_is_kept_and_then_answered(served):
    answer = served.send(comment("/codeopt optimize pkg/a.py::f"))
    (job,) = served.jobs()
    assert told(answer) == (202, "queued")
    assert answer.json()["job"] == job.id
    assert (job.kind, job.arguments, job.state) == (JobKind.OPTIMIZE, ("pkg/a.py::f",), JobState.WAITING)
    assert len(served.news) == 1


def test_a_delivery_that_comes_again_makes_no_second_job(served):
    assert told(served.send(comment("/codeopt check"), guid="a")) == (202, "queued")
    assert told(served.send(comment("/codeopt check"), guid="a")) == (202, "duplicate")
    assert told(served.send(comment("/codeopt check"), guid="b")) == (202, "duplicate")
    assert len(served.jobs()) == 1
    assert len(served.news) == 1


@pytest.mark.parametrize("event", ["star", "ping", "an_event_of_next_year"])
def test_events_without_use_are_acknowledged_and_counted(served, event):
    answer = served.send({"action": "created"}, event=event)
    assert told(answer) == (202, "ignored")
    assert answer.json()["reason"]
    label = "ping" if event == "ping" else "other"
    assert f'codeopt_bot_deliveries_total{{event="{label}",outcome="ignored"}} 1.0' in served.client.get("/metrics").text


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=" + "0" * 40,
        signature(BODY).upper(),
        signature(BODY) + "0",
        signature(BODY, "another secret of theirs"),
        signature(BODY + b" "),
        signature(BODY).removeprefix("sha256="),
        "sha256=" + "é" * 64,
    ],
)
def test_a_wrong_signature_is_refused_and_nothing_kept(served, lines, wrong):
    answer = post(served, BODY, X_Hub_Signature_256=wrong.encode("latin-1") if wrong else wrong)
    assert told(answer) == (401, "unsigned")
    assert served.queue.counts().jobs[JobState.WAITING] == 0
    (line,) = lines.of
    assert (line["status"], line["outcome"], line["delivery"], line["event"]) == (401, "unsigned", "", "")


def test_nothing_is_parsed_before_the_signature_holds(served):
    broken = b'{"broken'
    assert told(post(served, broken)) == (400, "malformed")
    assert told(post(served, broken, X_Hub_Signature_256=signature(b"other"))) == (401, "unsigned")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", BODY[: len(BODY) // 2], b"\x00", json.dumps({"installation": {"id": 1}}).encode()])
def test_a_signed_body_that_is_no_payload_is_malformed(served, body):
    assert told(post(served, body)) == (400, "malformed")


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_another_content_type_is_refused(served, content_type):
    assert told(post(served, BODY, Content_Type=content_type)) == (415, "malformed")


def test_a_content_type_may_have_parameters(served):
    assert told(post(served, BODY, Content_Type="Application/JSON; charset=utf-8")) == (202, "queued")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X_GitHub_Event", None),
        ("X_GitHub_Event", "Issue Comment"),
        ("X_GitHub_Delivery", None),
        ("X_GitHub_Delivery", "a b"),
        ("X_GitHub_Delivery", "a" * 101),
    ],
)
def test_headers_that_are_missing_or_wrong_are_refused(served, name, value):
    assert told(post(served, BODY, **{name: value})) == (400, "malformed")


def test_a_body_that_says_it_is_giant_is_not_read(served):
    def never() -> Iterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    size = str(web.LARGEST_BODY + 1)
    assert told(post(served, never(), Content_Length=size, X_Hub_Signature_256="sha256=" + "0" * 64)) == (413, "too large")


def test_a_body_that_turns_out_giant_is_given_up(served):
    chunks = (b"x" * 2**20 for _ in range(26))
    assert told(post(served, chunks, X_Hub_Signature_256="sha256=" + "0" * 64)) == (413, "too large")


def test_a_body_as_large_as_github_s_largest_is_taken(served):
    content = comment("/codeopt check") | {"padding": ""}
    content["padding"] = "x" * (web.LARGEST_BODY - len(json.dumps(content)))
    answer = served.send(content)
    assert told(answer) == (202, "queued")


def test_too_many_deliveries_of_one_installation_wait_and_others_do_not():
    served = serving(MemoryQueue(), installation_rate=0.3)
    for number in range(3):
        assert told(served.send(comment("/codeopt check", number=number), guid=f"a{number}")) == (202, "queued")
    limited = served.send(comment("/codeopt check", number=3), guid="a3")
    assert told(limited) == (429, "limited")
    assert limited.headers["Retry-After"] == "4"
    other = comment("/codeopt check", number=4) | {"installation": {"id": 8}}
    assert told(served.send(other, guid="b")) == (202, "queued")
    served.clock.now += 4
    assert told(served.send(comment("/codeopt check", number=3), guid="a3")) == (202, "queued")


def test_too_many_deliveries_in_all_wait():
    served = serving(MemoryQueue(), rate=0.1)
    assert told(served.send({}, event="star")) == (202, "ignored")
    assert told(served.send(comment("/codeopt check"))) == (429, "limited")
    served.clock.now += 10
    assert told(served.send(comment("/codeopt check"))) == (202, "queued")


def test_strangers_do_not_use_up_what_github_may_send():
    served = serving(MemoryQueue(), rate=0.1)
    for _ in range(5):
        assert told(post(served, BODY, X_Hub_Signature_256="sha256=" + "0" * 64)) == (401, "unsigned")
    assert told(served.send(comment("/codeopt check"))) == (202, "queued")


def test_what_cannot_be_kept_is_not_acknowledged(lines):
    served = serving(LostQueue())
    answer = served.send(comment("/codeopt check"))
    assert told(answer) == (503, "unkept")
    assert answer.headers["Retry-After"] == "10"
    assert "postgresql" not in answer.text
    assert "no connection" in lines.of[0]["reason"]
    assert served.news == []


def test_health_says_whether_the_queue_answers_and_how_old_its_oldest_job_is(served):
    assert served.client.get("/healthz").json() == {
        "status": "ok",
        "oldest_waiting_s": 0.0,
        "jobs": {"waiting": 0, "running": 0, "done": 0, "failed": 0},
    }
    lost = serving(LostQueue())
    assert lost.client.get("/healthz").status_code == 503
    assert "codeopt_bot_queue_reachable 0.0" in lost.client.get("/metrics").text


def test_metrics_tell_what_became_of_deliveries_and_what_waits(served):
    served.send(comment("/codeopt check"))
    answer = served.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=nonsense"})
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'codeopt_bot_deliveries_total{event="issue_comment",outcome="queued"} 1.0',
        "codeopt_bot_acknowledgement_seconds_count 1.0",
        'codeopt_bot_queue_jobs{state="waiting"} 1.0',
        "codeopt_bot_queue_reachable 1.0",
    ):
        assert line in answer.text


def test_each_delivery_has_one_line_without_payload_or_secret(served, lines):
    said = "/codeopt optimize pkg/a.py::f and a token ghp_not_for_logs"
    served.send(comment(said))
    served.send(comment("words that nobody asked for"), guid="guid-2")
    post(served, BODY, X_Hub_Signature_256=signature(b"other"))
    assert [line["outcome"] for line in lines.of] == ["queued", "ignored", "unsigned"]
    first = lines.of[0]
    assert (first["delivery"], first["repository"], first["kind"], first["asked_by"]) == ("guid-1", "octo/demo", "help", "Codertocat")
    for secret in (SECRET, "ghp_not_for_logs", "nobody asked", signature(BODY)):
        assert secret not in lines.text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/webhook", 405), ("POST", "/healthz", 405), ("GET", "/", 404), ("PUT", "/webhook", 405)]
)
def test_other_addresses_and_methods_are_refused(served, method, path, status):
    assert served.client.request(method, path).status_code == status


TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30)
NAMES = ["Content-Type", "X-GitHub-Event", "X-GitHub-Delivery", "X-Hub-Signature-256", "Content-Length", "Transfer-Encoding", "Accept"]
HEADERS = st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=2)
PAYLOADS = {name: example(name) for name in ("pull_request.opened", "push", "installation.created", "installation_repositories.removed")}
PAYLOADS["issue_comment.created"] = comment("/codeopt optimize pkg/a.py::f")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\x00", "\ud800", "x" * 5000, 2**63, -1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FUZZ = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


def raw(wanted: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in wanted.items()]


@FUZZ
@given(
    body=st.binary(max_size=60),
    path=st.sampled_from(["/webhook", "/healthz", "/metrics", "/", "/webhook/../metrics"]),
    method=st.sampled_from(["POST", "GET", "HEAD", "OPTIONS", "DELETE", "PATCH"]),
    changes=HEADERS,
)
def test_no_request_makes_the_service_fail(served, body, path, method, changes):
    answer = served.client.request(method, path, content=body, headers=raw(headers(body) | changes))
    note(f"{method} {path} {answer.status_code}")
    assert answer.status_code < 500


@pytest.fixture(params=["sqlite", "postgresql"])
def durable(request, tmp_path):
    """The application before a queue that has to write down what it is given."""
    address = f"sqlite:///{tmp_path}/queue.db"
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
        cluster.clear()
        address = cluster.url
    with closing(SqlQueue(address)) as queue:
        yield serving(queue)


@FUZZ
@given(data=st.data(), name=st.sampled_from(sorted(PAYLOADS)), changes=st.just({}) | HEADERS)
def test_no_signed_delivery_makes_the_service_fail(durable, data, name, changes):
    """Published payloads, in which something is exchanged, or a few bytes changed or cut off."""
    content = json.loads(json.dumps(PAYLOADS[name]))
    place = content
    while data.draw(st.booleans()) and (inner := sorted(key for key in place if isinstance(place[key], dict) and place[key])):
        place = place[data.draw(st.sampled_from(inner))]
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    body = bytearray(json.dumps(content).encode())
    if data.draw(st.integers(0, 3)) == 0:
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        body = body[: data.draw(st.integers(0, len(body)))]
    answer = durable.client.post("/webhook", content=bytes(body), headers=raw(headers(bytes(body), event=name.partition(".")[0]) | changes))
    note(f"{answer.status_code} {answer.json()['outcome']}")
    assert answer.status_code in {202, 400, 401, 413, 415}
