"""One server for all tests of a module that only add to it, and one of its own for those that change more."""

from __future__ import annotations

import pytest

from codeopt.model.forge import Permission
from tests.conformance.forge_suite import NAME, scene_on
from tests.github_server.client import SkippingClock, forge_on
from tests.github_server.host import GitHubServer


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path):
    with GitHubServer(tmp_path / "host") as opened:
        yield opened


@pytest.fixture
def clock(server):
    return SkippingClock(server.hub)


@pytest.fixture
def scene(server, clock, tmp_path):
    made = scene_on(server, forge_on(server, clock=clock), tmp_path)
    server.permit(NAME, "ada", Permission.WRITE)
    return made
