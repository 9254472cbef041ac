"""Which benchmarks a change can reach: each makes one call in both versions, and is asked what ran."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from codeopt.app.check.versions import Version
from codeopt.model.code import TargetName
from codeopt.syntax.changed import Change
from codeopt.syntax.index import CodeIndex
from codeopt.trial.bench_messages import Reach

__all__ = ["matters", "reaches_all"]

NATIVE = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pyx", ".pxd", ".pxi", ".rs", ".f90", ".so"})


def reaches_all(versions: tuple[Version, Version], change: Change) -> str:
    """Say why a change can reach every benchmark; empty when it is only its functions and modules that matter.

    Files without an outline matter when they lie beside sources or are compiled; those that declare dependencies, when these differ.
    """
    old, new = versions
    if old.environment.key != new.environment.key:
        return "what the repository declares to need differs"
    folders = {str(PurePosixPath(path).parent) for version in versions for path in version.index.files} - {"."}
    for path in change.others:
        pure = PurePosixPath(path)
        if pure.suffix.lower() in NATIVE or not folders.isdisjoint(str(parent) for parent in pure.parents):
            return f"{path} differs, and may be read by any code"
    return ""


def matters(change: Change, versions: tuple[Version, Version], base: Reach, head: Reach) -> bool:
    """Whether what ran of a benchmark, in either version, is among what differs; a changed module matters where it is imported."""
    old, new = versions
    if not change.modules.isdisjoint({*base.files, *head.files}):
        return True
    return not (change.old.isdisjoint(_names(old.index, base)) and change.new.isdisjoint(_names(new.index, head)))


def _names(index: CodeIndex, reach: Reach) -> Iterable[TargetName]:
    functions = (index.at_line(path, line) for path, line, _ in reach.functions)
    return {function.name for function in functions if function is not None}
