"""`codeopt doctor`: what is there, what is missing, and what to type next."""

from __future__ import annotations

import asyncio
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from codeopt import __version__
from codeopt.adapters.git import open_repository
from codeopt.config import Settings
from codeopt.errors import CodeoptError
from codeopt.model.health import Finding
from codeopt.model.work import Environment

if TYPE_CHECKING:
    from codeopt.adapters.docker.probes import Probed

__all__ = ["attack", "command_after_attacks", "examine", "next_command"]

ASK_S = 20
_PROBED = "probes"


def examine(repo: Path, settings: Settings) -> tuple[Finding, ...]:
    """Look at Python, git, the repository, Docker, the model endpoint and the GPU; nothing is built, pulled or changed."""
    from codeopt.adapters.docker.doctor import diagnose

    found = [_python(), _git(), _repository(repo)]
    python = settings.python or f"{sys.version_info.major}.{sys.version_info.minor}"
    found += diagnose(python=python, base=settings.image)
    return (*found, _load(), _model(settings), _gpu())


def attack(settings: Settings) -> Iterator[Probed]:
    """Attack sandboxes that are made as those for candidates are, on the user's engine, and tell of one attack after the other.

    Raises:
        SandboxUnavailable: there is no engine, or it was lost.
    """
    from codeopt.adapters.docker.probes import probe
    from codeopt.app.sandboxes import open_docker

    python = settings.python or f"{sys.version_info.major}.{sys.version_info.minor}"
    environment = Environment(
        python=python, requirements=(), installs_project=False, import_roots=(".",), declared_by=(), key=f"codeopt-{_PROBED}"
    )
    with TemporaryDirectory(prefix="codeopt-probes-") as folder:
        provider = open_docker(settings, Path(folder), _PROBED)
        try:
            provider.prepare(environment)
            yield from probe(provider, os.environ)
        finally:
            provider.close()


def next_command(findings: tuple[Finding, ...], repo: Path, settings: Settings) -> str:
    """Return the command that makes sense to type next."""
    ok = {finding.name: finding.ok for finding in findings}
    folder = shlex.quote(str(repo))
    if not ok["git"]:
        return f"codeopt doctor {folder}"
    if not ok["repository"]:
        return _to_a_repository(repo)
    sandbox = "" if ok.get("Docker engine") and ok.get("base image") else " --sandbox local"
    model = f" --model {settings.model}" if settings.model and ok["model"] and not sandbox else ""
    return f"codeopt optimize {folder}{sandbox}{model}"


def command_after_attacks(repo: Path, settings: Settings, *, held: bool) -> str:
    """Return the command that makes sense to type after attacks on a sandbox, which has held or not."""
    folder = shlex.quote(str(repo))
    runtime = f" --sandbox-runtime {shlex.quote(settings.sandbox_runtime)}" if settings.sandbox_runtime else ""
    if held:
        return f"codeopt optimize {folder}{runtime}"
    # What shares no kernel with the machine holds more; where that was tried already, the engine itself lacks something.
    return f"codeopt doctor {folder}" if settings.sandbox_runtime else f"codeopt doctor {folder} --sandbox --sandbox-runtime runsc"


def _to_a_repository(repo: Path) -> str:
    """Return what makes a folder a repository with a commit; for what is no folder, or git's own, a command with a place for another."""
    if not repo.is_dir() or (repo / "HEAD").is_file():
        return "codeopt doctor PATH-OF-A-GIT-REPOSITORY"
    folder = shlex.quote(str(repo))
    return f"git -C {folder} init && git -C {folder} add -A && git -C {folder} commit -m begin"


def _python() -> Finding:
    detail = f"{platform.python_version()} in {sys.prefix}, codeopt {__version__}"
    return Finding(name="Python", ok=True, detail=detail)


def _git() -> Finding:
    if shutil.which("git") is None:
        return Finding(name="git", ok=False, detail="not found", remedy="install git")
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False, timeout=ASK_S).stdout.strip()
    return Finding(name="git", ok=True, detail=version)


def _repository(repo: Path) -> Finding:
    try:
        repository = open_repository(repo)
    except CodeoptError as error:
        problem, _, remedy = str(error).partition(";")
        return Finding(
            name="repository", ok=False, detail=problem, remedy=remedy.strip() or "git init && git add -A && git commit -m begin"
        )
    state = "with changes that are not committed" if repository.dirty else "clean"
    return Finding(name="repository", ok=True, detail=f"{repository.root} at {repository.commit[:12]}, {state}")


def _load() -> Finding:
    """Say how busy this machine is: measurements on it will say the same of themselves."""
    from codeopt.adapters.weather import weather_here

    weather = weather_here()
    if weather is None:
        return Finding(name="load", ok=True, detail="this system does not tell how busy it is")
    stolen = weather.stolen_s / max(1.0, weather.stolen_s + weather.busy_s)
    mhz = f", {weather.frequency_mhz:.0f} MHz" if weather.frequency_mhz else ""
    detail = f"{weather.load:.2g} on {weather.cores} cores, {stolen:.1%} of its time taken by other machines{mhz}"
    busy = "; small differences will stay open while it is that busy" if weather.load >= weather.cores else ""
    return Finding(name="load", ok=True, detail=detail + busy)


def _model(settings: Settings) -> Finding:
    if settings.model in {None, "none"}:
        detail = "none given: codeopt's own rules alone propose"
        return Finding(name="model", ok=True, detail=detail)
    from codeopt.app.proposers import client_of

    try:
        client = client_of(settings)
        info = asyncio.run(client.probe())
    except CodeoptError as error:
        problem, _, remedy = str(error).partition(";")
        return Finding(name="model", ok=False, detail=problem, remedy=remedy.strip() or "start the endpoint, or give another --model URL")
    context = f", context {info.max_model_len} tokens" if info.max_model_len else ""
    return Finding(name="model", ok=True, detail=f"{info.model} at {client.url}{context}")


def _gpu() -> Finding:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return Finding(name="GPU", ok=True, detail="none on this machine (only a model server needs one)")
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        asked = subprocess.run(query, capture_output=True, text=True, check=False, timeout=ASK_S, env={"PATH": os.defpath})
    except subprocess.TimeoutExpired:
        return Finding(name="GPU", ok=False, detail="nvidia-smi does not answer", remedy="look at the driver's log")
    lines = [line.strip() for line in asked.stdout.splitlines() if line.strip()]
    if asked.returncode or not lines:
        return Finding(name="GPU", ok=False, detail="nvidia-smi finds none", remedy="look at the driver")
    return Finding(name="GPU", ok=True, detail="; ".join(lines))
