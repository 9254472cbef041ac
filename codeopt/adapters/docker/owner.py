"""Whose container it is: labels that name the run and the process, and the removal of what dead processes left behind.

A process is known by host, boot, number and start time: numbers are reused, and an engine may serve several hosts.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import docker.errors
from docker.client import DockerClient

from codeopt.adapters.docker.engine import engine_errors

__all__ = ["OWNER_LABEL", "RUN_LABEL", "Owner", "labels", "sweep", "this_process"]

RUN_LABEL = "codeopt.run"
OWNER_LABEL = "codeopt.pid"
_START_FIELD = 19  # of /proc/PID/stat, counted from behind the program's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process, for good: no later one is equal."""

    host: str
    boot: str
    pid: int
    start: str

    def __str__(self) -> str:
        """Write it as the label holds it."""
        return f"{self.host} {self.boot} {self.pid} {self.start}"

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """Read a label; None when it is not ours."""
        words = text.split()
        if len(words) != 4 or not words[2].isdigit():  # noqa: PLR2004 - the four fields
            return None
        return cls(host=words[0], boot=words[1], pid=int(words[2]), start=words[3])

    def is_dead(self, here: Owner) -> bool:
        """Whether the process has ended, as far as `here` can know: what another host owns is taken to live."""
        if self.host != here.host:
            return False
        return self.boot != here.boot or _start_of(self.pid) != self.start


def this_process() -> Owner:
    """Return this process."""
    return Owner(host=_host(), boot=_boot(), pid=os.getpid(), start=_start_of(os.getpid()))


def labels(run: str, owner: Owner) -> Mapping[str, str]:
    """Return the labels of everything temporary that a run makes."""
    return {RUN_LABEL: run, OWNER_LABEL: str(owner)}


def sweep(client: DockerClient) -> int:
    """Remove the containers whose owners are dead, and return how many there were.

    Raises:
        SandboxUnavailable: the engine is gone.
    """
    here, removed = this_process(), 0
    with engine_errors("remove the containers of earlier runs"):
        for container in client.containers.list(all=True, filters={"label": OWNER_LABEL}, ignore_removed=True):
            owner = Owner.parse(container.labels.get(OWNER_LABEL, ""))
            if owner is not None and owner.is_dead(here):
                # Another codeopt may be sweeping too.
                with suppress(docker.errors.NotFound, docker.errors.APIError):
                    container.remove(force=True, v=True)
                    removed += 1
    return removed


def _host() -> str:
    # Process numbers mean something within one PID namespace only.
    return f"{platform.node()}/{_readlink('/proc/self/ns/pid')}"


def _readlink(path: str) -> str:
    try:
        return str(Path(path).readlink())
    except OSError:
        return "-"


def _boot() -> str:
    return _first_line(Path("/proc/sys/kernel/random/boot_id"))


def _start_of(pid: int) -> str:
    """Return when a process started, in ticks since the boot; `-` when there is none."""
    fields = _first_line(Path(f"/proc/{pid}/stat")).rpartition(") ")[2].split()
    return fields[_START_FIELD] if len(fields) > _START_FIELD else "-"


def _first_line(path: Path) -> str:
    try:
        return path.read_text(errors="replace").partition("\n")[0] or "-"
    except OSError:
        return "-"
