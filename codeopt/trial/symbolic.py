"""Has inputs found that take different ways through a target, by a solver, where the environment of the repository has CrossHair."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from codeopt.inputs.signature import Signature
from codeopt.inputs.strangers import breaks_of
from codeopt.model.calls import Probe
from codeopt.trial.asking import sketched, symbolic
from codeopt.trial.scene import Scene
from codeopt.trial.worker import Worker

__all__ = ["symbolic_probes"]

LONGEST_S = 10.0
SKETCHED = 60


def symbolic_probes(
    scene: Scene, worker: Worker, calls: Sequence[bytes], signature: Signature, *, unwanted: Collection[str]
) -> tuple[Probe, ...]:
    """Return such calls, with what they break of what `calls` have in common; none that breaks what is unwanted, or cannot be told.

    Raises:
        ContestantError: the worker died, hung or broke the protocol.
    """
    made = symbolic(worker, calls, seconds=min(LONGEST_S, scene.limits.call_s / 2))
    if not made:
        return ()
    breaks = breaks_of(sketched(worker, calls, most=SKETCHED), sketched(worker, made, most=len(made)), signature)
    return tuple(Probe(data=data, breaks=breaks[at]) for at, data in enumerate(made) if at in breaks and breaks[at] not in unwanted)
