"""Every method, with every fault at every one of its calls, before and after the call has its effect."""

from __future__ import annotations

import asyncio
import logging
import socket
from itertools import count

import httpx
import pytest

from codeopt.adapters.github import AppCredentials, GitHubForge, Timing
from codeopt.adapters.github.faults import KINDS
from codeopt.errors import ForgeRefused, ForgeUnavailable
from codeopt.model.access import Secret
from codeopt.model.forge import Permission
from tests.adapters.github.acts import ACTS
from tests.conformance.forge_suite import NAME, WIDGETS, scene_on
from tests.github_server.client import HurriedTransport, SkippingClock, forge_on
from tests.github_server.faults import LIMITS, Fault, Trouble
from tests.github_server.host import GitHubServer
from tests.github_server.keys import PRIVATE_PEM

TAGS = count()
KNOWN = {}
# A host that limits has done nothing; all other faults may come before or after the effect.
CASES = [(fault, after) for fault in Fault for after in (False, True) if fault is not Fault.LATE and not (after and fault in LIMITS)]
LOGGER = "codeopt.adapters.github.api"


@pytest.fixture(scope="module")
def scene(tmp_path_factory, request):
    """One server for all tests of an act, which is the fixture's parameter where there is one."""
    folder = tmp_path_factory.mktemp("faults")
    with GitHubServer(folder / "host") as server:
        made = scene_on(server, forge_on(server), folder)
        server.permit(NAME, "ada", Permission.WRITE)
        asyncio.run(made.forge.own_pull_requests(WIDGETS))
        yield made


@pytest.fixture(autouse=True)
def _quiet(scene):
    yield
    scene.host.service.troubles.clear()


def play(scene, act, *troubles, knows=True):
    """Play an act, with an adapter that has its tokens already or not; return what it made, its result, the sleeps and the calls."""
    service = scene.host.service
    made = act.prepare(scene, f"t{next(TAGS)}")
    clock = SkippingClock(scene.host.hub)
    forge = scene.forge if knows else forge_on(scene.host, clock=clock)
    forge._clock.slept_s.clear()
    if knows:  # an hour passes soon where waits cost nothing
        asyncio.run(forge.permission(WIDGETS, "ada"))
    service.troubles[:] = troubles
    service.seen.clear()
    result = asyncio.run(act.play(forge, made))
    return made, result, forge._clock.slept_s, list(service.seen)


def operations(scene, name):
    """Return the calls of an act, in order, each with how many of the same came before it."""
    if name not in KNOWN:
        seen = [call.operation for call in play(scene, ACTS[name], knows=knows_token(name))[3]]
        KNOWN[name] = [(operation, seen[:at].count(operation)) for at, operation in enumerate(seen)]
    return KNOWN[name]


def knows_token(name):
    """Whether an act is played by an adapter that has its tokens: all but that whose calls are those that every method begins with."""
    return name != "git_access"


@pytest.mark.parametrize(
    ("fault", "after"), CASES, ids=lambda value: value.name if isinstance(value, Fault) else "after" if value else "before"
)
@pytest.mark.parametrize("name", ACTS)
def test_one_fault_at_any_call_changes_nothing_but_the_log(scene, name, fault, after, caplog):
    act = ACTS[name]
    for operation, skip in operations(scene, name):
        caplog.set_level(logging.INFO, LOGGER)
        caplog.clear()
        made, result, slept_s, seen = play(
            scene, act, Trouble(fault=fault, operation=operation, skip=skip, after=after), knows=knows_token(name)
        )
        act.verify(scene, made, result)
        assert not scene.host.service.troubles, "the fault must have come"
        lines = [record for record in caplog.records if hasattr(record, "github")][-len(seen) :]
        assert [line.github["status"] for line in lines if line.github["status"]] == [call.status for call in seen if call.status]
        # What is deleted again is not there: that is no fault, and no warning.
        (warning,) = [line for line in lines if line.levelno == logging.WARNING]
        assert warning.github["outcome"] == ("limited" if fault in LIMITS else "lost")
        assert "\n" not in warning.getMessage()
        if fault in LIMITS | {Fault.UNAVAILABLE}:
            assert sum(slept_s) >= (60 if fault is Fault.SECONDARY_BARE else 6)


@pytest.mark.parametrize("name", ["open_pull_request", "put_comment", "put_check"])
def test_what_arrives_after_its_repeat_leaves_nothing_twice(scene, name):
    act = ACTS[name]
    creating = {"open_pull_request": "pulls/create", "put_comment": "issues/create-comment", "put_check": "checks/create"}[name]
    made, result, _, seen = play(scene, act, Trouble(fault=Fault.LATE, operation=creating))
    assert [call.operation for call in seen].count(creating) == 2
    if name != "put_check":
        act.verify(scene, made, result)
        return
    # A check run cannot be deleted: both say the same.
    assert [run for run in scene.host.checks(NAME) if run.key == made.key] == [made, made]


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in LIMITS | {Fault.LATE}], ids=lambda fault: fault.name)
@pytest.mark.parametrize("name", ACTS)
def test_a_fault_that_stays_is_an_error_of_one_line_after_a_few_attempts(scene, name, fault):
    act = ACTS[name]
    last = operations(scene, name)[-1]
    with pytest.raises(ForgeUnavailable) as caught:
        play(scene, act, Trouble(fault=fault, operation=last[0], skip=last[1], times=1000), knows=knows_token(name))
    assert "\n" not in str(caught.value)
    assert scene.host.api_url in str(caught.value)
    assert sum(call.operation == last[0] for call in scene.host.service.seen) - last[1] <= 4


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", ["open_pull_request", "put_comment", "put_check"])
def test_a_repeat_after_the_error_makes_nothing_twice(scene, name, after):
    act = ACTS[name]
    made = act.prepare(scene, f"t{next(TAGS)}")
    creating = {"open_pull_request": "pulls/create", "put_comment": "issues/create-comment", "put_check": "checks/create"}[name]
    looking = {"open_pull_request": "pulls/list", "put_comment": "issues/list-comments", "put_check": "checks/list-for-ref"}[name]
    scene.host.service.troubles[:] = [
        Trouble(fault=Fault.RESET, operation=creating, after=after, times=1),
        Trouble(fault=Fault.ERROR, operation=looking, skip=1, times=1000),
    ]
    with pytest.raises(ForgeUnavailable):
        asyncio.run(act.play(forge_on(scene.host), made))
    scene.host.service.troubles.clear()
    result = asyncio.run(act.play(forge_on(scene.host), made))
    act.verify(scene, made, result)


