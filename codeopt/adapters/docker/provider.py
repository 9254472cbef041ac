"""Makes Docker sandboxes of one repository snapshot: one image per environment, one container per sandbox."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from docker.client import DockerClient

from codeopt.adapters.docker.base import find_image, resolve
from codeopt.adapters.docker.container import Lockup, create_locked
from codeopt.adapters.docker.cores import own_cores
from codeopt.adapters.docker.engine import connect, engine_errors
from codeopt.adapters.docker.install import Installation, install
from codeopt.adapters.docker.keeper import Kept
from codeopt.adapters.docker.layout import PYTHON
from codeopt.adapters.docker.locks import only_one
from codeopt.adapters.docker.owner import RUN_LABEL, labels, sweep, this_process
from codeopt.adapters.docker.pool import Pool
from codeopt.adapters.docker.pristine import Pristine
from codeopt.adapters.docker.sandbox import DockerSandbox
from codeopt.adapters.weather import weather_here
from codeopt.assets import sandbox_dir
from codeopt.errors import SandboxUnavailable
from codeopt.model.evidence import Machine, Weather
from codeopt.model.work import Command, Environment
from codeopt.ports import Sandbox

__all__ = ["DockerProvider"]

_GIB = 1024**3
# What an installed project compiles from: a change here means another image.
_NATIVE = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pyx", ".pxd", ".pxi", ".rs", ".f", ".f90", ".cu", ".asm", ".s"})
_DESCRIBE = """
import json, os, platform
lines = open("/proc/cpuinfo", errors="replace").read().splitlines()
models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
cpu = models[0] if models else platform.machine()
try:
    boot = open("/proc/sys/kernel/random/boot_id").read().strip()
except OSError:
    boot = ""
