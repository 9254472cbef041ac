"""The tree as it should be: packed once, compiled once, and laid into each container where repository code cannot change it.

Processes on a fresh tree would compile every module that they import, again and again; so its bytecode lies in the tree from the start.
It is made by the sandbox's own Python, and an overlay gets its own, so that a changed module is no slower to import than it was.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from docker.client import DockerClient
from docker.models.containers import Container

from codeopt.adapters.docker.archive import END, FILE_TIME, pack_files, pack_folder
from codeopt.adapters.docker.layout import KEEPER, PRISTINE, PYTHON, WORK, program_env
from codeopt.adapters.docker.programs import Call, Ended, run_program, said
from codeopt.errors import SandboxUnavailable

__all__ = ["BYTECODE_BYTES", "Pristine", "bytecode_of", "compiling"]

BYTECODE_BYTES = 10_000_000
_LAY_S = 120.0
_COMPILE_S = 5.0
_SOURCE_BYTES = 5_000_000
_PREFIX = "tree"
# Reads an archive and writes one of the bytecode, of as much as the limits allow; what does not compile is left out.
# A source that is as old as overlaid files claim to be gets none: it could be taken for theirs.
_COMPILE = f"""
import importlib.util, io, marshal, sys, tarfile, time, warnings
room, end, avoided = int(sys.argv[1]), time.monotonic() + float(sys.argv[2]), int(sys.argv[3])
warnings.simplefilter("ignore")
made = io.BytesIO()
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as sources:
    archive = tarfile.open(fileobj=made, mode="w")
    for member in sources:
        wanted = member.isreg() and member.name.endswith(".py") and int(member.mtime) != avoided
        if not wanted or member.size > room or time.monotonic() > end:
            continue
        room -= member.size
        try:
            code = compile(sources.extractfile(member).read(), {WORK!r} + "/" + member.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
            continue
        numbers = (0, int(member.mtime), member.size)
        data = importlib.util.MAGIC_NUMBER + b"".join((n & 0xFFFFFFFF).to_bytes(4, "little") for n in numbers) + marshal.dumps(code)
        entry = tarfile.TarInfo(importlib.util.cache_from_source(member.name))
        entry.size, entry.mtime, entry.mode = len(data), int(member.mtime), 0o644
        archive.addfile(entry, io.BytesIO(data))
sys.stdout.buffer.write(made.getvalue())
"""


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
            return len(self._packed()) + len(END) + BYTECODE_BYTES

    def lay(self, client: DockerClient, container: Container) -> None:
        """Put the tree where only the keeper may write; the first container is used to compile it, too.

        Raises:
            SandboxUnavailable: it does not fit, or the container is gone.
        """
        with self._lock:
            tree = self._packed()
            if self._bytecode is None:
                call = compiling(avoided=FILE_TIME)
                made = run_program(client, container, call, timeout_s=_LAY_S, stdin=tree + END, limit_bytes=BYTECODE_BYTES)
                self._bytecode = bytecode_of(made)
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


def compiling(*, avoided: int = -1) -> Call:
    """Return the program that turns an archive into one of its bytecode, but for sources of the time `avoided`."""
    argv = (PYTHON, "-I", "-S", "-c", _COMPILE, str(_SOURCE_BYTES), str(_COMPILE_S), str(avoided))
    return Call(argv=argv, env=program_env(()))


def bytecode_of(ended: Ended) -> bytes:
    """Return what was compiled, as an archive without its end; nothing when it failed: bytecode is never needed."""
    return ended.output.stdout if ended.status == 0 and not ended.output.truncated else b""
