"""Knows what a finding of the screen is, and how it is said in one sentence."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass

__all__ = ["Finding", "FindingKind", "Trace"]

LONGEST = 60


class FindingKind(enum.StrEnum):
    """What new code does that has no place in an optimization, unless the original did it."""

    CLOCK = "clock"
    PATCHING = "patching"
    STACK = "stack"
    INTROSPECTION = "introspection"
    IDENTITY = "identity"
    SOURCE = "source"
    ENVIRONMENT = "environment"
    ENDING = "ending"
    FILES = "files"
    NETWORK = "network"
    WORKERS = "workers"
    DEVICES = "devices"
    DEFERRED = "deferred"
    FORGED = "forged"
    STATE = "state"
    RANDOMNESS = "randomness"
    TESTS = "tests"
    SHADOWING = "shadowing"
    DECOY = "decoy"
    IMPORT_TIME = "import-time"
    HIDDEN = "hidden"


PHRASES = {
    FindingKind.CLOCK: "reads the clock",
    FindingKind.PATCHING: "changes what belongs to other code",
    FindingKind.STACK: "reads the stack",
    FindingKind.INTROSPECTION: "looks into the interpreter",
    FindingKind.IDENTITY: "asks for the identity of a value",
    FindingKind.SOURCE: "reads its own source",
    FindingKind.ENVIRONMENT: "reads the environment",
    FindingKind.ENDING: "ends or interrupts the process",
    FindingKind.FILES: "uses the file system",
    FindingKind.NETWORK: "uses the network",
    FindingKind.WORKERS: "starts threads, processes or tasks",
    FindingKind.DEVICES: "uses another device",
    FindingKind.DEFERRED: "puts work off until after the call",
    FindingKind.FORGED: "makes values that only look like the original's",
    FindingKind.STATE: "changes settings of the whole process",
    FindingKind.RANDOMNESS: "draws random numbers",
    FindingKind.TESTS: "touches what tests",
    FindingKind.SHADOWING: "takes the name of a module of others",
    FindingKind.DECOY: "puts one function in the place of another",
    FindingKind.IMPORT_TIME: "does work when it is imported",
    FindingKind.HIDDEN: "hides what it does",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the new code does and the old code of the file did not; `what` is the code, shortened."""

    kind: FindingKind
    path: str
    line: int
    what: str

    @property
    def sentence(self) -> str:
        """Say it without a subject: "reads the stack (`sys._getframe(1)`, m.py:12), which the original does not"."""
        return f"{PHRASES[self.kind]} (`{self.what}`, {self.path}:{self.line}), which the original does not"


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that a file does. Two traces of the same kind and form do the same.

    `once`: more of it are no news, as with a second import of one module.
    """

    kind: FindingKind
    form: str
    node: ast.AST
    once: bool = False

    def finding(self, path: str) -> Finding:
        """Return it as a finding in a file; what is true of a whole module is said by its form."""
        line = getattr(self.node, "lineno", None)
        return Finding(kind=self.kind, path=path, line=line or 1, what=shortened(self.node) if line else self.form)


def shortened(node: ast.AST) -> str:
    """Return the code of a node on one line, cut where it is long."""
    code = ast.unparse(node)
    if isinstance(node, ast.stmt):  # the head of a function or a class says enough
        code = next((line for line in code.splitlines() if not line.startswith("@")), code)
    text = " ".join(code.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