def test_nothing_listens():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        forge = alone(f"http://127.0.0.1:{bound.getsockname()[1]}", None)
        with pytest.raises(ForgeUnavailable, match="cannot be reached"):
            asyncio.run(forge.repository(WIDGETS))


def test_what_never_left_is_sent_again_without_a_look(scene):
    thread = ACTS["put_comment"].prepare(scene, f"t{next(TAGS)}")
    scene.host.service.seen.clear()

    class Refusing(HurriedTransport):
        refused = 0

        async def handle_async_request(self, request):
            if request.method == "POST" and request.url.path.endswith("/comments") and not self.refused:
                self.refused += 1
                raise httpx.ConnectError("refused")
            return await super().handle_async_request(request)

    transport = Refusing(scene.host.service)
    forge = GitHubForge(scene.host.credentials, api_url=scene.host.api_url, transport=transport, clock=SkippingClock(scene.host.hub))
    asyncio.run(forge.put_comment(WIDGETS, thread[0], key=thread[1], body="text"))
    assert transport.refused == 1
    operations = [call.operation for call in scene.host.service.seen if "comment" in call.operation]
    assert operations == ["issues/list-comments", "issues/create-comment"]
    assert len(scene.host.comments(NAME, thread[0])) == 1


STRANGE = [
    httpx.Response(429, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, json={"message": "slow down"}),
    httpx.Response(200, content=b""),
    httpx.Response(200, json=None),
    httpx.Response(200, json=[1, 2]),
    httpx.Response(200, content=b"\xff\xfe{}"),
    httpx.Response(500, json=["no", "object"]),
    httpx.Response(502, json={"message": None, "errors": "none"}),
    httpx.Response(503, headers={"retry-after": "soon"}, content=b"\x00\x1b[31m"),
]


@pytest.mark.parametrize("answer", STRANGE, ids=range(len(STRANGE)))
def test_strange_answers_are_an_error_of_one_line(answer):
    forge = alone("https://git.example.com", httpx.MockTransport(lambda _: answer))
    with pytest.raises(ForgeUnavailable, match=r"^https://git\.example\.com/api/v3: GET /repos/acme/widgets/installation: ") as caught:
        asyncio.run(forge.repository(WIDGETS))
    assert str(caught.value).isprintable()


REFUSALS = {
    400: "answered with status 400",
    401: "credentials are refused",
    403: "check the App's permissions",
    404: "the App is not installed",
    409: "answered with status 409",
    410: "switched off in this repository",
    418: "answered with status 418",
    422: "let the installation include it",
    451: "blocked for legal reasons",
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_says_what_to_do_and_is_not_asked_again(status):
    asked = []
    answer = httpx.Response(status, json={"message": "No\nway", "errors": [{"resource": "R", "field": "f", "code": "missing"}, "odd"]})

    def refuse(request):
        asked.append(request)
        return answer

    with pytest.raises(ForgeRefused, match=REFUSALS[status]) as caught:
        asyncio.run(alone("https://git.example.com", httpx.MockTransport(refuse)).repository(WIDGETS))
    assert str(caught.value).isprintable()
    assert len(asked) == 1
    assert status == 404 or "No way: R f missing: odd" in str(caught.value)


def alone(url, transport):
    """Return the adapter without a server of ours."""
    credentials = AppCredentials(app_id="1", private_key=Secret(PRIVATE_PEM))
    return GitHubForge(credentials, api_url=url, transport=transport, timing=Timing(backoff_s=0.001))


def test_a_host_that_is_too_slow_is_given_up(scene):
    scene.host.service.troubles[:] = [Trouble(fault=Fault.HANG, operation="apps/get-repo-installation", times=1000)]
    timing = Timing(timeout_s=0.2, backoff_s=0.001, attempts=2)
    with pytest.raises(ForgeUnavailable, match="no answer"):
        asyncio.run(GitHubForge(scene.host.credentials, api_url=scene.host.api_url, timing=timing).repository(WIDGETS))
    scene.host.service.hanging.clear()


def test_every_exception_of_the_library_has_its_kind():
    import githubkit.exception

    names = {
        name
        for name, found in vars(githubkit.exception).items()
        if isinstance(found, type) and issubclass(found, Exception) and found.__module__ == "githubkit.exception"
    }
    assert names == set(KINDS)
