from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
import pytest

from codeopt.adapters.queue.engine import has_password
from codeopt.adapters.queue.sql import SqlQueue
from codeopt.errors import ConfigError, QueueError
from codeopt.model.bot import JobState, Retries
from tests.conformance.queue_suite import offer, work_together
from tests.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/queue.db"
    cluster = request.getfixturevalue("postgres")
    cluster.clear()
    return cluster.url


def refusal(address: str, kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        SqlQueue(address)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_offered_outlives_the_process(address):
    for name in "ab":
        with closing(SqlQueue(address)) as queue:
            assert offer(queue, name)
    with closing(SqlQueue(address)) as queue:
        assert not offer(queue, "a")
        assert len(queue.jobs("octo/demo")) == 2


def test_several_processes_share_the_work(address):
    queues = [SqlQueue(address) for _ in range(4)]
    try:
        work_together(queues)
    finally:
        for queue in queues:
            queue.close()


def test_time_is_the_database_s_own_when_nobody_gives_a_clock(address):
    with closing(SqlQueue(address)) as queue:
        assert offer(queue, "a")
        claim = queue.claim(lease_s=3600.0)
        assert claim is not None
        assert queue.claim(lease_s=3600.0) is None
        assert queue.renew(claim, lease_s=-1.0)
        assert queue.claim(lease_s=3600.0) is not None
        assert queue.counts().oldest_waiting_s == 0.0


def test_closing_twice_is_fine(address):
    queue = SqlQueue(address)
    queue.close()
    queue.close()


def test_what_was_delivered_is_dropped_when_its_job_has_ended(address):
    with closing(SqlQueue(address, retries=Retries(attempts=1))) as queue:
        for name in ("done", "failed", "lost", "waits"):
            assert offer(queue, name)
        claim = queue.claim(lease_s=3600.0)
        assert claim is not None
        assert claim.delivery.payload
        assert queue.finish(claim, "")
        claim = queue.claim(lease_s=3600.0)
        assert claim is not None
        assert queue.fail(claim, "")
        assert queue.claim(lease_s=-1.0) is not None
        assert queue.claim(lease_s=3600.0) is not None
        with queue._transaction() as connection:
            left = dict(connection.exec_driver_sql("SELECT id, length(payload) > 0 FROM codeopt_bot_deliveries").all())
    assert left == {"done": False, "failed": False, "lost": False, "waits": True}


def test_a_file_is_for_its_owner_alone(tmp_path):
    with closing(SqlQueue(f"sqlite:///{tmp_path}/queue.db")) as queue:
        assert offer(queue, "a")
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("mysql://me:s3cret@host/jobs", "begins with mysql://"),
        ("postgresql+asyncpg://me:s3cret@host/jobs", "begins with postgresql+asyncpg://"),
        ("queue.db", "is no URL"),
        ("postgresql://me:s3cret@host:port/jobs", "is no URL"),
        ("sqlite://", "keeps nothing"),
        ("sqlite:///:memory:", "keeps nothing"),
        ("sqlite:////no/such/folder/queue.db", "/no/such/folder is no folder"),
    ],
)
def test_an_address_of_nothing_that_can_be_used_is_refused(address, part):
    message = refusal(address, ConfigError)
    assert part in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("address", "has"),
    [
        ("postgresql://me:s3cret@host/jobs", True),
        ("postgresql://host/jobs?user=me&password=s3cret", True),
        ("postgresql://me@host/jobs", False),
        ("sqlite:///queue.db", False),
    ],
)
def test_a_password_in_an_address_is_seen(address, has):
    assert has_password(address) is has


def test_a_server_that_does_not_answer_is_told_without_the_password():
    message = refusal("postgresql://me:s3cret@127.0.0.1:1/jobs?sslpassword=s3cret", QueueError)
    assert "postgresql+psycopg://me:***@127.0.0.1:1/jobs: " in message
    assert "check that the database runs" in message
    assert "s3cret" not in message


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "queue.db").write_bytes(b"no database " * 1000)
    assert "it is no SQLite database" in refusal(f"sqlite:///{tmp_path}/queue.db", QueueError)


def test_a_folder_is_no_database(tmp_path):
    (tmp_path / "queue.db").mkdir()
    assert "it cannot be opened" in refusal(f"sqlite:///{tmp_path}/queue.db", QueueError)


def test_a_database_of_a_newer_codeopt_is_left_alone(address):
    with closing(SqlQueue(address)) as queue, queue._transaction() as connection:
        connection.exec_driver_sql("UPDATE codeopt_bot_schema SET version = 99")
    assert "upgrade codeopt" in refusal(address, QueueError)


def test_a_file_that_another_process_holds_is_told(tmp_path):
    with (
        closing(SqlQueue(f"sqlite:///{tmp_path}/queue.db?timeout=0.05")) as queue,
        closing(sqlite3.connect(tmp_path / "queue.db")) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(QueueError, match="another process holds it"):
            offer(queue, "a")
        other.rollback()
        assert offer(queue, "a")


def test_lost_connections_are_made_again(postgres):
    postgres.clear()
    with closing(SqlQueue(postgres.url)) as queue:
        assert offer(queue, "a")
        with psycopg.connect(postgres.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'codeopt bot'")
        assert offer(queue, "b")
        assert queue.counts().jobs[JobState.WAITING] == 2


def test_a_lane_that_another_holds_is_skipped_and_not_waited_for(postgres):
    postgres.clear()
    with closing(SqlQueue(postgres.url)) as queue, psycopg.connect(postgres.url) as other:
        assert offer(queue, "a", repository="octo/a")
        assert offer(queue, "b", repository="octo/b")
        other.execute("SELECT * FROM codeopt_bot_lanes WHERE name = 'octo/a' FOR UPDATE")
        claim = queue.claim(lease_s=60.0)
        assert claim is not None
        assert claim.job.lane == "octo/b"
        assert queue.claim(lease_s=60.0) is None
        other.rollback()
        assert queue.claim(lease_s=60.0) is not None


def test_names_are_data_and_no_statements(address):
    name = "'; DROP TABLE codeopt_bot_jobs; --"
    with closing(SqlQueue(address)) as queue:
        assert offer(queue, name, repository=name)
        assert [job.id for job in queue.jobs(name)] == [f"job of {name}"]
