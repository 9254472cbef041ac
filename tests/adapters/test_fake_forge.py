"""The host in memory fails on demand; what it does otherwise is in the conformance suite."""

from __future__ import annotations

import asyncio

import pytest

from codeopt.adapters.fake_forge import FakeForge, Fault
from codeopt.adapters.fake_host import FakeHost
from codeopt.errors import ForgeUnavailable
from tests.conformance.forge_suite import NAME, WIDGETS, draft, scene_on

DOWN = ForgeUnavailable("the forge is down; try again later", retry_after_s=5)


@pytest.fixture
def scene(tmp_path):
    host = FakeHost(tmp_path / "host")
    return scene_on(host, FakeForge(host), tmp_path)


@pytest.mark.parametrize("after", [False, True])
def test_a_fault_comes_before_or_after_the_effect_and_a_repeat_makes_nothing_twice(scene, after):
    scene.forge.fail("open_pull_request", Fault(error=DOWN, after=after))
    with pytest.raises(ForgeUnavailable, match="down") as caught:
        asyncio.run(scene.forge.open_pull_request(WIDGETS, draft()))
    assert caught.value.retry_after_s == 5
    assert len(scene.host.pull_requests(NAME)) == (1 if after else 0)
    asyncio.run(scene.forge.open_pull_request(WIDGETS, draft()))
    assert len(scene.host.pull_requests(NAME)) == 1
    assert scene.forge.calls == ["open_pull_request", "open_pull_request"]


def test_faults_come_one_after_the_other_and_only_where_they_were_asked_for(scene):
    scene.forge.fail("branch_head", Fault(error=DOWN), Fault(error=DOWN))
    for _ in range(2):
        with pytest.raises(ForgeUnavailable):
            asyncio.run(scene.forge.branch_head(WIDGETS, "main"))
    assert asyncio.run(scene.forge.branch_head(WIDGETS, "main"))
    assert asyncio.run(scene.forge.repository(WIDGETS))