print(json.dumps([cpu, sorted(os.sched_getaffinity(0)), platform.release(), platform.python_version(), boot]))
"""


class DockerProvider:
    """A `SandboxProvider` that isolates. `notes` tells what the user should know about the environment, after `prepare`."""

    def __init__(  # noqa: PLR0913 - each is one thing that a user may set
        self,
        snapshot: Path,
        tools: Path,
        *,
        run: str,
        base: str | None = None,
        python_version: str | None = None,
        memory_bytes: int = 4 * _GIB,
        pids: int = 512,
        cpuset: str | None = None,
        idle: int = 4,
        runtime: str | None = None,
        client: DockerClient | None = None,
        host_env: Mapping[str, str] | None = None,
    ) -> None:
        """Make sandboxes of `snapshot`, with the programs in `tools`, for the run named `run`.

        `base` names a base image, `python_version` overrules the environment's. Up to `idle` containers wait for their next sandbox, for
        each number of cores; with 0, or with a `runtime`, every sandbox has one of its own. Without `cpuset`, sandboxes keep to the cores
        that this process is held to, if it is. What earlier runs left behind is removed.

        Raises:
            SandboxUnavailable: no engine answers, or it has not that `runtime`.
        """
        self.notes: list[str] = []
        self._snapshot = snapshot
        self._tools = tools
        self._base = base
        self._python_version = python_version
        self._own_client = client is None
        self._client = client or connect(runtime)
        self._host_env = os.environ if host_env is None else host_env
        self._labels = labels(run, this_process())
        seccomp = json.dumps(json.loads((sandbox_dir() / "seccomp.json").read_text(encoding="utf-8")))
        cores = cpuset or own_cores(self._client)
        self._lockup = Lockup(seccomp=seccomp, memory_bytes=memory_bytes, pids=pids, cpuset=cores, runtime=runtime)
        self._locks = Path.home() / ".cache" / "codeopt"
        self._image: str | None = None
        self._import_roots: tuple[str, ...] = ()
        self._pristine = Pristine(snapshot)
        # What another runtime lets programs leave (gVisor does not apply the profile) is not known, so nothing of it is used twice.
        self._pool = Pool(self._start, size=0 if runtime else idle)
        self._machine: Machine | None = None
        self._cores: list[int] = []
        self._here = False
        self._open: set[DockerSandbox] = set()
        self._lock = threading.Lock()
        self._closed = False
        sweep(self._client)

    @property
    def name(self) -> str:
        """`docker`."""
        return "docker"

    @property
    def isolates(self) -> bool:
        """True."""
        return True

    @property
    def image(self) -> str | None:
        """The id of the environment image, after `prepare`."""
        return self._image

    def prepare(self, environment: Environment) -> None:
        """Find or make the image of an environment; the only step with a network.

        Raises:
            SandboxUnavailable: it cannot be made, with the reason.
        """
        self._check_open()
        python = self._python_version or environment.python
        base = resolve(self._client, python, named=self._base, script=sandbox_dir() / "bootstrap" / "debian.sh", locks=self._locks)
        dockerfile = (sandbox_dir() / "Dockerfile").read_bytes()
        image = f"codeopt-env:{self._key(environment, base.image_id, dockerfile)}"
        with only_one(self._locks, image.replace(":", "-")):
            found = find_image(self._client, image)
            notes = () if found else self._make(image, environment, self._foundation(base.image_id, dockerfile))
        self.notes = [note for note in (base.note, *notes) if note]
        self._image = found or find_image(self._client, image)
        self._import_roots = environment.import_roots

    @contextmanager
    def open(self, overlay: Mapping[str, bytes], *, cores: int | None = None) -> Iterator[Sandbox]:
        """Open a sandbox on a fresh copy of the snapshot with the files of `overlay` (path in the tree to bytes) laid over it.

        Its container may have served other sandboxes; nothing of theirs is left. With `cores`, all its programs share the last so many
        cores.

        Raises:
            SandboxUnavailable: the engine is gone, the provider is closed, or the repository does not fit.
            ValueError: the overlay leaves the tree.
        """
        archive = self._pristine.overlay(overlay)
        sandbox = self._lend(cores)
        try:
            sandbox.begin(archive)
            yield sandbox
        finally:
            self._take_back(cores, sandbox)

    def machine(self) -> Machine:
        """Say what measurements are taken on. Only after `prepare`.

        Raises:
            SandboxUnavailable: the engine is gone.
        """
        if self._machine is None:
            with self.open({}) as sandbox:
                told = sandbox.run(Command(argv=(PYTHON, "-I", "-S", "-c", _DESCRIBE), timeout_s=60.0))
                metered = sandbox.cpu_s() is not None
            if not told.ok:
                raise SandboxUnavailable(f"Python does not run in the sandbox: {told.stderr.decode(errors='replace')[-200:].strip()}")
            cpu, self._cores, release, python, boot = json.loads(told.stdout)
            self._here = metered or boot == this_process().boot
            with engine_errors("say what it is"):
                engine = self._client.version()["Version"]
            system = " ".join(part for part in ("docker", engine, self._lockup.runtime, "Linux", release) if part)
            self._machine = Machine(cpu=cpu, cores=len(self._cores), system=system, python=python)
        return self._machine

    def weather(self) -> Weather | None:
        """Say how busy the machine is now, and how many containers run that are not codeopt's; None when the engine is on another one.

        Only after `prepare`.

        Raises:
            SandboxUnavailable: the engine is gone.
        """
        self.machine()
        if not self._here:
            return None
        with engine_errors("list what runs"):
            running = self._client.api.containers()
        return weather_here(containers=sum(RUN_LABEL not in (container.get("Labels") or {}) for container in running))

    def close(self) -> None:
        """Remove every container; safe to call twice and from another thread.

        Raises:
            SandboxUnavailable: the engine does not answer.
        """
        with self._lock:
            was_closed, self._closed = self._closed, True
            sandboxes, self._open = self._open, set()
        for sandbox in sandboxes:
            sandbox.close()
        self._pool.close()
        if self._own_client and not was_closed:
            self._client.close()

    def _lend(self, cores: int | None) -> DockerSandbox:
        self._check_open()
        sandbox = DockerSandbox(self._client, self._pool.take(cores), import_roots=self._import_roots)
        with self._lock:
            self._open.add(sandbox)
            closed = self._closed
        if closed:
            sandbox.close()
            self._check_open()
        return sandbox

    def _take_back(self, cores: int | None, sandbox: DockerSandbox) -> None:
        container = sandbox.release()
        with self._lock:
            self._open.discard(sandbox)
        if container is not None:
            self._pool.give(cores, container)

    def _start(self, cores: int | None) -> Kept:
        """Make a container with the pristine tree in it."""
        if self._image is None:
            raise SandboxUnavailable("the environment is not prepared; call `prepare` first")
        room = self._pristine.room_bytes
        if room > self._lockup.memory_bytes // 2:
            raise SandboxUnavailable(f"the repository, {room} bytes of archive, does not fit into a sandbox; give it more memory")
        cpuset = self._lockup.cpuset if cores is None else self._last(cores)
        lockup = dataclasses.replace(self._lockup, cpuset=cpuset, pristine_bytes=room)
        kept = Kept(self._client, create_locked(self._client, self._image, lockup, labels=self._labels))
        try:
            self._pristine.lay(self._client, kept.container)
        except SandboxUnavailable:
            kept.remove()
            raise
        return kept

    def _last(self, cores: int) -> str:
        """Return the set of the last cores; interrupts tend to be served by the first ones."""
        self.machine()
        return ",".join(str(core) for core in self._cores[-cores:])

    def _check_open(self) -> None:
        if self._closed:
            raise SandboxUnavailable("the Docker sandboxes are closed; make another provider")

    def _key(self, environment: Environment, base_id: str, dockerfile: bytes) -> str:
        digest = hashlib.sha256()
        parts = [environment.key, json.dumps(environment.requirements), str(environment.installs_project), base_id, dockerfile.decode()]
        for part in parts:
            digest.update(part.encode() + b"\0")
        digest.update(_content(self._tools, None))
        if environment.installs_project:
            digest.update(_content(self._snapshot, _NATIVE))
        return digest.hexdigest()[:20]

    def _foundation(self, base_id: str, dockerfile: bytes) -> str:
        name = f"codeopt-python:{hashlib.sha256(base_id.encode() + dockerfile).hexdigest()[:20]}"
        with only_one(self._locks, name.replace(":", "-")):
            found = find_image(self._client, name)
            if found is not None:
                return found
            with engine_errors("build the foundation of the sandbox image"):
                image, _ = self._client.images.build(
                    fileobj=io.BytesIO(dockerfile), tag=name, buildargs={"BASE": base_id}, network_mode="none", rm=True, forcerm=True
                )
            return str(image.id)

    def _make(self, image: str, environment: Environment, foundation: str) -> tuple[str, ...]:
        plan = Installation(
            foundation=foundation,
            image=image,
            environment=environment,
            snapshot=self._snapshot,
            tools=self._tools,
            host_env=self._host_env,
            labels=self._labels,
        )
        return install(self._client, plan)


def _content(folder: Path, suffixes: frozenset[str] | None) -> bytes:
    """Return a hash of the files of a folder with one of the suffixes (any when None), caches left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and (suffixes is None or path.suffix.lower() in suffixes):
            for part in (str(path.relative_to(folder)).encode(errors="surrogateescape"), path.read_bytes()):
                digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
