from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.bot.limits import Limits
from tests.conformance.queue_suite import Clock


def test_ten_seconds_worth_may_come_at_once():
    limits = Limits(rate=100.0, installation_rate=2.0, clock=Clock())
    assert [limits.take(1) for _ in range(20)] == [0.0] * 20
    assert limits.take(1) == pytest.approx(0.5)


def test_a_bucket_fills_with_time_and_not_beyond_its_size():
    clock = Clock()
    limits = Limits(rate=100.0, installation_rate=1.0, clock=clock)
    while not limits.take(1):
        pass
    clock.now += 2.0
    assert [limits.take(1) for _ in range(3)] == [0.0, 0.0, pytest.approx(1.0)]
    clock.now += 1000.0
    assert [limits.take(1) for _ in range(11)] == [0.0] * 10 + [pytest.approx(1.0)]


def test_what_is_refused_is_not_counted():
    clock = Clock()
    limits = Limits(rate=0.1, installation_rate=0.1, clock=clock)
    assert limits.take(1) == 0.0
    for _ in range(5):
        assert limits.take(1) == pytest.approx(10.0)
    clock.now += 10.0
    assert limits.take(2) == 0.0


def test_many_installations_are_not_all_remembered():
    limits = Limits(rate=1e9, installation_rate=1.0, clock=Clock())
    for installation in range(10_050):
        limits.take(installation)
    assert len(limits._each) == 10_000


@given(
    rate=st.floats(0.1, 50),
    own=st.floats(0.1, 50),
    gaps=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 3)), max_size=200),
)
def test_never_more_pass_than_the_rates_allow(rate, own, gaps):
    clock = Clock()
    limits, passed, began = Limits(rate=rate, installation_rate=own, clock=clock), {1: 0, 2: 0, 3: 0}, clock.now
    for gap, installation in gaps:
        clock.now += gap
        passed[installation] += limits.take(installation) == 0.0
    elapsed = clock.now - began
    assert sum(passed.values()) <= max(1.0, 10 * rate) + rate * elapsed + 1e-3
    assert max(passed.values()) <= max(1.0, 10 * own) + own * elapsed + 1e-3


@given(rate=st.floats(0.1, 50), more=st.integers(0, 30))
def test_whoever_waits_as_long_as_told_is_let_in(rate, more):
    clock = Clock()
    limits = Limits(rate=rate, installation_rate=rate, clock=clock)
    for _ in range(more):
        while not (wait_s := limits.take(1)):
            pass
        clock.now += wait_s + 1e-6
        assert limits.take(1) == 0.0
