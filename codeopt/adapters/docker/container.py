"""Containers: how one is locked up, started, asked about its fate, and removed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import docker.errors
from docker.client import DockerClient
from docker.models.containers import Container
from docker.types import LogConfig, Ulimit

from codeopt.adapters.docker.engine import engine_errors
from codeopt.adapters.docker.layout import KEEPER, USER, WORK
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable

__all__ = ["Lockup", "fate", "remove", "start_locked", "start_open"]

_IDLE = ["sleep", "infinity"]
_OPEN_FILES = 4096
_INODES = 500_000
_GRACE_S = 0.5
_OUT_OF_MEMORY = "the sandbox ran out of memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockup:
    """How tightly a container is held. `seccomp` is the profile as JSON; `runtime` another than the engine's default (`runsc`)."""

    seccomp: str
    memory_bytes: int
    pids: int
    cpuset: str | None = None
    runtime: str | None = None


def start_locked(client: DockerClient, image: str, lockup: Lockup, *, labels: Mapping[str, str]) -> Container:
    """Start a container in which untrusted code may run: no network, no privileges, nothing of the host's.

    Raises:
        SandboxUnavailable: it cannot be started.
    """
    with engine_errors("make a sandbox"):
        container = client.containers.create(
            image,
            _IDLE,
            init=True,
            user=KEEPER,
            hostname="sandbox",
            network_mode="none",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true", f"seccomp={lockup.seccomp}"],
            read_only=True,
            tmpfs=_folders(lockup.memory_bytes),
            mem_limit=lockup.memory_bytes,
            memswap_limit=lockup.memory_bytes,
            pids_limit=lockup.pids,
            ulimits=_ulimits(lockup.memory_bytes),
            cpuset_cpus=lockup.cpuset,
            runtime=lockup.runtime,
            log_config=LogConfig(type=LogConfig.types.NONE),
            labels=dict(labels),
            use_config_proxy=False,
        )
    return _started(container)


def start_open(client: DockerClient, image: str, *, labels: Mapping[str, str]) -> Container:
    """Start a container with a network and a writable root, in which dependencies are installed.

    Raises:
        SandboxUnavailable: it cannot be started.
    """
    with engine_errors("make a container to install in"):
        container = client.containers.create(image, _IDLE, init=True, user=KEEPER, labels=dict(labels), use_config_proxy=False)
    return _started(container)


def fate(container: Container, *, grace: bool = False) -> CodeoptError | None:
    """Say what became of a container: None while it runs. With `grace`, one whose programs were just killed is given time to end.

    A container that its programs brought down by using all its memory is their fault; any other end came from outside.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    deadline = time.monotonic() + (_GRACE_S if grace else 0.0)
    while True:
        try:
            with engine_errors("look after a sandbox"):
                container.reload()
        except SandboxUnavailable as error:
            if isinstance(error.__cause__, docker.errors.NotFound):
                return SandboxUnavailable("a sandbox was removed from outside; run again")
            raise
        if not container.attrs["State"]["Running"]:
            break
        if time.monotonic() >= deadline:
            return None
        time.sleep(_GRACE_S / 10)
    if container.attrs["State"].get("OOMKilled"):
        return ContestantError(_OUT_OF_MEMORY)
    return SandboxUnavailable("a sandbox was ended from outside; run again")


def remove(container: Container) -> None:
    """Remove a container with all that runs in it; one that is gone, or going, is fine.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    with engine_errors("remove a sandbox"), suppress(docker.errors.NotFound):
        try:
            container.remove(force=True, v=True)
        except docker.errors.APIError as error:
            if "already in progress" not in str(error.explanation):
                raise


def _started(container: Container) -> Container:
    try:
        with engine_errors("start a sandbox"):
            container.start()
    except SandboxUnavailable:
        remove(container)
        raise
    return container


def _folders(memory_bytes: int) -> dict[str, str]:
    # Both together stay below the memory limit, so that full folders alone never end the container.
    user = USER.partition(":")[0]
    return {
        WORK: f"rw,exec,nosuid,nodev,size={memory_bytes // 2},nr_inodes={_INODES},mode=0755,uid={user},gid={user}",
        "/tmp": f"rw,exec,nosuid,nodev,size={memory_bytes // 4},nr_inodes={_INODES},mode=1777",  # noqa: S108 - in the container
    }


def _ulimits(memory_bytes: int) -> list[Ulimit]:
    limits = {"nofile": _OPEN_FILES, "fsize": memory_bytes // 2, "core": 0}
    return [Ulimit(name=name, soft=value, hard=value) for name, value in limits.items()]
