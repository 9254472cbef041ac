from __future__ import annotations

from datetime import UTC, datetime

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.fake_forge import FakeForge, Fault
from codeopt.adapters.fake_host import FakeHost
from codeopt.adapters.queue.memory import MemoryQueue
from codeopt.adapters.queue.sql import SqlQueue
from codeopt.bot.policy import Policy
from codeopt.bot.schedule import Schedule, due_jobs, wanted_now
from codeopt.errors import ForgeUnavailable, QueueError
from codeopt.model.bot import JobKind, JobOrigin
from codeopt.model.forge import InstalledRepository, RepositoryName

NAME = "acme/widgets"
HOUR_S, DAY_S = 3600.0, 86400.0
# The last hour of Sunday 6 December 2026, in which everything is due that will be in its day and week.
SUNDAY_S = datetime(2026, 12, 6, 23, tzinfo=UTC).timestamp()


class Hours:
    """A clock that a test moves, and a sleep that moves it; after so many sleeps the schedule is cancelled, as at the service's end."""

    def __init__(self, now_s: float = SUNDAY_S, *, sleeps: int = 1) -> None:
        self.now_s, self.slept_s, self.left = now_s, [], sleeps

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_s += seconds
        if len(self.slept_s) == self.left:
            raise _Ended


class _Ended(BaseException):
    """The service ends."""


@pytest.fixture
def host(tmp_path):
    made = FakeHost(tmp_path / "host")
    made.add_repository(NAME, {"a.py": "a = 1\n"})
    return made


def scheduled(forge, queue, hours, news=lambda: None) -> Schedule:
    return Schedule(forge, queue, news=news, clock=hours, sleep=hours.sleep)


def told(queue, lane=NAME) -> list[tuple[str, ...]]:
    return sorted(job.arguments for job in queue.jobs(lane))


def run(schedule: Schedule) -> None:
    with pytest.raises(_Ended):
        anyio.run(schedule.run)


def test_each_repository_gets_a_job_of_the_day_and_one_of_the_week(host):
    host.add_repository("acme/other", {"a.py": "a = 1\n"})
    queue, news = MemoryQueue(), []
    assert anyio.run(scheduled(FakeForge(host), queue, Hours(), lambda: news.append(None)).tick) == 4
    for lane in (NAME, "acme/other"):
        assert told(queue, lane) == [("daily", "2026-12-06"), ("weekly", "2026-W49")]
    job = queue.jobs(NAME)[0]
    assert (job.kind, job.origin, job.asked_by, job.repository, job.installation) == (JobKind.FOLLOW, JobOrigin.SCHEDULE, "", NAME, 1)
    assert len(news) == 1


def test_every_hour_it_looks_again_and_makes_each_job_once(host):
    queue, forge, hours = MemoryQueue(), FakeForge(host), Hours(SUNDAY_S + HOUR_S, sleeps=14 * 24)
    run(scheduled(forge, queue, hours))
    assert hours.slept_s == [HOUR_S] * (14 * 24)
    assert forge.calls == ["repositories"] * (14 * 24)
    assert told(queue) == [*(("daily", f"2026-12-{day:02}") for day in range(7, 21)), ("weekly", "2026-W50"), ("weekly", "2026-W51")]


@pytest.mark.parametrize("address", ["memory", "sqlite"])
def test_several_services_and_one_that_starts_anew_make_one_job(host, tmp_path, address):
    queues = [MemoryQueue()] * 3 if address == "memory" else [SqlQueue(f"sqlite:///{tmp_path / 'jobs.db'}") for _ in range(3)]
    made = [anyio.run(scheduled(FakeForge(host), queue, Hours(SUNDAY_S + at)).tick) for at, queue in enumerate(queues)]
    assert made == [2, 0, 0]
    assert len(told(queues[0])) == 2
    for queue in queues:
        queue.close()


def test_a_day_without_service_is_not_made_up_for_and_a_week_is(host):
    queue = MemoryQueue()
    anyio.run(scheduled(FakeForge(host), queue, Hours(SUNDAY_S - 7 * DAY_S)).tick)
    anyio.run(scheduled(FakeForge(host), queue, Hours(SUNDAY_S)).tick)
    assert told(queue) == [("daily", "2026-11-29"), ("daily", "2026-12-06"), ("weekly", "2026-W48"), ("weekly", "2026-W49")]


def test_repositories_that_come_and_go_are_seen_at_the_next_hour(host):
    queue, forge, hours = MemoryQueue(), FakeForge(host), Hours()
    schedule = scheduled(forge, queue, hours)
    anyio.run(schedule.tick)
    host.uninstall(NAME)
    host.add_repository("acme/new", {})
    hours.now_s += DAY_S
    anyio.run(schedule.tick)
    assert ("daily", "2026-12-07") not in told(queue)
    assert ("daily", "2026-12-07") in told(queue, "acme/new")


