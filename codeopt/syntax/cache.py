"""Knows how outlines are kept between runs: one SQLite file, keyed by the SHA-256 of what was parsed.

The cache may be lost, broken or locked at any time; then files are parsed again, and nobody is told.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from codeopt.syntax.codec import VERSION
from codeopt.syntax.language import LANGUAGES, grammar_version

__all__ = ["Cache", "open_cache"]

_KEPT_PER_USED = 2  # versions of a file: enough for a branch and its base
_FRESH = "CREATE TABLE IF NOT EXISTS outlines (sha TEXT PRIMARY KEY, outline TEXT NOT NULL) WITHOUT ROWID"


class Cache:
    """Outlines by content hash. Without a connection it holds nothing and keeps nothing."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        """Take an open connection with the table in it, or None."""
        self._connection = connection

    def outlines(self, shas: Collection[str]) -> Mapping[str, str]:
        """Return what is kept of the given hashes, as `codec.encode` wrote it."""
        if self._connection is None or not shas:
            return {}
        try:
            self._connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((sha,) for sha in shas))
            rows = self._connection.execute("SELECT sha, outline FROM outlines NATURAL JOIN wanted").fetchall()
        except sqlite3.Error:
            return {}
        return {sha: outline for sha, outline in rows if isinstance(outline, str)}

    def keep(self, outlines: Iterable[tuple[str, str]]) -> None:
        """Keep new outlines; once the file holds far more than this connection asked for or kept, drop the rest."""
        if self._connection is None:
            return
        with contextlib.suppress(sqlite3.Error), self._connection:
            rows = list(outlines)
            self._connection.executemany("INSERT OR REPLACE INTO outlines VALUES (?, ?)", rows)
            self._connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((sha,) for sha, _ in rows))
            (kept,) = self._connection.execute("SELECT count(*) FROM outlines").fetchone()
            (wanted,) = self._connection.execute("SELECT count(*) FROM wanted").fetchone()
            if kept > _KEPT_PER_USED * wanted:
                self._connection.execute("DELETE FROM outlines WHERE sha NOT IN (SELECT sha FROM wanted)")


@contextlib.contextmanager
def open_cache(path: Path | None) -> Iterator[Cache]:
    """Open the cache file, made anew when it is broken or of another version; an unusable place gives an empty cache."""
    connection = None if path is None else _connect(path)
    try:
        yield Cache(connection)
    finally:
        if connection is not None:
            connection.close()


def _connect(path: Path) -> sqlite3.Connection | None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path)
    except sqlite3.OperationalError:  # locked, read-only or not a place for files: it may be another's, so it stays
        return None
    except sqlite3.DatabaseError:
        pass
    try:
        path.unlink()
        return _open(path)
    except (OSError, sqlite3.Error):
        return None


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=1.0)
    try:
        with connection:
            connection.execute("CREATE TABLE IF NOT EXISTS format (version TEXT)")
            found = connection.execute("SELECT version FROM format").fetchall()
            if found != [(_format(),)]:
                connection.execute("DROP TABLE IF EXISTS outlines")
                connection.execute("DELETE FROM format")
                connection.execute("INSERT INTO format VALUES (?)", (_format(),))
            connection.execute(_FRESH)
            connection.execute("CREATE TEMP TABLE wanted (sha TEXT PRIMARY KEY)")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _format() -> str:
    return " ".join((str(VERSION), *(grammar_version(language) for language in LANGUAGES)))
