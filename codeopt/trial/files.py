"""Finds what programs left in a sandbox's `out` folder."""

from __future__ import annotations

from codeopt.model.work import Command
from codeopt.ports import Sandbox
from codeopt.trial.scene import Scene

__all__ = ["listing"]

LIST = (
    "import os, sys; print('\\n'.join(sorted(n for n in os.listdir(sys.argv[1]) if n.startswith(sys.argv[2]) and not n.endswith('.part'))))"
)


def listing(scene: Scene, sandbox: Sandbox, prefix: str) -> tuple[str, ...]:
    """Return the absolute paths of the complete files in `out` whose names start with `prefix`."""
    argv = (sandbox.python, "-I", "-S", "-c", LIST, sandbox.out, prefix)
    result = sandbox.run(Command(argv=argv, timeout_s=scene.limits.call_s))
    return tuple(f"{sandbox.out}/{name}" for name in result.stdout.decode(errors="replace").split("\n") if name and "/" not in name)
