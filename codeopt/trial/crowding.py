"""Chooses which calls of the original are made at the same time: a few that stand for all, where that is likely to matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeopt.model.work import Recording
from codeopt.trial.scene import Scene
from codeopt.verify.concurrency import likely_concurrent

__all__ = ["LONGEST_S", "joining", "newly_concurrent", "spread"]

LONGEST_S = 30.0
MOST = 64
FEWEST = 2
# One after the other they may take so long.
SERIAL_S = 1.0


def joining(scene: Scene, recording: Recording, comparable: Sequence[int], *, calls: int, seconds: float) -> list[int]:
    """Return positions of calls that are to be made at the same time; none where the target's file gives no cause for it.

    `comparable` are those that can be compared at all; all `calls` took so many seconds.
    """
    if not likely_concurrent(scene.files.get(recording.name.path, b""), recording.name.qualname):
        return []
    return spread(comparable, calls=calls, seconds=seconds)


def spread(comparable: Sequence[int], *, calls: int, seconds: float) -> list[int]:
    """Return as many of the positions as can be made in good time, spread evenly over all."""
    affordable = int(calls * SERIAL_S / seconds) if seconds else MOST
    most = max(FEWEST, min(MOST, affordable))
    return list(comparable[:: -(-len(comparable) // most)]) if comparable else []


def newly_concurrent(scene: Scene, recording: Recording, files: Mapping[str, bytes]) -> bool:
    """Whether it is the files of a patch that give the first cause for it."""
    name = recording.name
    if likely_concurrent(scene.files.get(name.path, b""), name.qualname):
        return False
    return any(likely_concurrent(source, name.qualname) for path, source in files.items() if path.endswith(".py"))
