"""Knows what files the module names of import statements stand for, by their paths alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import PurePosixPath

__all__ = ["Modules"]


class Modules:
    """The modules of a tree. Any folder that is no package may be on the import path, so one name can stand for several files."""

    def __init__(self, paths: Collection[str]) -> None:
        """Take the paths of all source files, POSIX and relative to the root."""
        self._by_parts = {_parts(path): path for path in sorted(paths)}
        packages = {parts for parts, path in self._by_parts.items() if PurePosixPath(path).stem == "__init__"}
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for parts, path in self._by_parts.items():
            for start in range(len(parts)):
                if parts[:start] not in packages:
                    self._by_name[".".join(parts[start:])].append(path)

    def find(self, module: str, *, importer: str) -> tuple[str, ...]:
        """Return the files that `module`, with leading dots when relative, may stand for in the file `importer`."""
        absolute = module.lstrip(".")
        level = len(module) - len(absolute)
        if not level:
            return tuple(self._by_name.get(module, ()))
        folder = PurePosixPath(importer).parent.parts
        if level > len(folder) + 1:
            return ()
        parts = (*folder[: len(folder) - (level - 1)], *(absolute.split(".") if absolute else ()))
        path = self._by_parts.get(parts)
        return () if path is None else (path,)


def _parts(path: str) -> tuple[str, ...]:
    pure = PurePosixPath(path)
    return pure.parent.parts if pure.stem == "__init__" else (*pure.parent.parts, pure.stem)
