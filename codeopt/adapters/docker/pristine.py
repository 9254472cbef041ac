"""The tree as it should be: packed once, compiled once, and laid into each container where repository code cannot change it.

Processes on a fresh tree would compile every module that they import, again and again; so its bytecode lies in the tree from the start.
It is made by the sandbox's own Python. The keeper does the same for an overlay, so that a changed module is no slower to import than the
original.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from docker.client import DockerClient
from docker.models.containers import Container

from codeopt.adapters.docker.archive import END, FILE_TIME, pack_files, pack_folder
from codeopt.adapters.docker.layout import KEEPER, PRISTINE, PYTHON, TOOLS, program_env
from codeopt.adapters.docker.programs import Call, run_program, said
from codeopt.errors import SandboxUnavailable

__all__ = ["Pristine"]

_BYTECODE_BYTES = 10_000_000
_LAY_S = 120.0
_PREFIX = "tree"
_COMPILE = Call(argv=(PYTHON, "-I", "-S", f"{TOOLS}/bytecode.py", "5000000", "5.0", str(FILE_TIME)), env=program_env(()))


class Pristine:
    """The snapshot of one provider, as an archive; nothing is packed before it is needed."""

    def __init__(self, snapshot: Path) -> None:
        """Keep the snapshot in `snapshot`."""
        self._snapshot = snapshot
        self._tree: bytes | None = None
        self._bytecode: bytes | None = None
        self._lock = threading.Lock()

    @property
    def room_bytes(self) -> int:
        """How much room it takes at most, bytecode included."""
        with self._lock:
            return len(self._packed()) + len(END) + _BYTECODE_BYTES

    def lay(self, client: DockerClient, container: Container) -> None:
        """Put the tree where only the keeper may write; the first container is used to compile it, too.

        Raises:
            SandboxUnavailable: it does not fit, or the container is gone.
        """
        with self._lock:
            tree = self._packed()
            if self._bytecode is None:
                made = run_program(client, container, _COMPILE, timeout_s=_LAY_S, stdin=tree + END, limit_bytes=_BYTECODE_BYTES)
                # It is never needed.
                self._bytecode = made.output.stdout if made.status == 0 and not made.output.truncated else b""
        call = Call(argv=("sh", "-c", f"exec cat > {PRISTINE}/tree.tar"), env=program_env(()), user=KEEPER)
        ended = run_program(client, container, call, timeout_s=_LAY_S, stdin=tree + self._bytecode + END)
        if ended.status != 0:
            raise SandboxUnavailable(f"the repository cannot be put into a sandbox: {said(ended)}; give it more memory")

    def overlay(self, files: Mapping[str, bytes]) -> bytes:
        """Return files as an archive without its end, to be laid over the tree.

        Raises:
            ValueError: a path leaves the tree.
        """
        return pack_files(files, _PREFIX, mode=self._mode) if files else b""

    def _packed(self) -> bytes:
        if self._tree is None:
            self._tree = pack_folder(self._snapshot, _PREFIX)
        return self._tree

    def _mode(self, path: str) -> int:
        """Return the mode that an overlaid file keeps: only whether it can be executed matters."""
        return 0o755 if os.access(self._snapshot / path, os.X_OK) else 0o644
