"""The bot's queue in SQLite (one machine) or PostgreSQL (several), by the same statements.

A lane's row is its lock: whoever offers to a lane, claims from it or ends a job of it holds that row, and so sees the lane's jobs as they
are. In PostgreSQL a claim skips lanes that are held (`FOR UPDATE SKIP LOCKED`); in SQLite every transaction has the file to itself.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from codeopt.adapters.queue.engine import open_engine, prepare, translated
from codeopt.adapters.queue.tables import DELIVERIES, ENDED, JOBS, LANES, delivery_of, delivery_row, job_of, job_row
from codeopt.adapters.queue.turns import Turns
from codeopt.model.bot import Claim, Counts, Delivery, Job, JobState, Retries

__all__ = ["SqlQueue"]

_T = TypeVar("_T")
# How many jobs are forgotten in one transaction: others wait for it.
_BATCH = 200
_FIRST = select(JOBS).where(JOBS.c.state.not_in(ENDED)).order_by(JOBS.c.position).limit(1)


class SqlQueue:
    """`ports.Queue` in a database. Close it, or let the process end: nothing is kept in memory.

    Time is the database's own, so that machines whose clocks differ agree about leases; SQLite's is this machine's.
    """

    def __init__(self, address: str, *, retries: Retries | None = None, clock: Callable[[], float] | None = None) -> None:
        """Open the database and make its tables; `clock` tells seconds in place of the database.

        Raises:
            ConfigError: the address is none of SQLite or PostgreSQL.
            QueueError: the database cannot be reached or used.
        """
        self._retries, self._clock = retries or Retries(), clock
        self._engine = open_engine(address)
        # PostgreSQL has many writers. SQLite has one, and makes others poll for their turn: within the process they take turns instead.
        self._turns = Turns(self._transaction) if self._engine.dialect.name == "sqlite" else None
        try:
            prepare(self._engine)
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Let go of the database; safe to call twice."""
        self._engine.dispose()

    def offer(self, delivery: Delivery, job: Job) -> bool:
        """Keep a delivery and its job; False where it was kept before."""

        def act(connection: Connection) -> bool:
            lane = _held(connection, job.lane)
            kept = _keep(connection, DELIVERIES, delivery_row(delivery))
            if kept:
                now = self._now(connection)
                connection.execute(JOBS.insert(), job_row(job, delivery=delivery.id, since_s=now))
                if lane["due_s"] is None:
                    _turn_to(connection, job.lane, due_s=now)
            return kept

        return self._run(act)

    def claim(self, *, lease_s: float) -> Claim | None:
        """Take the next job that is due; None where there is none."""

        def act(connection: Connection) -> Claim | None:
            now = self._now(connection)
            due = select(LANES.c.name).where(LANES.c.due_s <= now).order_by(LANES.c.due_s, LANES.c.name).limit(1)
            while (lane := connection.execute(due.with_for_update(skip_locked=True)).scalar()) is not None:
                claim = self._claim_first(connection, lane, now + lease_s)
                if claim is not None:
                    return claim
                _turn_to(connection, lane, due_s=None)
            return None

        return self._run(act)

    def _claim_first(self, connection: Connection, lane: str, lapses_s: float) -> Claim | None:
        """Claim the lane's first job that has attempts left; those before it, whose workers never came to an end, have failed."""
        while (row := connection.execute(_FIRST.where(JOBS.c.lane == lane)).mappings().first()) is not None:
            job = job_of(row)
            if job.attempts < self._retries.attempts:
                claimed = replace(job, state=JobState.RUNNING, attempts=job.attempts + 1)
                _change(connection, row, state=claimed.state.value, attempts=claimed.attempts)
                token = secrets.token_hex(16)
                _turn_to(connection, lane, due_s=lapses_s, token=token)
                delivery = connection.execute(select(DELIVERIES).where(DELIVERIES.c.id == row["delivery"])).mappings().one()
                return Claim(job=claimed, delivery=delivery_of(delivery), token=token)
            fault = job.fault or f"its worker was lost {job.attempts} times"
            _settle(connection, row, self._now(connection), state=JobState.FAILED.value, fault=fault)
        return None

    def renew(self, claim: Claim, *, lease_s: float) -> bool:
        """Hold a claim for so many seconds from now; False where it is lost."""

        def act(connection: Connection) -> bool:
            due_s = self._now(connection) + lease_s
            return connection.execute(update(LANES).where(_claimed(claim)).values(due_s=due_s)).rowcount == 1

        return self._run(act)

    def finish(self, claim: Claim, effect: str) -> bool:
        """Keep that a job is DONE; False where the claim is lost."""
        return self._end(claim, lambda _: ({"state": JobState.DONE.value, "effect": effect, "fault": ""}, 0.0)) is not None

    def fail(self, claim: Claim, fault: str, *, final: bool = False) -> JobState | None:
        """Keep that an attempt failed; None where the claim is lost."""

        def failed(job: Job) -> tuple[dict[str, Any], float]:
            if final or job.attempts >= self._retries.attempts:
                return {"state": JobState.FAILED.value, "fault": fault}, 0.0
            return {"state": JobState.WAITING.value, "fault": fault}, self._retries.delay_s(job.id, job.attempts)

        return self._end(claim, failed)

    def release(self, claim: Claim) -> bool:
        """Give a job back as if it had not been claimed; False where the claim is lost."""
        return self._end(claim, lambda job: ({"state": JobState.WAITING.value, "attempts": job.attempts - 1}, 0.0)) is not None

    def jobs(self, lane: str) -> tuple[Job, ...]:
        """Return the jobs of a lane in the order in which they were offered."""
        wanted = select(JOBS).where(JOBS.c.lane == lane).order_by(JOBS.c.position)
        return self._run(lambda connection: tuple(job_of(row) for row in connection.execute(wanted).mappings()))

    def counts(self) -> Counts:
        """Count jobs by state."""

        def act(connection: Connection) -> Counts:
            rows = connection.execute(select(JOBS.c.state, func.count()).group_by(JOBS.c.state)).all()
            oldest = connection.execute(select(func.min(JOBS.c.since_s)).where(JOBS.c.state == JobState.WAITING.value)).scalar()
            found = {row[0]: int(row[1]) for row in rows}
            age = 0.0 if oldest is None else max(0.0, self._now(connection) - oldest)
            return Counts(jobs={state: found.get(state.value, 0) for state in JobState}, oldest_waiting_s=age)

        return self._run(act)

    def forget(self, *, older_than_s: float) -> int:
        """Drop the jobs that ended longer ago, with their deliveries, and say how many."""

        def act(connection: Connection) -> int:
            old = JOBS.c.state.in_(ENDED) & (JOBS.c.since_s < self._now(connection) - older_than_s)
            gone = list(connection.execute(select(JOBS.c.delivery).where(old).limit(_BATCH)).scalars())
            connection.execute(delete(JOBS).where(JOBS.c.delivery.in_(gone)))
            connection.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(gone)))
            return len(gone)

        total = 0
        while dropped := self._run(act):
            total += dropped
        return total

    def _end(self, claim: Claim, change: Callable[[Job], tuple[dict[str, Any], float]]) -> JobState | None:
        """Change a claimed job, which leaves its worker's hands, and let its lane go on after a pause; None where the claim is lost."""

        def act(connection: Connection) -> JobState | None:
            if connection.execute(select(LANES.c.name).where(_claimed(claim)).with_for_update()).first() is None:
                return None
            first = _FIRST.where(JOBS.c.lane == claim.job.lane)
            row = connection.execute(first).mappings().one()
            now, (changes, pause_s) = self._now(connection), change(job_of(row))
            if changes["state"] in ENDED:
                _settle(connection, row, now, **changes)
            else:
                _change(connection, row, **changes)
            more = connection.execute(first).first() is not None
            _turn_to(connection, claim.job.lane, due_s=now + pause_s if more else None)
            return JobState(changes["state"])

        return self._run(act)

    def _now(self, connection: Connection) -> float:
        if self._clock is not None:
            return self._clock()
        if connection.dialect.name == "postgresql":
            return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
        return time.time()

    def _run(self, act: Callable[[Connection], _T]) -> _T:
        """Return what `act` returns, once its transaction is committed."""
        if self._turns is not None:
            return self._turns.run(act)
        with self._transaction() as connection:
            return act(connection)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with translated(self._engine), self._engine.begin() as connection:
            yield connection


def _held(connection: Connection, lane: str) -> RowMapping:
    """Return a lane's row, which nobody else may touch until the transaction ends."""
    _keep(connection, LANES, {"name": lane})
    return connection.execute(select(LANES).where(LANES.c.name == lane).with_for_update()).mappings().one()


def _claimed(claim: Claim) -> ColumnElement[bool]:
    return (LANES.c.name == claim.job.lane) & (LANES.c.token == claim.token)


def _keep(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False, and nothing inserted, where one of its keys is there."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    kept = insert(table).values(**row).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
    return connection.execute(kept).first() is not None


def _change(connection: Connection, row: RowMapping, **values: Any) -> None:
    connection.execute(update(JOBS).where(JOBS.c.position == row["position"]).values(**values))


def _settle(connection: Connection, row: RowMapping, now: float, **values: Any) -> None:
    """Keep that a job has ended, and drop what was delivered: nobody reads it any more, and it may be large or private."""
    _change(connection, row, since_s=now, **values)
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == row["delivery"]).values(payload=b""))


def _turn_to(connection: Connection, lane: str, *, due_s: float | None, token: str | None = None) -> None:
    connection.execute(update(LANES).where(LANES.c.name == lane).values(due_s=due_s, token=token))
