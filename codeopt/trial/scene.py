"""The scene of all trials of a run: where code runs, on what, and within which limits."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from codeopt.model.tolerance import Tolerance
from codeopt.model.work import Command, Environment, Workload
from codeopt.ports import Sandbox, SandboxProvider

__all__ = ["Limits", "Scene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long things may take, in seconds, and how large what comes back may be."""

    workload_s: float = 600.0
    tests_s: float = 900.0
    types_s: float = 60.0
    call_s: float = 60.0
    vary_s: float = 20.0
    replay_s: float = 30.0
    power_s: float = 20.0
    hunt_s: float = 4.0
    race_s: float = 40.0
    workload_race_s: float = 60.0
    nodes: int = 200_000
    read_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What every trial of a run shares. `files` is the snapshot: path to bytes of the files that patches may touch.

    `secret` draws what a candidate must not be able to foresee: made inputs, orders, positions that are looked at. `assume` names
    properties of inputs that hold whatever the recorded calls are like: calls that break one are not made. Without a `tolerance` floats are
    compared to the bit. `typed` says whether the project has its types checked.
    """

    provider: SandboxProvider
    environment: Environment
    workload: Workload
    tests: tuple[str, ...]
    files: Mapping[str, bytes]
    limits: Limits
    min_speedup: float = 1.03
    confidence: float = 0.99
    min_oracle: float = 0.0
    assume: frozenset[str] = frozenset()
    tolerance: Tolerance | None = None
    typed: bool = False
    seed: int = 0
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def command(self, sandbox: Sandbox, argv: tuple[str, ...], timeout_s: float, **inside: object) -> Command:
        """Return a command for repository code; `inside` is what `sitecustomize` is asked to start, nothing when empty."""
        words = tuple(sandbox.python if word in {"python", "python3"} and at == 0 else word for at, word in enumerate(argv))
        env = [("PYTHONPATH", self.import_path(sandbox, inside=bool(inside)))]
        if inside:
            spec = {"tree": sandbox.tree, "out": sandbox.out, **inside}
            env.append(("CODEOPT_INSIDE", json.dumps(spec)))
        return Command(argv=words, timeout_s=timeout_s, env=tuple(env))

    def import_path(self, sandbox: Sandbox, *, inside: bool) -> str:
        """Return PYTHONPATH: the folders that the repository is imported from, after codeopt's own when something is to start inside."""
        roots = [sandbox.tree if root in {"", "."} else f"{sandbox.tree}/{root}" for root in self.environment.import_roots]
        return ":".join(([f"{sandbox.tools}/site"] if inside else []) + roots)
