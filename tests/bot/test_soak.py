"""The service as a process, over HTTP, killed again and again: the small version of `python -m benchmarks.bot.soak`."""

from __future__ import annotations

from benchmarks.bot.sending import load
from benchmarks.bot.soak import Plan, soak
from tests.postgres import postgres

__all__ = ["postgres"]


def test_kills_lose_nothing_and_repeat_nothing_in_sqlite(tmp_path):
    result = soak(Plan(deliveries=600, kills=4, seed=1), tmp_path)
    assert result.problems == ()
    assert (result.deliveries, result.distinct, result.kills) == (600, 400, 4)
    assert sum(result.outcomes.values()) == 600


def test_kills_lose_nothing_and_repeat_nothing_in_postgresql(tmp_path, postgres):
    postgres.clear()
    result = soak(Plan(deliveries=240, kills=2, seed=2, database=postgres.url), tmp_path)
    assert result.problems == ()
    assert (result.deliveries, result.distinct, result.kills) == (240, 160, 2)


def test_a_third_of_what_is_sent_repeats_something():
    work = load(deliveries=300, repositories=5, clients=3, seed=0)
    sent = [one for lane in work.lanes for one in lane]
    assert len(sent) == 300
    assert len({(one.repository, one.number) for one in sent}) == 200
    assert 200 < len({one.guid for one in sent}) < 300
