"""Loads cores of this machine while something is measured on the last one.

`quiet` loads none, `loaded` every core but the last (timed sandboxes and the peers use that one), `crowded` the last one as well. A load
computes and moves memory, one process for each core; it ends with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["CONDITIONS", "loaded_machine", "timed_core"]

CONDITIONS = ("quiet", "loaded", "crowded")
BUSY = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
print("on", flush=True)
block = bytearray(8 << 20)
parent = os.getppid()
while os.getppid() == parent:
    copy = bytes(block)
    for number in range(100_000):
        number * number
"""


def timed_core() -> int:
    """Return the core that is measured on."""
    return max(os.sched_getaffinity(0))


@contextmanager
def loaded_machine(condition: str) -> Iterator[None]:
    """Keep the cores of a condition busy.

    Raises:
        ValueError: no such condition, or no other core to load.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"no condition {condition!r}: there are {', '.join(CONDITIONS)}")
    every = sorted(os.sched_getaffinity(0))
    cores = {"quiet": [], "loaded": every[:-1], "crowded": every}[condition]
    if condition == "loaded" and not cores:
        raise ValueError("this machine has one core: there is no other one to load")
    programs = [subprocess.Popen([sys.executable, "-c", BUSY, str(core)], stdout=subprocess.PIPE) for core in cores]
    try:
        for program in programs:
            assert program.stdout is not None
            if program.stdout.readline() != b"on\n":
                raise ValueError("a load did not start")
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()
            if program.stdout is not None:
                program.stdout.close()
