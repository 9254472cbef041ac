"""Finds files that act by their name: what tests and the interpreter load by themselves, and modules named like those of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from codeopt.verify.screen.finding import Finding, FindingKind
from codeopt.verify.screen.tables import BINARY_SUFFIXES, TEST_FILES, TOP_LEVEL_NAMES

__all__ = ["named_files", "own_modules"]

ROOTS = frozenset({"", "src", "lib"})


def named_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield a finding for each new or changed file that acts by its name."""
    for path, content in after.items():
        if before.get(path) == content:
            continue
        name = PurePosixPath(path).name
        if name in TEST_FILES or name.endswith(BINARY_SUFFIXES):
            yield Finding(kind=FindingKind.TESTS, path=path, line=1, what=name)
        elif path not in before and (module := _top_level(path)) in TOP_LEVEL_NAMES and module not in _packages(before):
            yield Finding(kind=FindingKind.SHADOWING, path=path, line=1, what=f"import {module}")


def _top_level(path: str) -> str | None:
    """Return the name that a file is imported by, or that of its package, when it lies where imports are looked up."""
    parts = PurePosixPath(path).parts
    if parts and parts[0] in ROOTS:
        parts = parts[1:]
    if not parts or not path.endswith((".py", ".pyw", ".pyi")):
        return None
    return parts[0].partition(".")[0]


def _packages(files: Mapping[str, bytes]) -> frozenset[str | None]:
    return frozenset(_top_level(path) for path in files)


def own_modules(files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the names of a repository's modules and packages."""
    names = {part.partition(".")[0] for path in files if path.endswith(".py") for part in PurePosixPath(path).parts}
    return frozenset(names - {"__init__", "src", "lib"})
