"""Every method, with every fault at every one of its calls, before and after the call has its effect."""

from __future__ import annotations

import asyncio
import logging
from itertools import count

import pytest

from codeopt.adapters.github.faults import KINDS
from codeopt.errors import ForgeUnavailable
from codeopt.model.forge import Permission
from tests.adapters.github.acts import ACTS
from tests.conformance.forge_suite import NAME, WIDGETS, scene_on
from tests.github_server.client import SkippingClock, forge_on
from tests.github_server.faults import LIMITS, Fault, Trouble
from tests.github_server.host import GitHubServer

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
    from codeopt.adapters.github import GitHubForge, Timing

    with GitHubServerThatIsGone() as (credentials, url), pytest.raises(ForgeUnavailable, match="cannot be reached"):
        asyncio.run(GitHubForge(credentials, api_url=url, timing=Timing(backoff_s=0.001)).repository(WIDGETS))


def test_a_host_that_is_too_slow_is_given_up(scene):
    from codeopt.adapters.github import GitHubForge, Timing

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


class GitHubServerThatIsGone:
    """A port that is bound, and where nobody listens."""

    def __enter__(self):
        import socket

        from codeopt.adapters.github import AppCredentials
        from codeopt.model.forge import Secret
        from tests.github_server.keys import PRIVATE_PEM

        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        return AppCredentials(app_id="1", private_key=Secret(PRIVATE_PEM)), f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_):
        self._socket.close()
