"""One package of the corpus in Docker, and what each layer of checks alone says of a change."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from codeopt.model.calls import Expected
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.patch import Candidate
from codeopt.patching.versions import patch_between
from codeopt.trial.judge import check_tests
from codeopt.trial.replay import check_calls
from codeopt.verify.judgement import judge
from tests.adversarial.hearing import Hearing
from tests.adversarial.semantics.corpus import Change, Package, patch_of
from tests.adversarial.semantics.packages import repository

__all__ = ["LAYERS", "PASSED", "Finding", "SemanticsCourt"]

LAYERS = ("tests", "replay", "oracle")
PASSED = "PASSED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a layer says: PASSED, WRONG or UNVERIFIABLE, why, and how long that took."""

    outcome: str
    reason: str
    seconds: float


class SemanticsCourt:
    """One package: one provider, survey and referee for all its changes. `survey_s` is what these took; `stack` owns what is opened."""

    def __init__(self, package: Package, folder: Path, stack: ExitStack) -> None:
        """Fetch the package, run its tests, and record every target of its changes."""
        home = repository(package, folder / package.name)
        flags = {"tests": package.tests, "workload": package.workload}
        started = time.perf_counter()
        self._hearing = Hearing(home, folder, stack, run=f"semantics-{package.name}", targets=package.targets, flags=flags)
        self.survey_s = time.perf_counter() - started

    def findings(self, change: Change, layers: Sequence[str] = LAYERS) -> Mapping[str, Finding]:
        """Return what each of the layers says, by its name."""
        ways: Mapping[str, Callable[[Candidate], Sequence[Check]]] = {"tests": self._tests, "replay": self._replay, "oracle": self._oracle}
        candidate = self._hearing.candidate(change.target, patch_of(change, self._tree))
        return {layer: _timed(lambda layer=layer: ways[layer](candidate)) for layer in layers}

    def of_text(self, target: str, after: str) -> Finding:
        """Return what all checks up to the timing say of another text of a target's file."""
        path = target.partition("::")[0]
        patch = patch_between(path, (self._tree / path).read_bytes(), after.encode())
        return _timed(lambda: self._oracle(self._hearing.candidate(target, patch)))

    @property
    def _tree(self) -> Path:
        return self._hearing.project.tree

    def _tests(self, candidate: Candidate) -> Sequence[Check]:
        """Run the package's own tests, and nothing else."""
        suite = self._hearing.evidence.suite
        assert suite is not None
        return [check_tests(self._hearing.scene, self._hearing.shipping.checkout(candidate.patch), suite, None)]

    def _replay(self, candidate: Candidate) -> Sequence[Check]:
        """Make the recorded calls once more, and none that was made out of them."""
        scene, name = self._hearing.scene, candidate.target.name
        recording = self._hearing.evidence.recordings.get(name)
        if recording is None:
            return [Check(kind=CheckKind.CALLS, passed=None, detail=f"nothing calls {name}")]
        expected = _recorded_alone(self._hearing.evidence.expected[name])
        with scene.provider.open(self._hearing.shipping.checkout(candidate.patch), cores=1) as contestant:
            return check_calls(scene, contestant, recording, expected, referee=self._hearing.referee).checks

    def _oracle(self, candidate: Candidate) -> Sequence[Check]:
        """Make every check up to the timing."""
        return self._hearing.judge().behaviour(candidate)


def _timed(look: Callable[[], Sequence[Check]]) -> Finding:
    started = time.perf_counter()
    checks = look()
    seconds = time.perf_counter() - started
    if all(check.passed is True for check in checks if check.decisive):
        return Finding(outcome=PASSED, reason="; ".join(check.detail for check in checks), seconds=seconds)
    verdict = judge(checks)
    return Finding(outcome=str(verdict.outcome), reason=verdict.reason, seconds=seconds)


def _recorded_alone(expected: Expected) -> Expected:
    """Return what is expected of the recorded calls, made once: no made ones, no worn objects, no look at what runs."""
    return Expected(
        answers=tuple(answer for answer in expected.answers if answer.call < expected.recorded),
        dropped=expected.dropped,
        replayed=tuple(number for number in expected.replayed if number < expected.recorded),
        recorded=expected.recorded,
        world=expected.world,
        deeds=expected.deeds,
        kept=expected.kept,
        seconds=expected.seconds,
    )
