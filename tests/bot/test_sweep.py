"""What had no good answer is asked for again: often enough, not too often, and the queue keeps it once."""

from __future__ import annotations

import json

import anyio
import pytest

from codeopt.adapters.fake_forge import FakeForge, Fault
from codeopt.adapters.fake_host import FakeHost
from codeopt.bot.sweep import Sweep
from codeopt.errors import ForgeRefused, ForgeUnavailable
from tests.bot.deliveries import comment, headers

TICK_S, HOUR_S, DAY_S = 600.0, 3600.0, 86400.0


class _Ended(BaseException):
    """The service ends."""


class Minutes:
    """The host's clock, and a sleep that moves it; after so many sleeps the sweep is cancelled, as at the service's end."""

    def __init__(self, host: FakeHost, *, sleeps: int = 1) -> None:
        self.host, self.slept_s, self.left = host, [], sleeps

    def __call__(self) -> float:
        return self.host.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.host.now_s += seconds
        if len(self.slept_s) == self.left:
            raise _Ended


@pytest.fixture
def host(tmp_path):
    return FakeHost(tmp_path / "host")


def sweep_on(forge, clock) -> Sweep:
    return Sweep(forge, clock=clock, sleep=clock.sleep)


def run(sweep: Sweep) -> None:
    with pytest.raises(_Ended):
        anyio.run(sweep.run)


def again(host) -> list[str]:
    return [one.guid for one in host.deliveries() if one.redelivery]


def test_what_failed_in_the_last_three_days_is_asked_for_at_once_the_oldest_first(host):
    host.add_delivery("older", status=502, ago_s=3 * DAY_S + 1)
    host.add_delivery("new", status=0, ago_s=5)
    host.add_delivery("old", status=503, ago_s=3 * DAY_S - 60)
    host.add_delivery("good", status=202, ago_s=60)
    assert anyio.run(sweep_on(FakeForge(host), Minutes(host)).tick) == 2
    assert again(host) == ["old", "new"]


def test_it_looks_every_ten_minutes_and_leaves_alone_what_has_come_through(host):
    clock, forge = Minutes(host, sleeps=30), FakeForge(host)
    host.add_delivery("lost", status=502)
    run(sweep_on(forge, clock))
    assert clock.slept_s == [TICK_S] * 30
    assert forge.calls.count("failed_deliveries") == 30
    assert again(host) == ["lost"]


def test_each_is_asked_for_three_times_within_hours_and_no_more_in_all_its_days(host):
    host.webhook = lambda _guid: 503
    began_s = host.now_s
    host.add_delivery("lost", status=503)
    run(sweep_on(FakeForge(host), Minutes(host, sleeps=4 * 24 * 6)))
    assert [one.delivered_s - began_s for one in host.deliveries()] == [0, 0, HOUR_S, 7 * HOUR_S]


def test_a_service_that_starts_anew_counts_on(host):
    host.webhook = lambda _guid: 503
    host.add_delivery("lost", status=503)
    for _ in range(20):
        anyio.run(sweep_on(FakeForge(host), Minutes(host)).tick)
        host.now_s += 2 * HOUR_S
    assert again(host) == ["lost"] * 3


def test_of_several_services_one_asks(host):
    host.webhook = lambda _guid: 503
    host.add_delivery("lost", status=503)
    sweeps = [sweep_on(FakeForge(host), Minutes(host)) for _ in range(3)]
    for _ in range(4 * 24 * 6):
        for sweep in sweeps:
            anyio.run(sweep.tick)
        host.now_s += TICK_S
    assert again(host) == ["lost"] * 3


class Slow(FakeForge):
    """A forge on a host that makes deliveries again only when nobody looks any more."""

    async def redeliver(self, delivery_id: int) -> None:
        with self._faulty("redeliver"):
            pass


def test_what_is_under_way_and_not_listed_yet_counts(host):
    host.add_delivery("lost", status=503)
    forge, asked = Slow(host), []
    sweep = sweep_on(forge, Minutes(host))
    for _ in range(3 * 24 * 6):
        asked.append(anyio.run(sweep.tick))
        host.now_s += TICK_S
    assert [at for at, count in enumerate(asked) if count] == [0, 6, 42]


