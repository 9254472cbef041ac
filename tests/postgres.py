"""A PostgreSQL cluster of the tests' own: in a temporary folder, by an unprivileged user, reached by a socket; gone with the session."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

REQUIRED = "CODEOPT_REQUIRE_POSTGRES"
WANTED = "PostgreSQL's programs (initdb, pg_ctl) are not here: apt-get install postgresql"
# PostgreSQL refuses to run as root.
USERS = ("postgres", "nobody")
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    folder: Path
    user: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@/postgres?host={self.folder}"

    def clear(self) -> None:
        """Leave an empty database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl; Debian keeps them off the path, one folder for each version."""
    found = [Path(place).parent for place in [shutil.which("initdb")] if place]
    found += [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    return next((folder for folder in found if (folder / "pg_ctl").exists()), None)


@contextmanager
def running(programs: Path, *settings: str) -> Iterator[Cluster]:
    """Start a cluster, and remove it with the context."""
    account = next(pwd.getpwnam(name) for name in USERS if known(name)) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="codeopt-postgres-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"

    def run(*words: str) -> None:
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        log = folder / "programs.log"
        with log.open("ab") as out:
            done = subprocess.run(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False, cwd=folder, **identity)
        assert done.returncode == 0, log.read_text(errors="replace")

    try:
        run(
            str(programs / "initdb"),
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            f"--username={account.pw_name}",
            "-D",
            str(data),
        )
        options = " ".join(f"-c {setting}" for setting in (*settings, f"unix_socket_directories={folder}", "listen_addresses=''"))
        run(str(programs / "pg_ctl"), "start", "--wait", "-D", str(data), "-l", str(folder / "server.log"), "-o", options)
        try:
            yield Cluster(folder, account.pw_name)
        finally:
            run(str(programs / "pg_ctl"), "stop", "--wait", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster; the test is skipped where PostgreSQL is absent, and fails where it is required."""
    place = programs()
    if place is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, and {WANTED}")
        pytest.skip(WANTED)
    with running(place, *SETTINGS) as cluster:
        yield cluster
