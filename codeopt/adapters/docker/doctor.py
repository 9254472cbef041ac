"""Says what the Docker sandbox has and what it lacks, without building or pulling anything."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker.errors
import requests
from docker.client import DockerClient

from codeopt.adapters.docker.base import can_bootstrap, debian_for, find_image, find_local, slim_name
from codeopt.adapters.docker.engine import connect, engine_errors
from codeopt.errors import SandboxUnavailable
from codeopt.model.health import Finding

__all__ = ["diagnose"]

_NEEDED_BYTES = 3 * 1024**3
_GIB = 1024**3
_HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def diagnose(*, python: str = _HERE, base: str | None = None, client: DockerClient | None = None) -> tuple[Finding, ...]:
    """Look at the engine, the base image that would be used for a Python version, the disk and the runtimes; never raises."""
    opened = None
    try:
        engine = client or (opened := connect())
        with engine_errors("describe itself"):
            info: Mapping[str, Any] = engine.info()
        return (_engine(info), _base(engine, python, base), _disk(Path(info["DockerRootDir"])), _runtimes(info))
    except SandboxUnavailable as error:
        remedy = "install Docker and start it (`systemctl start docker`), or set DOCKER_HOST; without it only --sandbox local works"
        return (Finding(name="Docker engine", ok=False, detail=str(error).partition(";")[0], remedy=remedy),)
    finally:
        if opened is not None:
            opened.close()


def _engine(info: Mapping[str, Any]) -> Finding:
    version, system, cores = info["ServerVersion"], info["OperatingSystem"], info["NCPU"]
    detail = f"{version} on {system}, {cores} cores, {info['MemTotal'] / _GIB:.1f} GiB of memory"
    limited = bool(info.get("MemoryLimit")) and bool(info.get("PidsLimit"))
    seccomp = any("seccomp" in option for option in info.get("SecurityOptions") or ())
    if limited and seccomp:
        return Finding(name="Docker engine", ok=True, detail=detail)
    lacks = "limits on memory and processes" if not limited else "seccomp"
    return Finding(
        name="Docker engine", ok=False, detail=f"{detail}; it lacks {lacks}", remedy="use an engine and a kernel with cgroups and seccomp"
    )


def _base(client: DockerClient, python: str, named: str | None) -> Finding:
    found = find_local(client, python) if named is None else None
    wanted = named or slim_name(python)
    debian = debian_for(python)
    if found is not None or find_image(client, wanted) is not None:
        return Finding(name="base image", ok=True, detail=f"{found.name if found else wanted} is on this machine")
    if _can_pull(client, wanted):
        return Finding(name="base image", ok=True, detail=f"{wanted} will be pulled on first use")
    if named is not None:
        return Finding(name="base image", ok=False, detail=f"{named} cannot be pulled", remedy="`docker load` it, or change `image`")
    if find_image(client, debian.image) is not None:
        return Finding(name="base image", ok=True, detail=f"{debian.image} is on this machine, with Python {debian.python}")
    why_not = can_bootstrap()
    if not why_not:
        return Finding(name="base image", ok=True, detail=f"Debian {debian.suite} will be made with debootstrap on first use")
    remedy = f"`docker load` {wanted}, set `image`, or install debootstrap and run as root"
    return Finding(name="base image", ok=False, detail=f"{wanted} cannot be pulled, and {why_not}", remedy=remedy)


def _can_pull(client: DockerClient, name: str) -> bool:
    try:
        client.images.get_registry_data(name)
    except (docker.errors.APIError, requests.RequestException):
        return False
    return True


def _disk(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return Finding(name="Docker disk", ok=True, detail="on another machine")
    remedy = "" if free >= _NEEDED_BYTES else f"free {_NEEDED_BYTES // _GIB} GiB, for example with `docker image prune`"
    return Finding(name="Docker disk", ok=not remedy, detail=f"{free / _GIB:.1f} GiB free in {folder}", remedy=remedy)


def _runtimes(info: Mapping[str, Any]) -> Finding:
    there = "runsc" in (info.get("Runtimes") or {})
    detail = "available" if there else "not installed; containers share this machine's kernel (optional)"
    return Finding(name="gVisor", ok=True, detail=detail)
