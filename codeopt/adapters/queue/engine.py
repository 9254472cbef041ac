"""Knows how the queue's database is opened by its URL, what SQLite and PostgreSQL are told at the start, and what their errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, make_url, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from codeopt.adapters.queue.tables import METADATA, SCHEMA, SCHEMA_TABLE
from codeopt.errors import ConfigError, QueueError

__all__ = ["has_password", "open_engine", "prepare", "translated"]

_BUSY_S = 5
_CONNECT_S = 5
# PostgreSQL ends what takes longer: a webhook that is not answered within seconds is lost anyway.
_LIMITS = "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
_POSTGRES = {"connect_timeout": _CONNECT_S, "options": _LIMITS, "application_name": "codeopt bot"}
# A number of our own, so that two services that start at once make the tables one after the other.
_MAKING = 0x636F6465
_SHOWN = 200
# By the start of SQLite's own name for an error; the first that fits.
_REMEDIES = (
    ("SQLITE_FULL", "the disk is full; free some space"),
    ("SQLITE_READONLY", "it is read-only; make the file and its folder writable"),
    ("SQLITE_CANTOPEN", "it cannot be opened; check that its folder exists and is yours"),
    ("SQLITE_PERM", "permission is denied; check that the file is yours"),
    ("SQLITE_NOTADB", "it is no SQLite database; choose another file"),
    ("SQLITE_CORRUPT", "it is damaged; move it away, and have GitHub deliver again what was lost"),
    ("SQLITE_BUSY", "another process holds it; end it, or use PostgreSQL"),
    ("SQLITE_IOERR", "the disk does not answer or is full; check it"),
)


def open_engine(address: str) -> Engine:
    """Return an engine for `sqlite:///PATH` or `postgresql://...`; nothing is connected yet.

    Raises:
        ConfigError: it is another address, or none.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    arguments: dict[str, Any] = {key: value for key, value in _POSTGRES.items() if key not in url.query}
    return create_engine(
        url, connect_args=arguments, pool_pre_ping=True, pool_size=8, max_overflow=8, pool_timeout=_BUSY_S, hide_parameters=True
    )


def has_password(address: str) -> bool:
    """Say whether an address holds a password, which command lines show to everybody on the machine.

    Raises:
        ConfigError: it is no address of a database.
    """
    url = _url(address)
    return url.password is not None or "password" in url.query


def _url(address: str) -> URL:
    wanted = "write sqlite:///PATH or postgresql://USER@HOST/NAME"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ConfigError(f"the database's address is no URL: {wanted}") from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ConfigError(f"the database's address begins with {url.drivername}://: {wanted}")
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        raise ConfigError(f"a database in memory keeps nothing: {wanted}")
    return url


def _sqlite(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder: make it, or choose another place for the database")
    # What is delivered is not for everybody on the machine. A file that cannot be made is told of when it is opened.
    with suppress(OSError):
        Path(url.database or "").touch(mode=0o600)
    engine = create_engine(url, connect_args={} if "timeout" in url.query else {"timeout": _BUSY_S}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # The driver begins no transactions of its own; each is begun below, for writing, so that none fails half-way because another wrote.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def prepare(engine: Engine) -> None:
    """Make the tables where they are not there yet.

    Raises:
        QueueError: they cannot be made, or a newer codeopt made them.
    """
    with translated(engine), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MAKING})
        METADATA.create_all(connection)
        version = connection.execute(select(SCHEMA_TABLE.c.version)).scalar()
        if version is None:
            connection.execute(insert(SCHEMA_TABLE).values(version=SCHEMA))
        elif version > SCHEMA:
            raise QueueError(f"{place(engine)}: made by a newer codeopt (schema {version}, this one knows up to {SCHEMA}); upgrade codeopt")


def place(engine: Engine) -> str:
    """Return what an engine is connected to, without passwords: the query of an address may hold some as well."""
    url = engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into one line with its place and what to do."""
    try:
        yield
    except DBAPIError as error:
        raise QueueError(f"{place(engine)}: {_told(error.orig, engine.dialect)}") from error
    except SQLAlchemyError as error:
        raise QueueError(f"{place(engine)}: {type(error).__name__}; check the database, and start the service again") from error


def _told(error: BaseException | None, dialect: Dialect) -> str:
    """Return the first line of what a driver says (later ones may repeat values), and a remedy."""
    name = getattr(error, "sqlite_errorname", "") if dialect.name == "sqlite" else ""
    for start, remedy in _REMEDIES:
        if name.startswith(start):
            return remedy
    line = next(iter(str(error).splitlines()), "").strip().rstrip(".")[:_SHOWN]
    return f"{line or type(error).__name__}; check that the database runs and lets this user in"
