"""Makes an input on which a candidate differs from the original as small as it gets: people, and models, read small ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from codeopt.errors import ContestantError
from codeopt.model.calls import CallAnswer, Difference
from codeopt.model.tolerance import Tolerance
from codeopt.model.work import Recording
from codeopt.ports import Sandbox
from codeopt.trial.asking import smaller
from codeopt.trial.scene import Scene
from codeopt.trial.worker import Worker, open_worker
from codeopt.verify.calls import difference_between
from codeopt.verify.probes import fitting

__all__ = ["shrunk"]

PATIENCE_S = 5.0
STEP_BYTES = 300_000
FEWEST = 2


def shrunk(scene: Scene, sides: tuple[Sandbox, Sandbox], recording: Recording, data: bytes) -> Difference | None:
    """Return the difference between the original and the candidate on the smallest relative of an input that still shows it.

    The original ends as it does on the input itself: a smaller one that it rejects would show another difference. None where not even
    the input by itself shows it: then it takes the calls before it as well. Only what the original does the same way in two processes,
    under two hash seeds, counts.
    """
    old, new = sides
    try:
        with (
            open_worker(scene, old, recording, hash_seed=0) as first,
            open_worker(scene, old, recording, hash_seed=1, renewed=False) as second,
            open_worker(scene, new, recording, hash_seed=2) as candidate,
        ):
            trio = _Trio(first=first, second=second, candidate=candidate, tolerance=scene.tolerance)
            return trio.smallest(data, patience_s=min(PATIENCE_S, scene.limits.call_s))
    except ContestantError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """An input that shows a difference; `ending` is how the original ends on it."""

    data: bytes
    ending: str
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trio:
    """The original twice, and the candidate."""

    first: Worker
    second: Worker
    candidate: Worker
    tolerance: Tolerance | None

    def smallest(self, data: bytes, *, patience_s: float) -> Difference | None:
        found = self.differing([data])
        best, until = None, time.monotonic() + patience_s
        while found is not None:
            best = found.difference
            options = _affordable(smaller(self.first, found.data)) if time.monotonic() < until else ()
            found = self.differing(options, ending=found.ending)
        return best

    def differing(self, options: Sequence[bytes], *, ending: str | None = None) -> _Shown | None:
        """Return the first option on which the candidate differs, of those on which the original ends so; None for any way."""
        wanted, again, got = (_told(worker, options) for worker in (self.first, self.second, self.candidate))
        for data, want, repeated, have in zip(options, wanted, again, got, strict=True):
            counts = want.agrees(repeated) and ending in {None, want.outcome}
            found = difference_between(want, have, self.tolerance) if counts else None
            if found is not None:
                # Its number is that of an option, and no call's.
                return _Shown(data=data, ending=want.outcome, difference=replace(found, call=None))
        return None


def _affordable(options: Sequence[bytes]) -> list[bytes]:
    """Return the first options, the simplest, as many as are told of in good time: of a large input each takes long, on three sides."""
    return [options[at] for at in fitting([*map(len, options)], range(len(options)), most_bytes=STEP_BYTES, least=FEWEST)]


def _told(worker: Worker, options: Sequence[bytes]) -> Sequence[CallAnswer]:
    """Return what a side does with each option, floats apart as well: so it can be said where nothing else differs.

    Raises:
        ContestantError: it does not get through them.
    """
    with worker.batch(options) as batch:
        return batch.tell(range(len(options)), parted=True).answers
