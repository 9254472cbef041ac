"""What every queue must do. `QUEUE_CHECKS` are functions that take an empty queue and its clock; each fails by assertion."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from codeopt.model.bot import Claim, Counts, Delivery, Job, JobKind, JobOrigin, JobState, Retries
from codeopt.ports import Queue

__all__ = ["QUEUE_CHECKS", "RETRIES", "Clock", "delivery", "job", "offer", "work_together"]

RETRIES = Retries(attempts=3, first_s=10.0, longest_s=15.0)
LEASE_S = 60.0
# Longer than any pause between two attempts.
LONG_S = 100.0
THREADS = 8
LANES = 4
EACH = 10


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def delivery(name: str, *, content: str = "", repository: str = "octo/demo") -> Delivery:
    """Return a delivery; its content is told apart by its name."""
    return Delivery(
        id=name,
        event="issue_comment",
        action="created",
        content_key=content or f"content of {name}",
        repository=repository,
        installation=7,
        received_s=1_700_000_000.25,
        payload=b"\xff\x00{" + name.encode(),
    )


def job(name: str, *, repository: str = "octo/demo") -> Job:
    """Return the job that comes of a delivery of that name."""
    return Job(
        id=f"job of {name}",
        repository=repository,
        installation=7,
        kind=JobKind.OPTIMIZE,
        origin=JobOrigin.COMMENT,
        asked_by="mona",
        arguments=("pkg/ä.py::f", "\x00\ud800"),
        number=12,
        comment=2**40,
        commit="c0ffee",
    )


def offer(queue: Queue, name: str, *, repository: str = "octo/demo") -> bool:
    """Offer a delivery and its job."""
    return queue.offer(delivery(name, repository=repository), job(name, repository=repository))


def claimed(queue: Queue) -> Claim:
    """Claim a job that must be there."""
    claim = queue.claim(lease_s=LEASE_S)
    assert claim is not None
    return claim


def names(queue: Queue, lane: str = "octo/demo") -> list[str]:
    return [kept.id.removeprefix("job of ") for kept in queue.jobs(lane)]


def states(queue: Queue, lane: str = "octo/demo") -> list[str]:
    return [kept.state.value for kept in queue.jobs(lane)]


def an_empty_queue_has_nothing_to_do(queue: Queue, clock: Clock) -> None:
    assert queue.claim(lease_s=LEASE_S) is None
    assert queue.jobs("octo/demo") == ()
    assert queue.counts() == Counts(jobs=dict.fromkeys(JobState, 0), oldest_waiting_s=0.0)
    assert queue.forget(older_than_s=0.0) == 0


def a_job_comes_back_as_it_was_offered(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    claim = claimed(queue)
    assert claim.delivery == delivery("a")
    assert claim.job == replace(job("a"), state=JobState.RUNNING, attempts=1)
    assert queue.jobs("octo/demo") == (claim.job,)


def a_delivery_is_kept_once_whatever_became_of_it(queue: Queue, clock: Clock) -> None:
    for lane, (name, end) in enumerate({"waits": "", "runs": "", "done": "finish", "failed": "fail"}.items()):
        assert offer(queue, name, repository=f"octo/{lane}")
        if name != "waits":
            claim = next(claim for claim in iter(lambda: queue.claim(lease_s=LEASE_S), None) if claim.delivery.id == name)
            if end == "finish":
                assert queue.finish(claim, "")
            if end == "fail":
                assert queue.fail(claim, "", final=True) is JobState.FAILED
        assert not offer(queue, name, repository=f"octo/{lane}")
    assert [len(queue.jobs(f"octo/{lane}")) for lane in range(4)] == [1, 1, 1, 1]


def the_same_id_with_other_content_is_no_new_job(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    assert not queue.offer(delivery("a", content="other"), job("other"))
    assert names(queue) == ["a"]


def the_same_content_under_another_id_is_no_new_job(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    assert not queue.offer(delivery("b", content="content of a"), job("b"))
    assert names(queue) == ["a"]
    # What was refused took nothing: its id is free for content of its own.
    assert queue.offer(delivery("b", content="of its own"), job("b"))
    assert names(queue) == ["a", "b"]


def jobs_of_a_lane_run_one_after_the_other_in_order(queue: Queue, clock: Clock) -> None:
    for name in "cab":
        assert offer(queue, name)
    for name in "cab":
        claim = claimed(queue)
        assert claim.delivery.id == name
        assert queue.claim(lease_s=LEASE_S) is None
        assert queue.finish(claim, "")
    assert queue.claim(lease_s=LEASE_S) is None


def lanes_run_side_by_side(queue: Queue, clock: Clock) -> None:
    for number in range(3):
        for name in "ab":
            assert offer(queue, f"{name}{number}", repository=f"octo/{number}")
    assert {claimed(queue).delivery.id for _ in range(3)} == {"a0", "a1", "a2"}
    assert queue.claim(lease_s=LEASE_S) is None


def a_lane_with_much_to_do_does_not_starve_others(queue: Queue, clock: Clock) -> None:
    for name in "abc":
        assert offer(queue, name)
    clock.now += 1
    assert offer(queue, "other", repository="octo/other")
    clock.now += 1
    seen = []
    for _ in range(4):
        claim = claimed(queue)
        seen.append(claim.delivery.id)
        assert queue.finish(claim, "")
        clock.now += 1
    assert seen == ["a", "other", "b", "c"]


def jobs_about_an_installation_have_a_lane_of_their_own(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a", repository="")
    assert names(queue, "installation/7") == ["a"]
    assert claimed(queue).job.lane == "installation/7"


def a_finished_job_keeps_its_effect(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    assert queue.finish(claimed(queue), "https://github.example/octo/demo/pull/3 ää 😀")
    (kept,) = queue.jobs("octo/demo")
    assert kept == replace(job("a"), state=JobState.DONE, attempts=1, effect="https://github.example/octo/demo/pull/3 ää 😀")


def a_job_ends_once(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    claim = claimed(queue)
    assert queue.finish(claim, "first")
    assert not queue.finish(claim, "second")
    assert queue.fail(claim, "third") is None
    assert not queue.release(claim)
    assert not queue.renew(claim, lease_s=LEASE_S)
    assert queue.jobs("octo/demo")[0].effect == "first"
    assert states(queue) == ["done", "waiting"]


def a_lease_that_lapses_makes_the_job_due_again(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    claimed(queue)
    clock.now += LEASE_S - 1
    assert queue.claim(lease_s=LEASE_S) is None
    clock.now += 1
    again = claimed(queue)
    assert (again.delivery.id, again.job.attempts) == ("a", 2)


def a_lost_claim_is_not_heard(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    lost = claimed(queue)
    clock.now += LEASE_S
    current = claimed(queue)
    assert not queue.renew(lost, lease_s=LEASE_S)
    assert not queue.finish(lost, "too late")
    assert queue.fail(lost, "too late", final=True) is None
    assert not queue.release(lost)
    assert queue.finish(current, "in time")
    assert queue.jobs("octo/demo")[0].effect == "in time"


def a_claim_that_lapsed_and_that_nobody_took_still_counts(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    claim = claimed(queue)
    clock.now += 10 * LEASE_S
    assert queue.renew(claim, lease_s=LEASE_S)
    assert queue.claim(lease_s=LEASE_S) is None
    clock.now += 10 * LEASE_S
    assert queue.finish(claim, "late")


def a_renewed_lease_does_not_lapse(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    claim = claimed(queue)
    for _ in range(5):
        clock.now += LEASE_S - 1
        assert queue.renew(claim, lease_s=LEASE_S)
        assert queue.claim(lease_s=LEASE_S) is None


def a_failed_attempt_is_made_again_after_a_pause_that_holds_up_its_lane_alone(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    assert queue.fail(claimed(queue), "the forge is down") is JobState.WAITING
    assert queue.jobs("octo/demo")[0].fault == "the forge is down"
    clock.now += RETRIES.delay_s("job of a", 1) - 0.5
    assert queue.claim(lease_s=LEASE_S) is None
    assert offer(queue, "other", repository="octo/other")
    assert claimed(queue).delivery.id == "other"
    clock.now += 0.5
    again = claimed(queue)
    assert (again.delivery.id, again.job.attempts) == ("a", 2)
    assert queue.finish(again, "")
    assert queue.jobs("octo/demo")[0].fault == ""


def attempts_are_bounded(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    seen = []
    for number in range(RETRIES.attempts):
        seen.append(queue.fail(claimed(queue), f"fault {number}"))
        clock.now += LONG_S
    assert seen == [JobState.WAITING, JobState.WAITING, JobState.FAILED]
    assert queue.jobs("octo/demo")[0].fault == "fault 2"
    assert claimed(queue).delivery.id == "b"


def a_fault_that_no_attempt_can_help_is_final(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    assert queue.fail(claimed(queue), "no such function", final=True) is JobState.FAILED
    assert claimed(queue).delivery.id == "b"
    assert states(queue) == ["failed", "running"]


def a_job_that_ends_its_worker_each_time_fails_in_the_end(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    for _ in range(RETRIES.attempts):
        assert claimed(queue).delivery.id == "a"
        clock.now += LEASE_S
    assert claimed(queue).delivery.id == "b"
    assert states(queue) == ["failed", "running"]
    assert queue.jobs("octo/demo")[0].fault == "its worker was lost 3 times"


def a_lane_of_such_jobs_alone_ends(queue: Queue, clock: Clock) -> None:
    assert offer(queue, "a")
    for _ in range(RETRIES.attempts):
        claimed(queue)
        clock.now += LEASE_S
    assert queue.claim(lease_s=LEASE_S) is None
    assert states(queue) == ["failed"]
    assert offer(queue, "b")
    assert claimed(queue).delivery.id == "b"


def a_released_job_is_due_at_once_and_lost_no_attempt(queue: Queue, clock: Clock) -> None:
    for name in "ab":
        assert offer(queue, name)
    for _ in range(2 * RETRIES.attempts):
        claim = claimed(queue)
        assert (claim.delivery.id, claim.job.attempts) == ("a", 1)
        assert queue.release(claim)
    assert states(queue) == ["waiting", "waiting"]


def jobs_are_counted_by_state(queue: Queue, clock: Clock) -> None:
    for number, name in enumerate("abcde"):
        assert offer(queue, name, repository=f"octo/{number}")
        clock.now += 1
    assert queue.finish(claimed(queue), "")
    assert queue.fail(claimed(queue), "", final=True) is JobState.FAILED
    claimed(queue)
    jobs = {JobState.WAITING: 2, JobState.RUNNING: 1, JobState.DONE: 1, JobState.FAILED: 1}
    assert queue.counts() == Counts(jobs=jobs, oldest_waiting_s=2.0)


def only_what_ended_long_ago_is_forgotten(queue: Queue, clock: Clock) -> None:
    for name in ("done", "failed", "late", "waits"):
        assert offer(queue, name)
    assert queue.finish(claimed(queue), "")
    assert queue.fail(claimed(queue), "", final=True) is JobState.FAILED
    late = claimed(queue)
    clock.now += 100
    assert queue.finish(late, "")
    clock.now += 1
    assert queue.forget(older_than_s=50) == 2
    assert names(queue) == ["late", "waits"]
    assert queue.forget(older_than_s=50) == 0
    assert offer(queue, "done")
    assert not offer(queue, "late")
    assert not offer(queue, "waits")
    assert names(queue) == ["late", "waits", "done"]
    assert claimed(queue).delivery.id == "waits"


def many_can_be_forgotten(queue: Queue, clock: Clock) -> None:
    for number in range(230):
        assert offer(queue, str(number), repository=f"octo/{number % 3}")
        assert queue.finish(claimed(queue), "")
    clock.now += 1
    assert queue.forget(older_than_s=0.5) == 230
    assert queue.counts().jobs[JobState.DONE] == 0


def several_threads_do_each_job_once_and_in_order(queue: Queue, clock: Clock) -> None:
    work_together([queue])


def work_together(queues: Sequence[Queue]) -> None:
    """Offer by some threads and work by others, in turn on one queue or another, all of which lie in one place."""
    wanted = {str(lane): [f"{lane}/{number}" for number in range(EACH)] for lane in range(LANES)}
    kept, done, at_work = Counter[str](), {lane: list[str]() for lane in wanted}, Counter[str]()
    turn, left = threading.Lock(), threading.Semaphore(LANES * EACH)

    def offering(lane: str) -> None:
        for number, name in enumerate(wanted[lane]):
            for again in range(2):
                kept[name] += offer(queues[(number + again) % len(queues)], name, repository=lane)

    def working(number: int) -> None:
        queue = queues[number % len(queues)]
        while left.acquire(blocking=False):
            while (claim := queue.claim(lease_s=LEASE_S)) is None:
                pass
            with turn:
                at_work[claim.job.lane] += 1
            done[claim.job.lane].append(claim.delivery.id)
            assert at_work[claim.job.lane] == 1
            with turn:
                at_work[claim.job.lane] -= 1
            assert queue.finish(claim, "")

    with ThreadPoolExecutor(LANES + THREADS) as pool:
        ends = [pool.submit(offering, lane) for lane in wanted] + [pool.submit(working, number) for number in range(THREADS)]
        for end in ends:
            end.result()
    assert set(kept.values()) == {1}
    assert done == wanted
    assert queues[0].claim(lease_s=LEASE_S) is None


QUEUE_CHECKS: tuple[Callable[[Queue, Clock], None], ...] = (
    an_empty_queue_has_nothing_to_do,
    a_job_comes_back_as_it_was_offered,
    a_delivery_is_kept_once_whatever_became_of_it,
    the_same_id_with_other_content_is_no_new_job,
    the_same_content_under_another_id_is_no_new_job,
    jobs_of_a_lane_run_one_after_the_other_in_order,
    lanes_run_side_by_side,
    a_lane_with_much_to_do_does_not_starve_others,
    jobs_about_an_installation_have_a_lane_of_their_own,
    a_finished_job_keeps_its_effect,
    a_job_ends_once,
    a_lease_that_lapses_makes_the_job_due_again,
    a_lost_claim_is_not_heard,
    a_claim_that_lapsed_and_that_nobody_took_still_counts,
    a_renewed_lease_does_not_lapse,
    a_failed_attempt_is_made_again_after_a_pause_that_holds_up_its_lane_alone,
    attempts_are_bounded,
    a_fault_that_no_attempt_can_help_is_final,
    a_job_that_ends_its_worker_each_time_fails_in_the_end,
    a_lane_of_such_jobs_alone_ends,
    a_released_job_is_due_at_once_and_lost_no_attempt,
    jobs_are_counted_by_state,
    only_what_ended_long_ago_is_forgotten,
    many_can_be_forgotten,
    several_threads_do_each_job_once_and_in_order,
)
