"""The cores that sandboxes may use: those that this process itself may use, where the engine is on the same machine."""

from __future__ import annotations

import os

from docker.client import DockerClient

from codeopt.adapters.docker.engine import engine_errors

__all__ = ["own_cores"]


def own_cores(client: DockerClient) -> str | None:
    """Return the cores that this process is held to (`taskset`, a cgroup), as Docker writes them; None when it is held to none.

    Containers are children of the engine and inherit nothing of that. An engine with another number of cores is another machine.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    held = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if not held or len(held) == os.cpu_count():
        return None
    with engine_errors("say how many cores it has"):
        there = client.info()["NCPU"]
    return ",".join(str(core) for core in sorted(held)) if there == os.cpu_count() else None
