"""What the programs of a container use, by the count of the kernel: of its control group, in either version.

Only where the container runs on the kernel of this machine, which is never assumed. The engine's number for its first process must be that
of a process here, in a group that is named after the container and lists that process. An engine elsewhere, in a virtual machine or in
another name space does not pass.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codeopt.adapters.docker.layout import FIRST
from codeopt.adapters.processes import peak_bytes, queued_s

__all__ = ["Account", "Meter", "accounts", "find_meter", "processor_s"]

_V1, _V2 = "cpuacct.usage", "cpu.stat"
_V2_KEY = b"usage_usec"
_CHUNK_BYTES = 1 << 16
_PROC = Path("/proc")
_UNREADABLE = (OSError, ValueError)  # the group is gone with its container, or the file was closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A folder of the control groups' file system, and the file in it that tells the processor time."""

    folder: Path
    file: str

    @property
    def version(self) -> int:
        """Of the control groups: 1 or 2."""
        return 1 if self.file == _V1 else 2


class Meter:
    """Reads the account of one container. Its file stays open, so that a reading costs a few microseconds."""

    def __init__(self, account: Account, first: int, *, shows_programs: bool) -> None:
        """Open the account of the container whose first process is `first`; `shows_programs` says that the others are programs of its own.

        Raises:
            OSError: it cannot be read.
        """
        self.account = account
        self._first = first
        self._shows_programs = shows_programs
        self._lock = threading.Lock()
        self._usage = (account.folder / account.file).open("rb", buffering=0)

    def cpu_s(self) -> float | None:
        """Return the processor seconds that all processes of the container have ever used; None when the container is gone."""
        try:
            with self._lock:
                text = os.pread(self._usage.fileno(), _CHUNK_BYTES, 0)
        except _UNREADABLE:
            return None
        return processor_s(text)

    def members(self) -> list[int]:
        """Return the processes of the container, as this machine numbers them."""
        # Opened anew: through an open file, version 1 shows those of up to a second ago.
        try:
            numbers = (self.account.folder / "cgroup.procs").read_bytes()
        except OSError:
            return []
        return [int(number) for number in numbers.split()]

    def peak_bytes(self) -> int | None:
        """Return the most memory that one program which is there has held; None when there is none, or when programs are not shown."""
        return peak_bytes(pid for pid in self.members() if pid != self._first) if self._shows_programs else None

    def queued_s(self) -> float | None:
        """Return the seconds that the programs which are there stood in the queue for a core; None when there are none, or not shown."""
        return queued_s(pid for pid in self.members() if pid != self._first) if self._shows_programs else None

    def close(self) -> None:
        """Close the file; safe to call twice and from another thread."""
        with self._lock:
            self._usage.close()


def find_meter(container_id: str, first: int, *, proc: Path = _PROC) -> Meter | None:
    """Return the meter of a container whose first process the engine says is `first`; None when that is not so on this machine."""
    try:
        found = accounts((proc / str(first) / "cgroup").read_text(), (proc / "self" / "mountinfo").read_text(), container_id)
        shown = (proc / str(first) / "cmdline").read_bytes().split(b"\0")[:-1] == [word.encode() for word in FIRST]
    except OSError:
        return None
    return next((meter for account in found if (meter := _opened(account, first, shows_programs=shown))), None)


def accounts(groups: str, mounts: str, container_id: str) -> tuple[Account, ...]:
    """Return where the processor time of a container may be told, the finer count first.

    `groups` is the text of `/proc/PID/cgroup`, `mounts` that of `/proc/self/mountinfo`. A group that is not named after the container is
    none of its own.
    """
    found = []
    for line in groups.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        file = _V1 if "cpuacct" in controllers.split(",") else _V2 if not controllers else ""
        if file and container_id in path:
            found += [Account(folder=folder, file=file) for folder in _folders(mounts, path, file)]
    return tuple(sorted(found, key=lambda account: account.version))


def processor_s(text: bytes) -> float | None:
    """Read the text of `cpuacct.usage`, in nanoseconds, or of `cpu.stat`, in microseconds; None when it is neither."""
    words = text.split(maxsplit=2)
    if words[:1] == [_V2_KEY]:
        words, unit = words[1:], 1e6
    else:
        unit = 1e9
    return int(words[0]) / unit if words and words[0].isdigit() else None


def _folders(mounts: str, path: str, file: str) -> Iterator[Path]:
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        place, kind = left.split(), right.split()
        told = kind[:1] == ["cgroup2"] if file == _V2 else kind[:1] == ["cgroup"] and "cpuacct" in kind[-1].split(",")
        root = place[3].rstrip("/") if told else ""
        if told and path.startswith(f"{root}/"):
            yield Path(place[4] + path.removeprefix(root))


def _opened(account: Account, first: int, *, shows_programs: bool) -> Meter | None:
    try:
        meter = Meter(account, first, shows_programs=shows_programs)
    except OSError:
        return None
    if meter.cpu_s() is not None and first in meter.members():
        return meter
    meter.close()
    return None
