"""Tar streams: how files go into a container whose root is read-only."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

__all__ = ["END", "FILE_TIME", "pack_files", "pack_folder"]

END = bytes(1024)  # two empty blocks; archives without it can be joined
FILE_TIME = 1_600_000_000  # of all that `pack_files` packs
_FILE_MODE = 0o644


def pack_folder(folder: Path, prefix: str, *, ignore: frozenset[str] = frozenset()) -> bytes:
    """Return the contents of a folder as an archive without its end, under `prefix`, leaving out names in `ignore`.

    Links stay links; owners are forgotten; modes are kept, and times to the second.
    """

    def clean(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if PurePosixPath(member.name).name in ignore or member.isdev():
            return None
        return _anonymous(member)

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(folder, arcname=prefix, filter=clean)
        return buffer.getvalue()


def pack_files(files: Mapping[str, bytes], prefix: str, *, mode: Callable[[str], int] = lambda _: _FILE_MODE) -> bytes:
    """Return files as an archive without its end, each under `prefix` with the mode that `mode` says for its path.

    Raises:
        ValueError: a path is absolute, or leaves the folder.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in files.items():
            if not path or path.startswith("/") or ".." in PurePosixPath(path).parts:
                raise ValueError(f"{path!r} leaves its folder")
            member = tarfile.TarInfo(f"{prefix}/{path}")
            member.size, member.mode, member.mtime = len(data), mode(path), FILE_TIME
            archive.addfile(member, io.BytesIO(data))
        return buffer.getvalue()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.mtime = int(member.mtime)  # a fraction would take a header of its own
    member.uname = member.gname = ""
    return member
