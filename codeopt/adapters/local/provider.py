"""Makes local sandboxes of one repository snapshot."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from codeopt.adapters.local.sandbox import LocalSandbox, lay, wipe
from codeopt.adapters.weather import weather_here
from codeopt.errors import SandboxUnavailable
from codeopt.model.evidence import Machine, Weather
from codeopt.model.work import Environment
from codeopt.ports import Sandbox

__all__ = ["LocalProvider"]

_FOLDERS = ("out", "home", "tmp")
_VERSION = "import platform; print(platform.python_version())"
_ASK_S = 60


class LocalProvider:
    """A `SandboxProvider` that isolates nothing."""

    def __init__(self, snapshot: Path, tools: Path, *, python: str = sys.executable, scratch: Path | None = None) -> None:
        """Make sandboxes of `snapshot` in fresh folders under `scratch` (the system's temporary folder when None)."""
        self._snapshot = snapshot
        self._tools = tools.resolve()
        self._python = python
        self._scratch = scratch
        self._import_roots: tuple[str, ...] = ()
        self._open: dict[Path, LocalSandbox] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def name(self) -> str:
        """`local`."""
        return "local"

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: no environment is made."""
        return ()

    @property
    def isolates(self) -> bool:
        """False: untrusted code must not run here."""
        return False

    def prepare(self, environment: Environment) -> None:
        """Check the interpreter; nothing is installed: the environment is the one that codeopt was started in.

        Raises:
            SandboxUnavailable: the interpreter does not run.
        """
        self._python_version()
        self._import_roots = environment.import_roots

    @contextmanager
    def open(self, overlay: Mapping[str, bytes], *, cores: int | None = None) -> Iterator[Sandbox]:
        """Open a sandbox on a fresh copy of the snapshot with the files of `overlay` (path in the tree to bytes) laid over it.

        With `cores`, its programs start on the last so many cores that codeopt may use, and their children with them, on Linux. Nothing
        keeps a program from taking others. On other systems `cores` is ignored.

        Raises:
            SandboxUnavailable: the provider is closed, or the copy cannot be made.
            ValueError: the overlay leaves the tree.
        """
        folder = self._new_folder()

        def fill() -> None:
            self._fill(folder, overlay)

        sandbox = LocalSandbox(folder, fill=fill, tools=self._tools, python=self._python, import_roots=self._import_roots, cores=cores)
        with self._lock:
            self._open[folder] = sandbox
        try:
            fill()
            yield sandbox
        finally:
            self._discard(folder)

    def machine(self) -> Machine:
        """Say what measurements are taken on."""
        return Machine(
            cpu=_cpu_model(Path("/proc/cpuinfo")),
            cores=len(os.sched_getaffinity(0)),
            system=f"local {platform.system()} {platform.release()}",
            python=self._python_version(),
        )

    def weather(self) -> Weather | None:
        """Say how busy this machine is now; None on a system that does not tell. Containers are not counted."""
        return weather_here()

    def close(self) -> None:
        """End what runs and remove every copy; safe to call twice and from another thread."""
        with self._lock:
            self._closed = True
            folders = tuple(self._open)
        for folder in folders:
            self._discard(folder)

    def _new_folder(self) -> Path:
        if self._closed:
            raise SandboxUnavailable("the local sandboxes are closed; make another provider")
        try:
            return Path(tempfile.mkdtemp(prefix="codeopt-local-", dir=self._scratch)).resolve()
        except OSError as error:
            raise SandboxUnavailable(f"no folder for a sandbox: {error}; check the disk or set TMPDIR") from None

    def _fill(self, folder: Path, overlay: Mapping[str, bytes]) -> None:
        try:
            shutil.copytree(self._snapshot, folder / "tree", symlinks=True)
            for name in _FOLDERS:
                (folder / name).mkdir()
            lay(folder / "tree", overlay)
        except (OSError, shutil.Error) as error:
            raise SandboxUnavailable(f"cannot copy {self._snapshot} into a sandbox: {error}; check the disk") from None

    def _discard(self, folder: Path) -> None:
        with self._lock:
            sandbox = self._open.pop(folder, None)
        if sandbox is not None:
            sandbox.close()
            with suppress(OSError):  # a program that left its session may still write
                wipe(folder)
            shutil.rmtree(folder, ignore_errors=True)

    def _python_version(self) -> str:
        argv = [self._python, "-I", "-S", "-c", _VERSION]
        try:
            return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=_ASK_S).stdout.strip()
        except (OSError, subprocess.SubprocessError) as error:
            raise SandboxUnavailable(f"the interpreter {self._python} does not run: {error}; name another one") from None


def _cpu_model(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()
