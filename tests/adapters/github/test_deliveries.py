"""Failed deliveries are found among all of them, page by page, and made again as the App itself."""

from __future__ import annotations

import asyncio

from codeopt.adapters.github.call import MOST_PAGES

DAY_S = 86400.0


def failed(scene, *, within_s: float = 3 * DAY_S) -> list[str]:
    return [one.guid for one in asyncio.run(scene.forge.failed_deliveries(scene.host.now_s - within_s))]


def pages(server) -> int:
    return sum(call.operation == "apps/list-webhook-deliveries" for call in server.service.seen)


def test_a_success_on_a_later_page_mends_a_failure_on_an_earlier_one(scene, server):
    server.add_delivery("mended", status=502, ago_s=900)
    server.add_delivery("mended", status=202, ago_s=800, redelivery=True)
    for at in range(250):
        server.add_delivery(f"g{at}", status=202, ago_s=700 - at)
    server.add_delivery("lost", status=0, ago_s=850)
    server.add_delivery("mended", status=500, redelivery=True)
    assert failed(scene) == ["lost"]
    assert pages(server) == 3


def test_pages_of_what_is_too_old_are_not_read(scene, server):
    for at in range(350):
        server.add_delivery(f"g{at}", status=502, ago_s=10.0 * at)
    assert failed(scene, within_s=1205) == [f"g{at}" for at in reversed(range(121))]
    assert pages(server) == 2


def test_of_very_many_only_the_newest_are_looked_at_and_that_is_said(scene, server, caplog):
    server.add_delivery("old", status=502, ago_s=1000)
    server.add_delivery("cut", status=502, ago_s=900)
    for _ in range(100 * MOST_PAGES - 2):
        server.add_delivery("good", status=202, ago_s=1)
    server.add_delivery("cut", status=502, redelivery=True)
    server.add_delivery("lost", status=502)
    assert failed(scene) == ["lost"]
    assert pages(server) == MOST_PAGES
    assert [line.getMessage() for line in caplog.records if "not made again" in line.getMessage()]


def test_the_app_itself_asks_and_no_installation(scene, server):
    number = server.add_delivery("lost", status=502)
    assert failed(scene) == ["lost"]
    asyncio.run(scene.forge.redeliver(number))
    assert [(call.operation, call.headers["authorization"].partition(" ")[0]) for call in server.service.seen] == [
        ("apps/list-webhook-deliveries", "Bearer"),
        ("apps/redeliver-webhook-delivery", "Bearer"),
    ]
