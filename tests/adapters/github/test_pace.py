"""The limits of the host are kept, by all calls of an account and not only by the one that was told."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.github.pace import Gate, Timing
from codeopt.errors import ForgeUnavailable
from tests.conformance.forge_suite import NAME, WIDGETS
from tests.github_server.faults import Fault, Trouble


class Clock:
    """Time that passes when it is slept."""

    def __init__(self):
        self.now = 1000.0
        self.slept_s = []

    def now_s(self):
        return self.now

    async def sleep(self, seconds):
        self.slept_s.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def read(scene):
    return await scene.forge.branch_head(WIDGETS, "main")


@pytest.mark.parametrize("fault", [Fault.PRIMARY, Fault.SECONDARY, Fault.SECONDARY_429], ids=lambda fault: fault.name)
def test_a_long_wait_is_handed_to_the_caller_and_nothing_is_sent_meanwhile(scene, clock, server, fault):
    async def story():
        await scene.forge.own_pull_requests(WIDGETS)
        server.service.troubles[:] = [Trouble(fault=fault, wait_s=1800)]
        with pytest.raises(ForgeUnavailable) as caught:
            await read(scene)
        assert 1790 <= caught.value.retry_after_s <= 1800
        sent = len(server.service.seen)
        with pytest.raises(ForgeUnavailable, match=r"no request is allowed for another 1\d\d\d s") as caught:
            await scene.forge.put_comment(WIDGETS, 1, key="k", body="b")
        assert 1790 <= caught.value.retry_after_s <= 1800
        assert len(server.service.seen) == sent
        assert clock.slept_s == []
        await clock.sleep(1801)
        assert await read(scene)

    asyncio.run(story())


def test_a_short_wait_is_waited_for_by_all(scene, clock, server):
    async def story():
        await read(scene)
        server.service.troubles[:] = [Trouble(fault=Fault.SECONDARY, wait_s=20)]
        assert all(await asyncio.gather(*[read(scene) for _ in range(5)]))
        assert sum(clock.slept_s) >= 20

    asyncio.run(story())


def test_the_last_request_of_the_hour_closes_the_gate_before_one_is_refused(scene, clock, server):
    async def story():
        await read(scene)
        server.hub.remaining = 1
        assert await read(scene)
        sent = len(server.service.seen)
        with pytest.raises(ForgeUnavailable, match="no request is allowed"):
            await read(scene)
        assert len(server.service.seen) == sent
        server.hub.remaining = 5000
        await clock.sleep(1801)
        assert await read(scene)

    asyncio.run(story())


def test_a_limit_without_a_time_is_waited_for_a_minute_and_then_longer(scene, clock, server):
    async def story():
        await read(scene)
        server.service.troubles[:] = [Trouble(fault=Fault.SECONDARY_BARE, times=2)]
        with pytest.raises(ForgeUnavailable) as caught:
            await read(scene)
        assert 110 <= caught.value.retry_after_s <= 120
        assert 60 <= sum(clock.slept_s) <= 66

    asyncio.run(story())


def test_another_account_is_not_held_up(scene, server):
    async def story():
        server.add_repository("other/repo", {"a": "b"})
        await read(scene)
        server.service.troubles[:] = [Trouble(fault=Fault.SECONDARY, wait_s=3600)]
        with pytest.raises(ForgeUnavailable):
            await read(scene)
        from codeopt.model.forge import RepositoryName

        assert await scene.forge.branch_head(RepositoryName(owner="other", name="repo"), "main")

    asyncio.run(story())


def test_writes_go_one_by_one_with_a_pause(scene, clock, server):
    number = server.add_issue(NAME)

    async def story():
        await asyncio.gather(*[scene.forge.put_comment(WIDGETS, number, key=f"k{at}", body="b") for at in range(4)])

    asyncio.run(story())
    assert len(server.comments(NAME, number)) == 4
    assert sum(clock.slept_s) >= 2.5


@given(attempt=st.integers(1, 8), backoff_s=st.floats(0.001, 10))
def test_pauses_double_and_are_never_the_same_for_all(attempt, backoff_s):
    pause_s = Timing(backoff_s=backoff_s).pause_s(attempt)
    assert 0.499 <= pause_s / (backoff_s * 2 ** (attempt - 1)) <= 1.001


@given(st.lists(st.tuples(st.none() | st.floats(0, 5000), st.none() | st.floats(0, 9000)), max_size=6))
def test_a_gate_never_opens_sooner_for_being_told_again(told):
    clock = Clock()
    gate = Gate("acme", clock=clock, timing=Timing())
    until = 0.0
    for wait_s, until_s in told:
        wait = gate.limited(wait_s=wait_s, until_s=until_s)
        assert wait == gate.wait_s >= 0
        assert clock.now + wait >= until - 1e-6
        until = clock.now + wait
        clock.now += 1.0


def test_what_is_no_number_in_a_header_closes_nothing():
    gate = Gate("acme", clock=Clock(), timing=Timing())
    for reset in ("", "soon", "-1", "1e9"):
        gate.answered({"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})
    gate.answered({"x-ratelimit-remaining": "0"})
    assert gate.wait_s == 0
