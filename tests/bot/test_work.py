from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import pytest

from codeopt.adapters.queue.memory import MemoryQueue
from codeopt.bot.dry_run import DryRun
from codeopt.bot.metrics import Metrics
from codeopt.bot.work import Pace, Workers
from codeopt.errors import QueueError, SandboxUnavailable, TargetError
from codeopt.model.bot import Claim, Delivery, Job, JobState
from tests.conformance.queue_suite import LEASE_S, RETRIES, Clock, job, offer

# Nothing in these tests waits for a poll, for a lease or for the end of a drain, unless it is about that.
PACE = Pace(workers=2, lease_s=3600.0, drain_s=3600.0, poll_s=3600.0)


@dataclass
class Told:
    """A handler that does what a test says, and remembers the jobs it had."""

    act: Callable[[Job], Awaitable[str]]
    had: list[str] = field(default_factory=list)

    async def handle(self, job: Job, delivery: Delivery) -> str:
        assert delivery.payload.endswith(delivery.id.encode())
        self.had.append(delivery.id)
        return await self.act(job)


class Flaky(MemoryQueue):
    """A queue whose database is gone for a while: each method fails so many times."""

    def __init__(self, **failures: int) -> None:
        super().__init__(retries=RETRIES, clock=Clock())
        self.failures, self.asked = failures, dict.fromkeys(("claim", "renew", "finish"), 0)

    def _gone(self, method: str) -> None:
        self.asked[method] += 1
        if self.asked[method] <= self.failures.get(method, 0):
            raise QueueError("queue.db: the disk is full; free some space")

    def claim(self, *, lease_s: float) -> Claim | None:
        self._gone("claim")
        return super().claim(lease_s=lease_s)

    def renew(self, claim: Claim, *, lease_s: float) -> bool:
        self._gone("renew")
        return super().renew(claim, lease_s=lease_s)

    def finish(self, claim: Claim, effect: str) -> bool:
        self._gone("finish")
        return super().finish(claim, effect)


def queue_of(*names: str, queue: MemoryQueue | None = None) -> MemoryQueue:
    queue = queue or MemoryQueue(retries=RETRIES, clock=Clock())
    for name in names:
        assert offer(queue, name, repository=f"octo/{name[0]}")
    return queue


