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
from codeopt.adapters.docker.layout import FIRST, KEEPER, PRISTINE, USER, WORK
from codeopt.errors import CodeoptError, ContestantError, SandboxUnavailable

__all__ = ["Lockup", "create_locked", "fate", "is_sound", "remove", "start_open"]

_IDLE = ["sleep", "infinity"]
_OPEN_FILES = 4096
_INODES = 500_000
_GRACE_S = 0.5
_SHARED_BYTES = 64 * 1024**2
# A closed connection would be remembered for a minute, by whoever comes next.
_SYSCTLS = {"net.ipv4.tcp_max_tw_buckets": "0", "net.ipv4.tcp_no_metrics_save": "1"}
_OUT_OF_MEMORY = "the sandbox ran out of memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockup:
    """How tightly a container is held. `seccomp` is the profile as JSON; `runtime` another than the engine's default (`runsc`).

    `pristine_bytes` is how much of the memory is the keeper's.
    """

    seccomp: str
    memory_bytes: int
    pids: int
    pristine_bytes: int = 0
    cpuset: str | None = None
    runtime: str | None = None


def create_locked(client: DockerClient, image: str, lockup: Lockup, *, labels: Mapping[str, str]) -> Container:
    """Create a container in which untrusted code may run: no network, no privileges, nothing of the host's.

    Raises:
        SandboxUnavailable: it cannot be created.
    """
    with engine_errors("make a sandbox"):
        return client.containers.create(
            image,
            list(FIRST),
            stdin_open=True,  # and closed with the host's connection: the first process ends with its input
            user=USER,
            hostname="sandbox",
            network_mode="none",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true", f"seccomp={lockup.seccomp}"],
            read_only=True,
            tmpfs=_folders(lockup),
            shm_size=min(_SHARED_BYTES, _free_bytes(lockup) // 16),
            sysctls=_SYSCTLS,
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
        if container.attrs["State"].get("Paused"):
            return SandboxUnavailable("a sandbox was paused from outside; run again")
        if not container.attrs["State"]["Running"]:
            break
        if time.monotonic() >= deadline:
            return None
        time.sleep(_GRACE_S / 10)
    if container.attrs["State"].get("OOMKilled"):
        return ContestantError(_OUT_OF_MEMORY)
    return SandboxUnavailable("a sandbox was ended from outside; run again")


def is_sound(container: Container) -> bool:
    """Whether a container runs, is not paused, and none of its programs ever ran out of memory.

    Raises:
        SandboxUnavailable: the engine does not answer, or the container is gone.
    """
    with engine_errors("look after a sandbox"):
        container.reload()
    state = container.attrs["State"]
    return bool(state["Running"]) and not state.get("Paused") and not state.get("OOMKilled")


def remove(container: Container) -> None:
    """Remove a container with all that runs in it; one that is gone, or going, is fine.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    with engine_errors("remove a sandbox"), suppress(docker.errors.NotFound):
        try:
            if container.status == "paused":
                # A frozen program cannot die.
                container.unpause()
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


def _free_bytes(lockup: Lockup) -> int:
    return max(lockup.memory_bytes - lockup.pristine_bytes, 0)


def _folders(lockup: Lockup) -> dict[str, str]:
    # All together stay below the memory limit, so that full folders alone never end the container. The owners of the folders are not
    # the user: what a program does to the folder itself (modes, attributes, access lists) could not be wiped with what is in it.
    free, keeper = _free_bytes(lockup), KEEPER.partition(":")[0]
    usual = f"rw,exec,nosuid,nodev,nr_inodes={_INODES}"
    return {
        WORK: f"{usual},size={free // 2},mode=1777,uid=0,gid=0",
        "/tmp": f"{usual},size={free // 4},mode=1777",  # noqa: S108 - in the container
        PRISTINE: f"rw,noexec,nosuid,nodev,size={lockup.pristine_bytes},mode=0755,uid={keeper},gid={keeper}",
    }


def _ulimits(memory_bytes: int) -> list[Ulimit]:
    limits = {"nofile": _OPEN_FILES, "fsize": memory_bytes // 2, "core": 0}
    return [Ulimit(name=name, soft=value, hard=value) for name, value in limits.items()]
