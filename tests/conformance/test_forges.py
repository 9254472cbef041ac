"""Every code host passes the suite: the one in memory, and GitHub's adapter on a server that behaves as github.com or Enterprise."""

from __future__ import annotations

import asyncio

import pytest

from codeopt.adapters.fake_forge import FakeForge
from codeopt.adapters.fake_host import FakeHost
from tests.conformance.forge_suite import FORGE_CHECKS, scene_on
from tests.github_server.client import forge_on
from tests.github_server.host import GitHubServer


@pytest.fixture(params=["memory", "github.com", "enterprise"])
def scene(request, tmp_path):
    if request.param == "memory":
        host = FakeHost(tmp_path / "host")
        yield scene_on(host, FakeForge(host), tmp_path)
        return
    with GitHubServer(tmp_path / "host", enterprise=request.param == "enterprise") as server:
        yield scene_on(server, forge_on(server), tmp_path)


@pytest.mark.parametrize("check", FORGE_CHECKS, ids=lambda check: check.__name__)
def test_forge(scene, check):
    asyncio.run(check(scene))
