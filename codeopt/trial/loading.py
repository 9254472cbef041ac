"""Says to a program in a sandbox how the module of a recorded function was loaded."""

from __future__ import annotations

from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.environment import TREE
from codeopt.trial.recording import unpack
from codeopt.trial.scene import Scene

__all__ = ["target_spec"]


def target_spec(scene: Scene, sandbox: Sandbox, recording: Recording) -> dict[str, object]:
    """Return what `codeopt_inside/load.py` needs to meet the function of a recording."""
    frames = unpack(recording)
    roots = scene.import_path(sandbox, inside=False).split(":")
    entries = [sandbox.tree + entry.removeprefix(TREE) for entry in frames.import_path]
    return {
        "tree": sandbox.tree,
        "out": sandbox.out,
        "path": recording.name.path,
        "qualname": recording.name.qualname,
        "ordinal": recording.name.ordinal,
        "module": frames.module,
        "main": frames.main,
        "argv": frames.argv,
        "import_path": list(dict.fromkeys(entries + [root for root in roots if root])),
    }