@pytest.mark.parametrize(
    ("error", "pause_s"),
    [
        (ForgeUnavailable("down; try again"), HOUR_S),
        (ForgeUnavailable("wait; try again", retry_after_s=90), 90.0),
        (ForgeUnavailable("wait; try again", retry_after_s=0), 1.0),
        (ForgeUnavailable("wait; try again", retry_after_s=9e9), HOUR_S),
    ],
)
def test_a_host_that_is_down_is_logged_and_asked_again(host, lines, error, pause_s):
    queue, forge, hours = MemoryQueue(), FakeForge(host), Hours(SUNDAY_S - pause_s, sleeps=2)
    forge.fail("repositories", Fault(error=error))
    run(scheduled(forge, queue, hours))
    assert hours.slept_s == [pause_s, HOUR_S]
    first, second = lines.of
    assert (first["level"], first["message"], first["reason"]) == ("error", "the schedule cannot be kept", str(error))
    assert second["message"] == "the schedule was kept"
    assert len(told(queue)) == 2


class _Failing(MemoryQueue):
    """A queue whose n-th offer fails, once."""

    def __init__(self, at: int, error: Exception) -> None:
        super().__init__()
        self.left, self.error = at, error

    def offer(self, delivery, job):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return super().offer(delivery, job)


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("error", [QueueError("the disk is full; make room"), RuntimeError("odd")])
def test_what_could_not_be_kept_is_offered_again(host, lines, at, error):
    news, hours = [], Hours()
    queue = _Failing(at, error)
    schedule = scheduled(FakeForge(host), queue, hours, lambda: news.append(None))
    run(schedule)
    assert len(queue.jobs(NAME)) == at - 1
    assert len(news) == at - 1
    assert lines.of[0]["level"] == "error"
    hours.now_s = SUNDAY_S
    anyio.run(schedule.tick)
    assert len(told(queue)) == 2


def test_what_is_remembered_does_not_grow(host):
    hours = Hours()
    schedule = scheduled(FakeForge(host), MemoryQueue(), hours)
    for _ in range(30):
        anyio.run(schedule.tick)
        hours.now_s += DAY_S
    assert len(schedule._offered) <= 2


@given(st.integers(0, 10**9), st.from_regex(r"[a-z]{1,5}/[a-z]{1,5}", fullmatch=True))
def test_what_is_due_stays_due_to_the_end_of_its_day_and_week(minute, name):
    repository = InstalledRepository(name=RepositoryName.parse(name), installation=1)
    now, later = (datetime.fromtimestamp(60 * minute + more, tz=UTC) for more in (0, HOUR_S))
    due = {job.arguments: job.id for _, job in due_jobs(repository, now.timestamp())}
    next_due = {job.arguments: job.id for _, job in due_jobs(repository, later.timestamp())}
    for arguments, job in due.items():
        ended = now.date() != later.date() if arguments[0] == "daily" else now.isocalendar()[:2] != later.isocalendar()[:2]
        assert ended or next_due[arguments] == job


def first_hours(often: str, *, of: int) -> set[int]:
    """Return the hours, from Monday on, at which so many repositories first have that job."""
    names = [RepositoryName(owner="acme", name=f"r{at}") for at in range(of)]
    monday_s = SUNDAY_S + HOUR_S
    return {
        next(
            hour
            for hour in range(168)
            if often in {job.arguments[0] for _, job in due_jobs(InstalledRepository(name=name, installation=1), monday_s + hour * HOUR_S)}
        )
        for name in names
    }


def test_repositories_are_spread_over_the_hours():
    assert first_hours("daily", of=200) == set(range(24))
    assert len(first_hours("weekly", of=200)) > 80


def test_ids_are_the_same_however_the_name_is_spelled_and_differ_otherwise():
    spelled = [InstalledRepository(name=RepositoryName.parse(name), installation=1) for name in ("acme/a", "ACME/A", "acme/b")]
    ids = [{job.id for _, job in due_jobs(one, SUNDAY_S)} for one in spelled]
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]
    assert len(ids[0]) == 2


@pytest.mark.parametrize(("schedule", "wanted"), [("off", []), ("daily", ["daily"]), ("weekly", ["weekly"])])
def test_of_the_two_the_policy_chooses(schedule, wanted):
    jobs = [job for _, job in due_jobs(InstalledRepository(name=RepositoryName.parse(NAME), installation=1), SUNDAY_S)]
    assert [job.arguments[0] for job in jobs if wanted_now(job, Policy(schedule=schedule))] == wanted