def test_a_hundred_are_asked_for_at_a_time(host):
    for at in range(250):
        host.add_delivery(f"g{at:03}", status=502, ago_s=1000 - at)
    sweep, made = sweep_on(FakeForge(host), Minutes(host)), []
    for _ in range(4):
        made.append(anyio.run(sweep.tick))
        host.now_s += TICK_S
    assert made == [100, 100, 50, 0]
    assert again(host) == [f"g{at:03}" for at in range(250)]


@pytest.mark.parametrize("method", ["failed_deliveries", "redeliver"])
@pytest.mark.parametrize(
    ("error", "pause_s"),
    [
        (ForgeUnavailable("down; try again"), TICK_S),
        (ForgeUnavailable("wait; try again", retry_after_s=90), 90.0),
        (ForgeUnavailable("wait; try again", retry_after_s=0), 1.0),
        (ForgeUnavailable("wait; try again", retry_after_s=9e9), TICK_S),
    ],
)
def test_a_host_that_is_down_is_logged_and_asked_again(host, lines, method, error, pause_s):
    forge, clock = FakeForge(host), Minutes(host, sleeps=2)
    forge.fail(method, Fault(error=error))
    host.add_delivery("lost", status=502)
    run(sweep_on(forge, clock))
    assert clock.slept_s == [pause_s, TICK_S]
    (first,) = [line for line in lines.of if line["level"] == "error"]
    assert (first["message"], first["reason"]) == ("failed deliveries cannot be swept", str(error))
    assert lines.of[-1]["deliveries"] == 1
    assert again(host) == ["lost"]


def test_an_odd_fault_does_not_end_the_sweep(host, lines):
    forge = FakeForge(host)
    forge.fail("failed_deliveries", Fault(error=RuntimeError("odd")))
    host.add_delivery("lost", status=502)
    run(sweep_on(forge, Minutes(host, sleeps=2)))
    assert lines.of[0]["message"] == "the sweep broke"
    assert again(host) == ["lost"]


def test_one_that_is_refused_is_told_once_and_stands_in_no_others_way(host, lines):
    forge = FakeForge(host)
    forge.fail("redeliver", Fault(error=ForgeRefused("too old; nothing can be done")))
    host.add_delivery("refused", status=502, ago_s=10)
    host.add_delivery("lost", status=502, ago_s=5)
    run(sweep_on(forge, Minutes(host, sleeps=20)))
    assert again(host) == ["lost"]
    (line,) = [line for line in lines.of if line["level"] == "warning"]
    assert (line["message"], line["delivery"], line["reason"]) == (
        "a delivery is not made again",
        "refused",
        "too old; nothing can be done",
    )


def test_what_is_remembered_does_not_grow(host):
    host.webhook = lambda _guid: 503
    sweep = sweep_on(FakeForge(host), Minutes(host))
    for at in range(30):
        host.add_delivery(f"g{at}", status=502)
        anyio.run(sweep.tick)
        host.now_s += DAY_S
    assert len(sweep._asked) <= 4


def test_an_answer_that_was_lost_leaves_one_job(host, served):
    body = json.dumps(comment("/codeopt help")).encode()
    guid = "72d3162e-cc78-11e3-81ab-4c9367dc0958"

    def webhook(_guid: str) -> int:
        # The first two attempts are kept, and their answers do not come through.
        answer = served.client.post("/webhook", content=body, headers=headers(body, event="issue_comment", guid=guid))
        return 0 if len(host.deliveries()) < 3 else int(answer.status_code)

    host.webhook = webhook
    host.add_delivery(guid, status=502, event="issue_comment")
    run(sweep_on(FakeForge(host), Minutes(host, sleeps=60)))
    assert [one.status for one in host.deliveries()] == [502, 0, 0, 202]
    assert len(served.jobs()) == 1
