"""What the App asks for as itself, and not for one repository, fails aloud."""

from __future__ import annotations

import asyncio

import pytest

from codeopt.adapters.github import AppCredentials, GitHubForge
from codeopt.errors import ForgeRefused, ForgeUnavailable
from codeopt.model.access import Secret
from tests.github_server.client import HurriedTransport
from tests.github_server.faults import Fault, Trouble
from tests.github_server.keys import PRIVATE_PEM

LISTS = {
    "apps/list-webhook-deliveries": lambda forge: forge.failed_deliveries(0),
    "apps/list-repos-accessible-to-installation": lambda forge: forge.repositories(),
}


@pytest.mark.parametrize("operation", LISTS)
def test_a_host_that_is_down_is_no_empty_list(scene, server, operation):
    server.service.troubles.append(Trouble(operation=operation, fault=Fault.ERROR, times=9))
    with pytest.raises(ForgeUnavailable):
        asyncio.run(LISTS[operation](scene.forge))


@pytest.mark.parametrize("operation", LISTS)
def test_a_key_that_is_not_taken_is_told(scene, server, clock, operation):
    wrong = AppCredentials(app_id="1", private_key=Secret(PRIVATE_PEM))
    forge = GitHubForge(wrong, api_url=server.api_url, clock=clock, transport=HurriedTransport(server.service))
    with pytest.raises(ForgeRefused):
        asyncio.run(LISTS[operation](forge))
