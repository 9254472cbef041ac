"""A run's knowledge in one SQLite file, durable once a method returns.

One connection, guarded by a lock, serves all threads of a process; another process may read meanwhile. Each statement is a transaction
of its own, written through to the disk, so that a run killed at any moment has lost nothing that it was told is kept.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from codeopt.adapters.store.wire import wire
from codeopt.errors import StoreError
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.model.report import RunInfo

__all__ = ["SCHEMA", "SqliteStore"]

_Noun = TypeVar("_Noun")
SCHEMA = 1
FILE = "store.db"
BUSY_S = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY CHECK (id = 0), body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS candidates (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS verdicts (key TEXT NOT NULL, stage TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (key, stage));
CREATE TABLE IF NOT EXISTS bytes (name TEXT PRIMARY KEY, body BLOB NOT NULL);
"""
# By the start of SQLite's own name for an error; the first that fits.
_REMEDIES = (
    ("SQLITE_FULL", "the disk is full; free some space and resume the run"),
    ("SQLITE_READONLY", "it is read-only; make the folder writable"),
    ("SQLITE_CANTOPEN", "it cannot be opened; check that the folder exists and is yours"),
    ("SQLITE_PERM", "permission is denied; check that the folder is yours"),
    ("SQLITE_NOTADB", "it is no database of codeopt; move it away and start a new run"),
    ("SQLITE_CORRUPT", "it is damaged; move it away and start a new run"),
    ("SQLITE_BUSY", "another process holds it; wait for it or end it"),
    ("SQLITE_IOERR", "the disk does not answer or is full; check it and resume the run"),
)


class SqliteStore:
    """`ports.Store` on `folder/store.db`. Close it, or use it as a context.

    With `read_only` nothing is created or changed, and a folder that cannot be written will do.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the database, or create it.

        Raises:
            StoreError: it cannot be opened, is damaged, or was written by a newer codeopt.
        """
        self._path = folder / FILE
        self._lock = threading.Lock()
        with _translated(self._path):
            self._connection = _connect(self._path, read_only=read_only)
            try:
                self._prepare(read_only=read_only)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, *, read_only: bool) -> None:
        (schema,) = self._connection.execute("PRAGMA user_version").fetchone()
        if schema > SCHEMA:
            raise StoreError(f"{self._path}: written by a newer codeopt (schema {schema}, this one reads up to {SCHEMA}); upgrade codeopt")
        if read_only:
            return
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        if schema < SCHEMA:
            self._connection.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version = {SCHEMA};COMMIT;")

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the file; safe to call twice."""
        # What was kept is on the disk already: a fault here loses nothing.
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()

    def start(self, info: RunInfo) -> None:
        """Remember a new run; the first one is kept."""
        self._write("INSERT INTO run VALUES (0, ?) ON CONFLICT DO NOTHING", wire(RunInfo).pack(info))

    def info(self) -> RunInfo:
        """Return what `start` was given.

        Raises:
            StoreError: nothing was started, or the file cannot be read.
        """
        body = self._read_one("SELECT body FROM run")
        if body is None:
            raise StoreError(f"{self._path}: holds no run; it ended before it began, start a new one")
        return self._unpack(RunInfo, body)

    def put_candidate(self, candidate: Candidate) -> None:
        """Keep a candidate under its key; the first one is kept."""
        self._write(
            "INSERT INTO candidates (key, body) VALUES (?, ?) ON CONFLICT DO NOTHING", candidate.key, wire(Candidate).pack(candidate)
        )

    def candidate(self, key: str) -> Candidate | None:
        """Return a candidate."""
        body = self._read_one("SELECT body FROM candidates WHERE key = ?", key)
        return None if body is None else self._unpack(Candidate, body)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return all candidates in the order in which they were kept."""
        rows = self._read("SELECT body FROM candidates ORDER BY position")
        return tuple(self._unpack(Candidate, body) for (body,) in rows)

    def put_verdict(self, key: str, stage: str, verdict: Verdict) -> None:
        """Keep the verdict of a candidate at a stage; the first one is kept."""
        self._write("INSERT INTO verdicts VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, stage, wire(Verdict).pack(verdict))

    def verdict(self, key: str, stage: str) -> Verdict | None:
        """Return a verdict."""
        body = self._read_one("SELECT body FROM verdicts WHERE key = ? AND stage = ?", key, stage)
        return None if body is None else self._unpack(Verdict, body)

    def put_value(self, name: str, value: bytes) -> None:
        """Keep bytes under a name; the last ones win."""
        self._write("INSERT OR REPLACE INTO bytes VALUES (?, ?)", name, value)

    def value(self, name: str) -> bytes | None:
        """Return bytes kept by `put_value`."""
        return self._read_one("SELECT body FROM bytes WHERE name = ?", name)

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the names of values that start with `prefix`, sorted."""
        rows = self._read("SELECT name FROM bytes WHERE name >= ? ORDER BY name", prefix)
        return tuple(name for (name,) in rows if name.startswith(prefix))

    def _write(self, statement: str, *values: str | bytes) -> None:
        with self._lock, _translated(self._path):
            self._connection.execute(statement, values)

    def _read(self, statement: str, *values: str) -> list[Any]:
        with self._lock, _translated(self._path):
            return self._connection.execute(statement, values).fetchall()

    def _read_one(self, statement: str, *values: str) -> bytes | None:
        rows = self._read(statement, *values)
        return rows[0][0] if rows else None

    def _unpack(self, noun: type[_Noun], body: bytes) -> _Noun:
        try:
            return wire(noun).unpack(body)
        except StoreError as error:
            raise StoreError(f"{self._path}: {error}") from None


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    if not read_only:
        return _open(uri + "?mode=rwc")
    connection = _open(uri + "?mode=ro")
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError:
        connection.close()
        # In a folder that cannot be written, a database that nobody has open is read as it lies there.
        if not path.is_file() or path.with_name(path.name + "-wal").exists():
            raise
        return _open(uri + "?immutable=1")
    return connection


def _open(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one line with the path and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_remedy(error)}") from error
    except UnicodeEncodeError as error:
        raise StoreError(f"{path}: a name cannot be stored: {error.reason}; rename the file that it comes from") from error


def _remedy(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    for start, remedy in _REMEDIES:
        if name.startswith(start):
            return remedy
    return f"{str(error).rstrip('.')}; check the file and resume the run"
