from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.bot import Retries

RETRIES = Retries(attempts=5, first_s=15.0, longest_s=900.0)


def test_pauses_double_up_to_the_longest():
    middle = [sum(RETRIES.delay_s(str(job), attempt) for job in range(500)) / 500 for attempt in range(1, 9)]
    wanted = [15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    assert all(0.95 * one <= seen <= 1.05 * one for one, seen in zip(wanted, middle, strict=True))


@given(job=st.text(max_size=40), attempt=st.integers(1, 10**6))
def test_a_pause_is_off_by_a_quarter_at_most_and_the_same_each_time(job, attempt):
    seconds = RETRIES.delay_s(job, attempt)
    whole = min(900.0, 15.0 * 2.0 ** min(attempt - 1, 60))
    assert 0.75 * whole <= seconds <= 1.25 * whole
    assert seconds == RETRIES.delay_s(job, attempt)


def test_jobs_that_failed_together_do_not_come_back_together():
    assert len({RETRIES.delay_s(str(job), 1) for job in range(100)}) == 100
