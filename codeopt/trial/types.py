"""Asks the project's own type checker whether a patch breaks what it says of the types; runs nothing of the patch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from codeopt.model.evidence import Check, CheckKind
from codeopt.ports import Sandbox
from codeopt.trial.scene import Scene

__all__ = ["TypeChecker"]

_OPTIONS = ("--no-error-summary", "--no-pretty", "--hide-error-context", "--no-color-output", "--show-error-codes")
_ERROR = re.compile(r"^([^:\n]+):\d+(?::\d+)?: error: (.+)$", re.MULTILINE)
_LINE = re.compile(r"\bline \d+")
_ANSWERS = frozenset({0, 1})  # what mypy ends with where it came to an end

Errors = Counter[tuple[str, str]]


class TypeChecker:
    """Checks the files of patches with mypy as the project configures it; `referee` is an open sandbox on the original tree.

    Where the sandbox has no mypy, or it does not come to an end on the original, nothing is said of any patch.
    """

    def __init__(self, scene: Scene, referee: Sandbox) -> None:
        """Ask nothing yet."""
        self._scene = scene
        self._referee = referee
        self._before: dict[tuple[str, ...], Errors | None] = {}

    def check(self, sandbox: Sandbox, files: Mapping[str, bytes]) -> Check | None:
        """Say whether the patched files in a sandbox have errors that the original's have not; None where that cannot be told.

        Raises:
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        paths = tuple(path for path in sorted(files) if path in self._scene.files)
        if not self._scene.typed or not paths:
            return None
        if paths not in self._before:
            self._before[paths] = self._errors(self._referee, paths)
        before = self._before[paths]
        after = self._errors(sandbox, paths) if before is not None else None
        if before is None or after is None:
            return None
        new = after - before
        if not new:
            return Check(kind=CheckKind.TYPES, passed=True, detail="mypy finds no error that it does not find in the original")
        path, text = min(new)
        return Check(kind=CheckKind.TYPES, passed=None, detail=f"mypy finds what it does not find in the original: {path}: {text}")

    def _errors(self, sandbox: Sandbox, paths: tuple[str, ...]) -> Errors | None:
        """Return the errors by file, without their lines, which a patch moves; None where mypy did not come to an end."""
        argv = ("python", "-m", "mypy", *_OPTIONS, "--cache-dir", f"{sandbox.out}/mypy", "--", *paths)
        result = sandbox.run(self._scene.command(sandbox, argv, self._scene.limits.types_s))
        found = _ERROR.findall(result.stdout.decode(errors="replace"))
        if result.timed_out or result.status not in _ANSWERS or bool(found) != bool(result.status):
            return None
        return Counter((path, _LINE.sub("a line", text)) for path, text in found)