def work(queue: MemoryQueue, act: Callable[[Job, Workers], Awaitable[str]], *, pace: Pace = PACE) -> Told:
    """Work until the handler stops the workers."""

    async def main() -> Told:
        told = Told(lambda job: act(job, workers))
        workers = Workers(queue, told, pace=pace, metrics=Metrics())
        await workers.run()
        return told

    return anyio.run(main)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another task brings about."""
    while not holds():  # noqa: ASYNC110 - what is waited for is told by no event
        await anyio.sleep(0.001)


def ended(queue: MemoryQueue) -> bool:
    """Say whether all jobs but those that run now have ended."""
    counts = queue.counts().jobs
    return counts[JobState.WAITING] == 0 and counts[JobState.RUNNING] <= 1


def state(queue: MemoryQueue, lane: str = "octo/a") -> list[tuple[str, str, str]]:
    return [(kept.state.value, kept.effect, kept.fault) for kept in queue.jobs(lane)]


def test_jobs_are_done_in_order_and_their_effects_kept():
    queue = queue_of("a1", "a2", "a3")

    async def act(job: Job, workers: Workers) -> str:
        if ended(queue):
            workers.stop()
        return f"effect of {job.id}\nin one line"

    told = work(queue, act)
    assert told.had == ["a1", "a2", "a3"]
    assert state(queue) == [("done", f"effect of job of {name} in one line", "") for name in told.had]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_so_many_jobs_run_at_once_and_no_more(count):
    queue, running, most = queue_of("a", "b", "c", "d", "e"), set[str](), set[int]()

    async def act(job: Job, workers: Workers) -> str:
        running.add(job.id)
        most.add(len(running))
        await until(lambda: count in most)
        await anyio.sleep(0.001)
        running.discard(job.id)
        if not queue.counts().jobs[JobState.WAITING]:
            workers.stop()
        return ""

    work(queue, act, pace=Pace(workers=count, lease_s=3600.0, drain_s=3600.0, poll_s=3600.0))
    assert max(most) == count
    assert queue.counts().jobs[JobState.DONE] == 5


def faulted(error: Exception) -> MemoryQueue:
    queue = queue_of("a")

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        raise error

    work(queue, act)
    return queue


def test_what_cannot_be_done_is_not_tried_again():
    assert state(faulted(TargetError("no such function: a.py::g"))) == [("failed", "", "no such function: a.py::g")]


def test_what_could_not_be_done_now_is_tried_again():
    assert state(faulted(SandboxUnavailable("the engine is gone"))) == [("waiting", "", "the engine is gone")]


def test_a_broken_handler_is_an_attempt_and_its_text_stays_inside(lines):
    assert state(faulted(ValueError("s3cret"))) == [("waiting", "", "internal error: ValueError")]
    assert "s3cret" not in lines.text
    assert [line.get("exception") for line in lines.of] == ["ValueError", None]


def test_each_attempt_has_one_line(lines):
    queue = queue_of("a")

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        return "https://github.example/octo/a/pull/3"

    work(queue, act)
    (line,) = lines.of
    assert line["message"] == "job"
    wanted = {"job": "job of a", "delivery": "a", "kind": "optimize", "repository": "octo/a", "attempt": 1, "outcome": "done"}
    assert wanted.items() <= line.items()
    assert line["effect"].endswith("/pull/3")
    assert json.dumps("\xff") not in lines.text


def test_leases_are_renewed_while_a_job_runs():
    queue = queue_of("a", queue=Flaky())

    async def act(job: Job, workers: Workers) -> str:
        await until(lambda: queue.asked["renew"] >= 3)
        workers.stop()
        return "done"

    work(queue, act, pace=Pace(workers=1, lease_s=0.03, drain_s=3600.0, poll_s=3600.0))
    assert state(queue) == [("done", "done", "")]


def test_a_job_that_another_worker_has_is_given_up(lines):
    queue = MemoryQueue(retries=RETRIES, clock=(clock := Clock()))
    assert offer(queue, "a", repository="octo/a")

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        clock.now += LEASE_S
        assert queue.claim(lease_s=LEASE_S)
        await anyio.sleep_forever()
        return "never"

    work(queue, act, pace=Pace(workers=1, lease_s=0.03, drain_s=3600.0, poll_s=3600.0))
    assert [(kept.state, kept.attempts) for kept in queue.jobs("octo/a")] == [(JobState.RUNNING, 2)]
    assert lines.of[-1]["outcome"] == "lost"


def test_a_database_that_is_gone_for_a_moment_costs_nothing():
    queue = queue_of("a", queue=Flaky(claim=2, renew=1, finish=2))

    async def act(job: Job, workers: Workers) -> str:
        await until(lambda: queue.asked["renew"] >= 2)
        workers.stop()
        return "done"

    work(queue, act, pace=Pace(workers=1, lease_s=3.0, drain_s=3600.0, poll_s=0.01))
    assert state(queue) == [("done", "done", "")]
    assert queue.asked["finish"] == 3


def test_a_job_whose_lease_cannot_be_renewed_in_time_is_given_up(lines):
    queue = queue_of("a", queue=Flaky(renew=1000))

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        await anyio.sleep_forever()
        return "never"

    work(queue, act, pace=Pace(workers=1, lease_s=0.03, drain_s=3600.0, poll_s=3600.0))
    assert lines.of[-1]["outcome"] == "lost"


def test_what_runs_at_a_stop_may_end_and_nothing_more_begins():
    queue = queue_of("a1", "a2")

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        await anyio.sleep(0.01)
        return "done"

    assert work(queue, act).had == ["a1"]
    assert state(queue) == [("done", "done", ""), ("waiting", "", "")]


def test_what_has_not_ended_in_time_is_given_back():
    queue = queue_of("a")

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        await anyio.sleep_forever()
        return "never"

    work(queue, act, pace=Pace(workers=1, lease_s=3600.0, drain_s=0.01, poll_s=3600.0))
    assert [(kept.state, kept.attempts) for kept in queue.jobs("octo/a")] == [(JobState.WAITING, 0)]


def test_a_second_signal_gives_back_at_once():
    queue = queue_of("a", "b")

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        workers.hurry()
        await anyio.sleep_forever()
        return "never"

    work(queue, act)
    assert queue.counts().jobs[JobState.WAITING] == 2


def test_news_wake_workers_that_wait():
    queue = MemoryQueue(retries=RETRIES, clock=Clock())

    async def main() -> None:
        done = anyio.Event()

        async def act(job: Job) -> str:
            done.set()
            return ""

        workers = Workers(queue, Told(act), pace=PACE, metrics=Metrics())
        async with anyio.create_task_group() as group:
            group.start_soon(workers.run)
            await anyio.sleep(0.05)
            assert offer(queue, "a")
            workers.news()
            await done.wait()
            workers.stop()

    anyio.run(main)
    assert queue.counts().jobs[JobState.DONE] == 1


def test_jobs_of_other_processes_are_found_by_looking():
    queue = MemoryQueue(retries=RETRIES, clock=Clock())

    async def main() -> None:
        done = anyio.Event()

        async def act(job: Job) -> str:
            done.set()
            return ""

        workers = Workers(queue, Told(act), pace=Pace(workers=1, poll_s=0.01), metrics=Metrics())
        async with anyio.create_task_group() as group:
            group.start_soon(workers.run)
            await anyio.sleep(0.03)
            assert offer(queue, "a")
            await done.wait()
            workers.stop()

    anyio.run(main)


def test_old_jobs_are_forgotten():
    queue = MemoryQueue(retries=RETRIES, clock=(clock := Clock()))
    for name in ("old", "new"):
        assert offer(queue, name, repository="octo/a")
    claim = queue.claim(lease_s=LEASE_S)
    assert claim is not None
    assert queue.finish(claim, "")
    clock.now += 100.0

    async def act(job: Job, workers: Workers) -> str:
        workers.stop()
        return ""

    work(queue, act, pace=Pace(workers=1, lease_s=3600.0, drain_s=3600.0, poll_s=0.01, keep_s=50.0))
    assert [kept.id for kept in queue.jobs("octo/a")] == ["job of new"]


def test_without_workers_nothing_is_claimed():
    queue = queue_of("a")

    async def main() -> None:
        workers = Workers(queue, DryRun(), pace=Pace(workers=0), metrics=Metrics())
        async with anyio.create_task_group() as group:
            group.start_soon(workers.run)
            await anyio.sleep(0.02)
            workers.stop()

    anyio.run(main)
    assert state(queue) == [("waiting", "", "")]


def test_a_dry_run_says_what_would_be_done():
    asked = job("a")
    delivery = Delivery(id="a", event="", action="", content_key="", repository="", installation=7, received_s=0.0, payload=b"")
    text = anyio.run(DryRun().handle, asked, delivery)
    assert text == f"dry run: would optimize {' '.join(asked.arguments)} for octo/demo#12"
