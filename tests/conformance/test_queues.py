"""Every queue passes the suite, the fake one included: in memory, in SQLite, and in PostgreSQL where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt.adapters.queue.memory import MemoryQueue
from codeopt.adapters.queue.sql import SqlQueue
from codeopt.model.bot import Claim
from codeopt.ports import Queue
from tests.conformance.queue_suite import QUEUE_CHECKS, RETRIES, Clock, offer
from tests.postgres import postgres

__all__ = ["postgres"]

REPOSITORIES = ("octo/a", "octo/b", "")
# Steps after which nothing is due yet, a pause is over, or a lease has lapsed.
STEPS = (0.0, 9.0, 60.0)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opened(request, tmp_path):
    """Return what opens an empty queue that goes by a clock."""
    if request.param == "memory":
        return lambda clock: MemoryQueue(retries=RETRIES, clock=clock)
    if request.param == "sqlite":
        numbers = iter(range(10_000))
        return lambda clock: SqlQueue(f"sqlite:///{tmp_path}/{next(numbers)}.db", retries=RETRIES, clock=clock)
    cluster = request.getfixturevalue("postgres")

    def in_postgres(clock: Clock) -> Queue:
        cluster.clear()
        return SqlQueue(cluster.url, retries=RETRIES, clock=clock)

    return in_postgres


@pytest.mark.parametrize("check", QUEUE_CHECKS, ids=lambda check: check.__name__)
def test_queue(opened, check):
    clock = Clock()
    with closing(opened(clock)) as queue:
        check(queue, clock)


@dataclass(frozen=True)
class Step:
    """Something that a program does to a queue; `number` chooses a delivery, or one of the claims so far."""

    act: str
    number: int
    lane: int
    passes_s: float


ACTS = ("offer", "offer", "claim", "claim", "finish", "fail", "lost", "renew", "release", "forget")
STEP = st.builds(Step, act=st.sampled_from(ACTS), number=st.integers(0, 5), lane=st.integers(0, 2), passes_s=st.sampled_from(STEPS))


def story(queue: Queue, clock: Clock, steps: list[Step]) -> list[object]:
    """Do the steps one after the other; return all that the queue said, but for the secret tokens of its claims."""
    claims: list[Claim] = []
    acts: dict[str, Callable[[Claim], object]] = {
        "finish": lambda claim: queue.finish(claim, "effect"),
        "fail": lambda claim: queue.fail(claim, "fault"),
        "lost": lambda claim: queue.fail(claim, "fault", final=True),
        "renew": lambda claim: queue.renew(claim, lease_s=60.0),
        "release": queue.release,
    }
    said: list[object] = []
    for step in steps:
        clock.now += step.passes_s
        if step.act == "offer":
            repository = REPOSITORIES[step.lane]
            said.append(offer(queue, f"{repository}/{step.number}", repository=repository))
        elif step.act == "claim":
            claim = queue.claim(lease_s=60.0)
            claims += [claim] if claim else []
            said.append(claim and replace(claim, token=""))
        elif step.act == "forget":
            said.append(queue.forget(older_than_s=30.0))
        elif claims:
            said.append(acts[step.act](claims[-1 - step.number % len(claims)]))
    return [*said, *(queue.jobs(lane) for lane in ("octo/a", "octo/b", "installation/7")), queue.counts()]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(steps=st.lists(STEP, max_size=25))
def test_all_queues_tell_the_same_story(opened, steps):
    wanted = story(MemoryQueue(retries=RETRIES, clock=(clock := Clock())), clock, steps)
    with closing(opened(clock := Clock())) as queue:
        assert story(queue, clock, steps) == wanted
