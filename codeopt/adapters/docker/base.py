"""The base image: which one there is, and how one is made where no registry can be reached.

In this order: what the user named; `python:X.Y-slim` on this machine; a Debian of codeopt's own with that Python; the slim image
pulled; a Debian of codeopt's own, whatever its Python; such a Debian made from Debian's packages.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import docker.errors
import requests
from docker.client import DockerClient

from codeopt.adapters.docker.engine import engine_errors
from codeopt.adapters.docker.locks import only_one
from codeopt.errors import SandboxUnavailable

__all__ = ["Base", "Debian", "can_bootstrap", "debian_for", "find_image", "find_local", "resolve", "slim_name"]

_BOOTSTRAP_S = 1800
_VERSION = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debian:
    """A release of Debian and its Python."""

    suite: str
    python: str

    @property
    def image(self) -> str:
        """The name of the base image made of it."""
        return f"codeopt-base:{self.suite}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A base image on this machine. `note` is what the user should know about the choice."""

    image_id: str
    name: str
    note: str = ""


_DEBIANS = {
    "3.9": Debian(suite="bullseye", python="3.9"),
    "3.11": Debian(suite="bookworm", python="3.11"),
    "3.13": Debian(suite="trixie", python="3.13"),
}
_USUAL = _DEBIANS["3.11"]


def slim_name(python: str) -> str:
    """Return the name of the registry's image with a Python version, such as `3.12` or `3.12.4`."""
    return f"python:{_short(python)}-slim"


def debian_for(python: str) -> Debian:
    """Return the Debian with that Python, or the usual one."""
    return _DEBIANS.get(_short(python), _USUAL)


def can_bootstrap() -> str:
    """Return why no Debian can be made here; empty when one can."""
    if shutil.which("debootstrap", path=_path()) is None:
        return "debootstrap is not installed"
    return "" if os.geteuid() == 0 else "debootstrap needs root"


def find_image(client: DockerClient, name: str) -> str | None:
    """Return the id of an image on this machine, or None.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    with engine_errors(f"look up the image {name}"):
        try:
            return str(client.images.get(name).id)
        except docker.errors.ImageNotFound:
            return None


def find_local(client: DockerClient, python: str) -> Base | None:
    """Return a base on this machine with exactly that Python, or None.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    debian = debian_for(python)
    names = [slim_name(python)] + ([debian.image] if debian.python == _short(python) else [])
    for name in names:
        if (found := find_image(client, name)) is not None:
            return Base(image_id=found, name=name)
    return None


def resolve(client: DockerClient, python: str, *, named: str | None, script: Path, locks: Path) -> Base:
    """Return the base image for a Python version, pulling or making one when there is none.

    Raises:
        SandboxUnavailable: there is none to be had.
    """
    if named is not None:
        return _named(client, named)
    found = find_local(client, python) or _pulled(client, slim_name(python))
    if found is not None:
        return found
    debian = debian_for(python)
    with only_one(locks, debian.image.replace(":", "-")):
        image_id = find_image(client, debian.image) or _bootstrapped(client, debian, script, slim_name(python))
    return Base(image_id=image_id, name=debian.image, note=_mismatch(debian, python))


def _named(client: DockerClient, name: str) -> Base:
    image_id = find_image(client, name)
    if image_id is not None:
        return Base(image_id=image_id, name=name)
    pulled = _pulled(client, name)
    if pulled is None:
        raise SandboxUnavailable(f"the image {name} is neither here nor can it be pulled; check `image`, or `docker load` it")
    return pulled


def _pulled(client: DockerClient, name: str) -> Base | None:
    repository, _, tag = name.partition(":")
    if "@" in name or "/" in tag:
        repository, tag = name, ""
    try:
        image = client.images.pull(repository, tag=tag or None)
    except (docker.errors.APIError, requests.RequestException):
        # Unreachable, unknown or forbidden: there are other ways to a base.
        return None
    return Base(image_id=str(image.id), name=name)


def _bootstrapped(client: DockerClient, debian: Debian, script: Path, slim: str) -> str:
    """Make the base image from Debian's packages, and return its id."""
    why_not = can_bootstrap()
    if why_not:
        raise SandboxUnavailable(f"no base image: {slim} cannot be pulled, and {why_not}; `docker load` one, or set `image`")
    with tempfile.TemporaryDirectory(prefix="codeopt-base-") as folder:
        archive = _debootstrap(debian, script, Path(folder))
        with engine_errors("import the base image"):
            client.api.import_image_from_file(str(archive), repository="codeopt-base", tag=debian.suite)
    image_id = find_image(client, debian.image)
    if image_id is None:
        raise SandboxUnavailable(f"the engine did not keep {debian.image}; check its disk")
    return image_id


def _debootstrap(debian: Debian, script: Path, folder: Path) -> Path:
    archive, log = folder / "base.tar", folder / "log"
    argv = ["sh", str(script), debian.suite, str(folder / "root")]
    try:
        with archive.open("wb") as out, log.open("wb") as err:
            subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=_BOOTSTRAP_S, env=_environment())
    except (OSError, subprocess.SubprocessError) as error:
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        why = lines[-1] if lines else str(error)
        raise SandboxUnavailable(
            f"no base image: debootstrap {debian.suite} failed: {why[:300]}; `docker load` one, or set `image`"
        ) from None
    return archive


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": _path(), "LC_ALL": "C"}


def _path() -> str:
    # Debian keeps debootstrap where a user's PATH may not look.
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def _mismatch(debian: Debian, python: str) -> str:
    if debian.python == _short(python):
        return ""
    return f"the sandbox has Python {debian.python}, not {_short(python)}: {slim_name(python)} cannot be pulled; set `image` to change it"


def _short(python: str) -> str:
    found = _VERSION.match(python)
    if found is None:
        raise SandboxUnavailable(f"{python!r} is no Python version; write it like 3.12")
    return found.group()
