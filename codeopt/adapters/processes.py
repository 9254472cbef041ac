"""What the kernel of this machine tells of processes: their families, the processor time and the memory they have used.

Knows the texts of `/proc`. A process may end at any moment; what ended has no family, no time and no memory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

__all__ = ["family", "peak_bytes", "queued_s", "reaped_s", "tells_families", "used_s"]

_REAPED = (13, 14)  # of /proc/PID/stat, counted from behind the program's name: user and system time of children waited for
_PROCESS_CLOCK = 2
_PEAK = b"\nVmHWM:"
_CHUNK_BYTES = 1 << 16


@cache
def tells_families() -> bool:
    """Whether this system tells who is whose child: a Linux does, as it is usually built."""
    return Path("/proc/thread-self/children").exists()


def family(pid: int) -> list[int]:
    """Return a process and its descendants. A child whose parent has ended is nobody's descendant."""
    found, unseen = [], [pid]
    while unseen:
        member = unseen.pop()
        found.append(member)
        unseen += _children(member)
    return found


def used_s(pid: int) -> float:
    """Return the processor seconds that a process and its descendants have used.

    Exact for those that are there; those that ended count once their parents have waited for them, with what the system tells then:
    hundredths of a second, cut off.
    """
    return sum(_own_s(member) + reaped_s(_read(f"/proc/{member}/stat")) for member in family(pid))


def reaped_s(stat: bytes) -> float:
    """Read in the text of `/proc/PID/stat` what the children have used that were waited for; 0 when it is no such text."""
    fields = stat.rpartition(b") ")[2].split()
    return sum(int(fields[field]) for field in _REAPED) / os.sysconf("SC_CLK_TCK") if len(fields) > max(_REAPED) else 0.0


def peak_bytes(pids: Iterable[int]) -> int | None:
    """Return the most memory that one of these processes has held at once; None when none of them is there.

    What a program was before it became another one by `exec` does not count; a fork begins with what its parent holds at that moment.
    """
    peaks = [_peak_bytes(_read(f"/proc/{pid}/status")) for pid in pids]
    return max((peak for peak in peaks if peak is not None), default=None)


def queued_s(pids: Iterable[int]) -> float | None:
    """Return the seconds that the threads of these processes were ready to run and had no core; None where the system tells none.

    Threads that stand in the queue side by side count side by side.
    """
    queued = [_queued_s(_read(f"{thread}/schedstat")) for pid in pids for thread in _threads(pid)]
    told = [seconds for seconds in queued if seconds is not None]
    return sum(told) if told else None


def _queued_s(schedstat: bytes) -> float | None:
    # Nanoseconds on a core, nanoseconds in its queue, turns.
    words = schedstat.split()
    return int(words[1]) / 1e9 if len(words) == len(("running", "queued", "turns")) else None


def _peak_bytes(status: bytes) -> int | None:
    words = status.partition(_PEAK)[2].split(maxsplit=2)
    return int(words[0]) * 1024 if len(words) > 1 and words[1] == b"kB" else None


def _children(pid: int) -> list[int]:
    # Each thread has children of its own.
    return [int(child) for thread in _threads(pid) for child in _read(f"{thread}/children").split()]


def _threads(pid: int) -> list[str]:
    """Return the folders of a process's threads."""
    try:
        with os.scandir(f"/proc/{pid}/task") as threads:
            return [thread.path for thread in threads]
    except OSError:
        return []


def _own_s(pid: int) -> float:
    # The kernel's number for the clock of a process, as `clock_getcpuclockid` makes it; it still runs when the process was not waited for.
    try:
        return time.clock_gettime((~pid << 3) | _PROCESS_CLOCK)
    except OSError:
        return 0.0


def _read(path: str) -> bytes:
    # Without the layers of `open`, since this is done beside what is measured.
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(file, _CHUNK_BYTES)
    except OSError:
        return b""
    finally:
        os.close(file)
