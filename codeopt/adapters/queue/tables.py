"""Knows the tables of the queue, the same for SQLite and PostgreSQL, and how rows become nouns and nouns rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, RowMapping, Table, Text

from codeopt.model.bot import Delivery, Job, JobKind, JobOrigin, JobState

__all__ = ["DELIVERIES", "ENDED", "JOBS", "LANES", "METADATA", "SCHEMA", "SCHEMA_TABLE", "delivery_of", "delivery_row", "job_of", "job_row"]

# Goes up with every change of the tables, and of the words in them (kinds, origins, states): older services refuse what they cannot read.
SCHEMA = 1
ENDED = (JobState.DONE.value, JobState.FAILED.value)

METADATA = MetaData()
# SQLite counts rows by itself only in a column of type INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

SCHEMA_TABLE = Table("codeopt_bot_schema", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

DELIVERIES = Table(
    "codeopt_bot_deliveries",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("content_key", Text, nullable=False, unique=True),
    Column("event", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("installation", BigInteger, nullable=False),
    Column("received_s", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# `since_s` is when a job was offered, and when it ended once it has.
JOBS = Table(
    "codeopt_bot_jobs",
    METADATA,
    Column("position", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("delivery", Text, ForeignKey(DELIVERIES.c.id), nullable=False, unique=True),
    Column("lane", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("installation", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("comment", BigInteger, nullable=False),
    Column("commit", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("effect", Text, nullable=False),
    Column("fault", Text, nullable=False),
    Column("since_s", Float, nullable=False),
    Index("codeopt_bot_jobs_by_lane", "lane", "position"),
    Index("codeopt_bot_jobs_by_state", "state", "since_s"),
    # A position is never given twice, whatever was forgotten meanwhile.
    sqlite_autoincrement=True,
)

# One row for each line of jobs, and the lock that guards it. `due_s` is when the first job that has not ended may be claimed: now, after a
# pause, or when its lease lapses; null where there is no such job. `token` is that of the claim that holds it.
LANES = Table(
    "codeopt_bot_lanes",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("due_s", Float, index=True),
    Column("token", Text),
)


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as a row."""
    return {column.name: getattr(delivery, column.name) for column in DELIVERIES.columns}


def delivery_of(row: RowMapping) -> Delivery:
    """Return the delivery of a row."""
    return Delivery(**{column.name: row[column.name] for column in DELIVERIES.columns})


def job_row(job: Job, *, delivery: str, since_s: float) -> Mapping[str, Any]:
    """Return a new job as a row."""
    return {
        "id": job.id,
        "delivery": delivery,
        "lane": job.lane,
        "repository": job.repository,
        "installation": job.installation,
        "kind": job.kind.value,
        "origin": job.origin.value,
        "asked_by": job.asked_by,
        "arguments": json.dumps(job.arguments),
        "number": job.number,
        "comment": job.comment,
        "commit": job.commit,
        "state": JobState.WAITING.value,
        "attempts": 0,
        "effect": "",
        "fault": "",
        "since_s": since_s,
    }


def job_of(row: RowMapping) -> Job:
    """Return the job of a row."""
    return Job(
        id=row["id"],
        repository=row["repository"],
        installation=row["installation"],
        kind=JobKind(row["kind"]),
        origin=JobOrigin(row["origin"]),
        asked_by=row["asked_by"],
        arguments=tuple(json.loads(row["arguments"])),
        number=row["number"],
        comment=row["comment"],
        commit=row["commit"],
        state=JobState(row["state"]),
        attempts=row["attempts"],
        effect=row["effect"],
        fault=row["fault"],
    )
