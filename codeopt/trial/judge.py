"""Takes one candidate through the ladder of checks, cheapest first, and has `verify` say the verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from codeopt.errors import ContestantError, PatchError
from codeopt.model.calls import Expected
from codeopt.model.code import TargetName
from codeopt.model.evidence import Check, CheckKind, Comparison, Verdict
from codeopt.model.patch import Candidate, Patch
from codeopt.model.work import Recording, SuiteRun
from codeopt.patching.apply import apply
from codeopt.patching.gate import compile_problem
from codeopt.ports import Sandbox
from codeopt.trial.decoys import Decoys, check_decoys
from codeopt.trial.race import RaceResult, WrongWhileTimed, race
from codeopt.trial.replay import check_calls
from codeopt.trial.scene import Scene
from codeopt.trial.suite import judge_tests
from codeopt.trial.types import TypeChecker
from codeopt.trial.workload import race_workload
from codeopt.trial.yardstick import hijacks, import_folders, is_yardstick
from codeopt.verify.control import memory_note
from codeopt.verify.coverage import coverage_check
from codeopt.verify.judgement import judge, screen_check, timing_check, workload_check
from codeopt.verify.power import power_check
from codeopt.verify.remembering import may_remember
from codeopt.verify.screen import screen
from codeopt.verify.sizes import sizes_note

__all__ = ["Evidence", "FindTouched", "TrialJudge", "check_tests"]

# A first look may err more often: what it lets through is timed again from the start.
SCREEN_CONFIDENCE = 0.9

Checkout = Callable[[Patch], Mapping[str, bytes]]
FindTouched = Callable[[Candidate], tuple["Evidence", tuple[TargetName, ...]]]
"""Returns the evidence for a candidate, and the functions beside its target that it changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was learnt from the original before any patch: its test run, its recorded calls and what they should do.

    `decoys` are tests that can be made to fail; None where the tests are too few, or there are none.
    """

    suite: SuiteRun | None
    recordings: Mapping[TargetName, Recording]
    expected: Mapping[TargetName, Expected]
    decoys: Decoys | None = None


class TrialJudge:
    """Judges candidates against the evidence; `referee` is an open sandbox of one core on the original tree.

    `checkout` gives the files of a patch as they would ship: the diff, applied by git to a clean checkout. `touched` finds the functions
    that a candidate changes besides its target, whose calls are compared as well, and the evidence with them; without it the target's
    calls are all. Without `screened` patches are run whatever they say: so the walls behind the screen are tested.
    """

    def __init__(
        self,
        scene: Scene,
        evidence: Evidence,
        *,
        referee: Sandbox,
        checkout: Checkout,
        touched: FindTouched | None = None,
        screened: bool = True,
    ) -> None:
        """Keep what all verdicts rest on."""
        self._touched = touched
        self._screened = screened
        self._scene = scene
        self._evidence = evidence
        self._referee = referee
        self._checkout = checkout
        self._types = TypeChecker(scene, referee)

    def screen(self, candidate: Candidate) -> Verdict:
        """Give a first verdict: recorded calls, tests, and the time of the function.

        Raises:
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        return self._verdict(candidate, full=False)

    def confirm(self, candidate: Candidate) -> Verdict:
        """Give the final verdict, on fresh processes and on what would ship, with the whole workload timed as well.

        Raises:
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        return self._verdict(candidate, full=True)

    def behaviour(self, candidate: Candidate) -> tuple[Check, ...]:
        """Make all checks but those of time, up to the first that fails.

        Raises:
            SandboxUnavailable: a sandbox was lost; nothing was learnt.
        """
        files, checks = self._read(candidate, full=False)
        if any(check.passed is not True for check in checks):
            return checks
        with self._ladder(candidate, files) as ladder:
            return (*checks, *ladder.behave(candidate, full=False))

    def _verdict(self, candidate: Candidate, *, full: bool) -> Verdict:
        files, checks = self._read(candidate, full=full)
        if any(check.passed is not True for check in checks):
            return judge(checks)
        with self._ladder(candidate, files) as ladder:
            return ladder.climb(candidate, checks, full=full)

    @contextmanager
    def _ladder(self, candidate: Candidate, files: Mapping[str, bytes]) -> Iterator[_Ladder]:
        evidence, also = self._touched(candidate) if self._touched is not None else (self._evidence, ())
        with self._scene.provider.open(files, cores=1) as contestant:
            yield _Ladder(
                scene=self._scene, evidence=evidence, old=self._referee, new=contestant, files=files, also=also, types=self._types
            )

    def _read(self, candidate: Candidate, *, full: bool) -> tuple[Mapping[str, bytes], tuple[Check, ...]]:
        """Return the files of a patch and the checks that run nothing, up to the first that fails."""
        try:
            files = self._checkout(candidate.patch) if full else apply(candidate.patch, self._scene.files)
        except PatchError as error:
            return {}, (Check(kind=CheckKind.PATCH, passed=False, detail=str(error)),)
        return files, tuple(_up_to_failure(self._unrun(candidate, files)))

    def _unrun(self, candidate: Candidate, files: Mapping[str, bytes]) -> Iterator[Check]:
        """Make the checks that run nothing."""
        yield self._patch_check(candidate, files)
        if self._screened:
            yield screen_check([finding.sentence for finding in screen(self._scene.files, files)])

    def _patch_check(self, candidate: Candidate, files: Mapping[str, bytes]) -> Check:
        for path, source in files.items():
            problem = compile_problem(path, source) if path.endswith(".py") else None
            if problem:
                return Check(kind=CheckKind.PATCH, passed=False, detail=problem)
            reason = self._trespass(path)
            if reason:
                return Check(kind=CheckKind.PATCH, passed=None, detail=f"the patch edits {path}: {reason}")
        changed = ", ".join(candidate.patch.paths)
        return Check(kind=CheckKind.PATCH, passed=True, detail=f"applies to a clean copy and compiles ({changed})")

    def _trespass(self, path: str) -> str:
        """Say why a patch may not have this file; empty when it may."""
        reason = is_yardstick(path, (self._scene.workload.argv, self._scene.tests))
        if reason or path in self._scene.files:
            return reason
        return hijacks(path, import_folders(self._scene.environment.import_roots, self._scene.files))


@dataclass(slots=True, kw_only=True)
class _Ladder:
    """The checks of one candidate whose code is run: `files` are those of its patch, `new` a fresh sandbox with them."""

    scene: Scene
    evidence: Evidence
    old: Sandbox
    new: Sandbox
    files: Mapping[str, bytes]
    also: tuple[TargetName, ...]
    types: TypeChecker
    before: dict[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    passed: dict[str, frozenset[tuple[int, int]]] = field(default_factory=dict)

    def climb(self, candidate: Candidate, first: Sequence[Check], *, full: bool) -> Verdict:
        checks = [*first, *self.behave(candidate, full=full)]
        if any(check.passed is not True and check.decisive for check in checks):
            return judge(checks)
        timing, comparison = self._timing(candidate, may_remember(self.scene.files, self.files), controlled=full)
        checks.append(timing)
        if not full or timing.passed is not True:
            return judge(checks, comparison=comparison)
        last, workload = self._workload(candidate)
        return judge([*checks, last], comparison=comparison, workload=workload)

    def behave(self, candidate: Candidate, *, full: bool) -> Iterator[Check]:
        """Make the checks of behaviour, up to the first that fails."""
        return _up_to_failure(self._behaviour(candidate.target.name, full=full))

    def _behaviour(self, name: TargetName, *, full: bool) -> Iterator[Check]:
        for each in dict.fromkeys((name, *self.also)):
            yield from self._calls(each)
        types = self.types.check(self.new, self.files)
        if types is not None:
            yield types
        if self.evidence.suite is None:
            yield Check(kind=CheckKind.TESTS, passed=None, decisive=False, detail="the repository has no tests")
        else:
            yield check_tests(self.scene, self.files, self.evidence.suite, self.evidence.decoys if full else None)
        yield from self._strength(dict.fromkeys((name, *self.also)))

    def _calls(self, name: TargetName) -> Iterator[Check]:
        recording = self.evidence.recordings.get(name)
        if recording is None:
            yield Check(
                kind=CheckKind.CALLS,
                passed=None,
                detail=f"neither the workload nor the tests call {name}",
            )
            return
        trial = check_calls(self.scene, self.new, recording, self.evidence.expected[name], referee=self.old, files=self.files)
        if trial.arcs is not None:
            self.passed[name.path] = self.passed.get(name.path, frozenset()) | frozenset(trial.arcs)
            self.before[name.path] = self.before.get(name.path, frozenset()) | {*self.evidence.expected[name].arcs, *trial.old}
        for check in trial.checks:
            yield self._named(name, check)

    def _strength(self, names: Iterable[TargetName]) -> Iterator[Check]:
        """Say how much equal answers show: what of the code they ran, and which faults they would have found."""
        expected = {name: self.evidence.expected[name] for name in names if name in self.evidence.expected}
        coverage = coverage_check(self.scene.files, self.files, old=self.before, new=self.passed)
        if coverage is not None:
            yield coverage
        for name, each in expected.items():
            yield self._named(name, power_check(each.power, bar=self.scene.min_oracle))

    def _named(self, name: TargetName, check: Check) -> Check:
        return dataclasses.replace(check, detail=f"{name.qualname}: {check.detail}") if self.also else check

    def _timing(self, candidate: Candidate, fresh_only: str, *, controlled: bool) -> tuple[Check, Comparison | None]:
        try:
            result = self._raced(candidate, fresh_only, controlled=controlled)
        except WrongWhileTimed as error:
            return Check(kind=CheckKind.CALLS, passed=False, detail=str(error)), None
        except ContestantError as error:
            return Check(kind=CheckKind.TIMING, passed=None, detail=f"while it was timed: {error}"), None
        check = timing_check(
            result.comparison,
            min_speedup=self.scene.min_speedup,
            note="; ".join(note for note in (result.note, memory_note(result.memory), sizes_note(result.sizes)) if note),
            problem=result.problem,
            control=result.control,
        )
        return check, result.comparison

    def _raced(self, candidate: Candidate, fresh_only: str, *, controlled: bool) -> RaceResult:
        """Race old and new; a control is the original in a sandbox that was opened as the candidate's was."""
        original = {path: self.scene.files[path] for path in self.files if path in self.scene.files}
        with ExitStack() as stack:
            control = [stack.enter_context(self.scene.provider.open(original, cores=1))] if controlled else []
            return race(
                self.scene,
                (self.old, self.new, *control),
                recording=self.evidence.recordings[candidate.target.name],
                expected=self.evidence.expected[candidate.target.name],
                seed=int(candidate.key, 16),
                confidence=self.scene.confidence if controlled else min(self.scene.confidence, SCREEN_CONFIDENCE),
                fresh_only=fresh_only,
            )

    def _workload(self, candidate: Candidate) -> tuple[Check, Comparison | None]:
        result = race_workload(self.scene, self.files, seed=int(candidate.key, 16))
        if result.failure:
            return Check(kind=CheckKind.TESTS, passed=False, detail=result.failure), None
        return workload_check(result.comparison, note=result.note), result.comparison


def _up_to_failure(checks: Iterable[Check]) -> Iterator[Check]:
    for check in checks:
        yield check
        if check.passed is not True and check.decisive:
            return


def check_tests(scene: Scene, files: Mapping[str, bytes], suite: SuiteRun, decoys: Decoys | None) -> Check:
    """Run the original's tests on trees with the `files` of a patch, on all cores; with `decoys` also with some of them made to fail."""
    with scene.provider.open(files) as sandbox:
        check = judge_tests(scene, sandbox, suite)
    forged = check_decoys(scene, files, decoys) if decoys is not None and check.passed is True else None
    if forged is None or forged.passed is not True:
        return forged or check
    return dataclasses.replace(check, detail=f"{check.detail}; {forged.detail}")
