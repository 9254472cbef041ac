from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest

from codeopt.adapters.store.sqlite import SCHEMA, SqliteStore
from codeopt.errors import StoreError
from tests.conformance.store_suite import candidate, run_info, verdict

WRITER = """
import itertools, sys
from pathlib import Path
from codeopt.adapters.store.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
for number in itertools.count():
    store.put_value(f"{number:06}", b"x" * 2000)
    print(number, flush=True)
"""


def problem(act: Callable[[], object], folder) -> str:
    with pytest.raises(StoreError) as caught:
        act()
    assert str(folder / "store.db") in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_kept_is_there_after_reopening(tmp_path):
    with SqliteStore(tmp_path) as store:
        store.start(run_info())
        store.put_candidate(candidate(3))
        store.put_verdict(candidate(3).key, "full", verdict())
        store.put_value("profile", b"\x00\xff")
    with SqliteStore(tmp_path) as again:
        assert again.info() == run_info()
        assert again.candidates() == (candidate(3),)
        assert again.verdict(candidate(3).key, "full") == verdict()
        assert again.value("profile") == b"\x00\xff"


def test_a_killed_process_has_lost_nothing_that_it_was_told_is_kept(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        told = [int(writer.stdout.readline()) for _ in range(30)]
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in writer.stdout if line.endswith("\n")]
    with SqliteStore(tmp_path) as store:
        assert [name for name in (f"{number:06}" for number in told) if store.value(name) is None] == []


def test_it_is_written_through_to_the_disk(tmp_path):
    with SqliteStore(tmp_path) as store:
        pragmas = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_another_process_may_read_meanwhile(tmp_path):
    program = "import sys; from pathlib import Path; from codeopt.adapters.store.sqlite import SqliteStore as S; "
    program += "print(S(Path(sys.argv[1]), read_only=True).value('a'))"
    with SqliteStore(tmp_path) as store:
        store.put_value("a", b"kept")
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("b'kept'", "")


def test_two_stores_on_one_file_see_each_other(tmp_path):
    with SqliteStore(tmp_path) as one, SqliteStore(tmp_path) as other:
        one.put_value("a", b"1")
        other.put_value("b", b"2")
        assert (one.names(""), other.names("")) == (("a", "b"), ("a", "b"))


def test_a_newer_schema_is_refused(tmp_path):
    SqliteStore(tmp_path).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    assert "newer codeopt (schema 2, this one reads up to 1); upgrade codeopt" in problem(lambda: SqliteStore(tmp_path), tmp_path)


def test_a_full_disk_is_said_and_survived(tmp_path):
    with SqliteStore(tmp_path) as store:
        store.put_value("kept", b"1")
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        assert "disk is full; free some space" in problem(lambda: store.put_value("large", b"x" * 100_000), tmp_path)
        assert store.value("kept") == b"1"
        assert store.value("large") is None
        store._connection.execute("PRAGMA max_page_count = 100000")
        store.put_value("large", b"x" * 100_000)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
def test_a_really_full_disk_is_said(tmp_path):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(tmp_path)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        with SqliteStore(tmp_path) as store:
            store.put_value("kept", b"1")
            assert "full" in problem(lambda: [store.put_value(f"{number}", b"x" * 50_000) for number in range(100)], tmp_path)
            assert store.value("kept") == b"1"
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.parametrize("content", [b"this is no database at all, " * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_said(tmp_path, content):
    (tmp_path / "store.db").write_bytes(content)
    assert "move it away" in problem(lambda: SqliteStore(tmp_path), tmp_path)


def test_a_damaged_database_is_said(tmp_path):
    with SqliteStore(tmp_path) as store:
        for number in range(50):
            store.put_value(f"{number}", b"x" * 3000)
    raw = bytearray((tmp_path / "store.db").read_bytes())
    raw[4096:] = b"\xee" * (len(raw) - 4096)
    (tmp_path / "store.db").write_bytes(raw)

    def use() -> None:
        with SqliteStore(tmp_path) as damaged:
            damaged.names("")

    assert "damaged" in problem(use, tmp_path)


def test_a_row_that_cannot_be_read_is_said_with_the_path(tmp_path):
    with SqliteStore(tmp_path) as store:
        store.put_verdict("k", "full", verdict())
        store._connection.execute("UPDATE verdicts SET body = '[{}]'")
        assert "stored Verdict cannot be read" in problem(lambda: store.verdict("k", "full"), tmp_path)


def test_a_missing_folder_is_said(tmp_path):
    assert "cannot be opened" in problem(lambda: SqliteStore(tmp_path / "gone"), tmp_path / "gone")


def test_reading_a_run_that_does_not_exist_creates_nothing(tmp_path):
    assert "cannot be opened" in problem(lambda: SqliteStore(tmp_path, read_only=True), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_store_refuses_to_write(tmp_path):
    SqliteStore(tmp_path).close()
    with SqliteStore(tmp_path, read_only=True) as store:
        assert "read-only" in problem(lambda: store.put_value("a", b""), tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs another user")
    with SqliteStore(tmp_path) as store:
        store.put_value("a", b"1")
    (tmp_path / "store.db").chmod(0o444)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o555 if folder == tmp_path else 0o755)
    pid = os.fork()  # root writes everywhere, so somebody else opens the store
    if pid == 0:
        os.setuid(65534)
        status = 9
        try:
            with SqliteStore(tmp_path, read_only=True) as store:
                status = 0 if store.value("a") == b"1" else 1
            SqliteStore(tmp_path).put_value("b", b"2")
            status = 2
        except StoreError as error:
            status = status or (0 if "writable" in str(error) or "yours" in str(error) else 3)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_name_that_is_no_unicode_is_refused(tmp_path):
    with SqliteStore(tmp_path) as store:
        assert "cannot be stored" in problem(lambda: store.put_value("\udcff", b""), tmp_path)


def test_a_closed_store_says_so_and_closes_twice(tmp_path):
    store = SqliteStore(tmp_path)
    store.close()
    store.close()
    assert "closed" in problem(lambda: store.value("a"), tmp_path)


def test_a_busy_file_is_said(tmp_path):
    with SqliteStore(tmp_path) as store, SqliteStore(tmp_path) as other:
        store._connection.execute("PRAGMA busy_timeout = 10")
        other._connection.execute("BEGIN IMMEDIATE")
        assert "another process holds it" in problem(lambda: store.put_value("a", b""), tmp_path)
        other._connection.execute("ROLLBACK")


def test_a_folder_in_place_of_the_file_is_said(tmp_path):
    (tmp_path / "store.db").mkdir()
    assert "cannot be opened" in problem(lambda: SqliteStore(tmp_path), tmp_path)
