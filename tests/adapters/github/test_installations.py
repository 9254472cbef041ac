"""The repositories of all installations are listed, with tokens that can do nothing else, and none stands in another's way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.conformance.forge_suite import NAME


def listed(scene) -> list[str]:
    return [str(each.name) for each in asyncio.run(scene.forge.repositories())]


def test_lists_of_more_than_a_page_are_read_to_their_end(scene, server):
    there = server.state(NAME)
    for at in range(230):
        server.hub.repositories[f"acme/r{at}"] = replace(there, id=10_000 + at, full_name=f"acme/r{at}")
    for at in range(120):
        server.hub.repositories[f"o{at}/r"] = replace(there, id=20_000 + at, full_name=f"o{at}/r", installation=50_000 + at)
    assert sorted(listed(scene)) == sorted([NAME, *(f"acme/r{at}" for at in range(230)), *(f"o{at}/r" for at in range(120))])


def test_the_token_of_a_list_can_do_nothing_else(scene, server):
    assert listed(scene) == [NAME]
    (body,) = [call.body for call in server.service.seen if call.operation == "apps/create-installation-access-token"]
    assert body == {"permissions": {"metadata": "read"}}


def test_a_suspended_installation_is_left_out_and_not_asked(scene, server):
    server.hub.suspended = True
    assert listed(scene) == []
    assert [call.operation for call in server.service.seen] == ["apps/list-installations"]


def test_an_installation_that_refuses_does_not_hide_the_others(scene, server, caplog):
    server.add_repository("zeta/tools", {"a": "b"})
    number = server.state(NAME).installation
    server.service.before["apps/create-installation-access-token"] = lambda: server.uninstall(NAME)
    assert listed(scene) == ["zeta/tools"]
    (line,) = [record.getMessage() for record in caplog.records if "not listed" in record.getMessage()]
    assert f"installation {number} " in line
