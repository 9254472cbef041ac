"""What is learnt from the original code before any patch: tests, profile, recorded calls, and what the calls should do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from codeopt.adapters.store.wire import wire
from codeopt.app.project import Project
from codeopt.errors import BaselineError, ContestantError
from codeopt.model.calls import Expected
from codeopt.model.code import Target, TargetName
from codeopt.model.work import Profile, Recording, SuiteRun
from codeopt.ports import Reporter, Sandbox, Store
from codeopt.trial.asking import grown
from codeopt.trial.decoys import Decoys, choose_decoys
from codeopt.trial.judge import Evidence
from codeopt.trial.learning import learn_expected
from codeopt.trial.profiling import profile
from codeopt.trial.recording import record, unpack
from codeopt.trial.scene import Scene
from codeopt.trial.suite import run_suite
from codeopt.trial.worker import open_worker
from codeopt.verify.suites import baseline_problem, failing

__all__ = ["Survey"]

Noun = TypeVar("Noun")


Points = tuple[tuple[int, float], ...]
_GROWTH_S = 3.0


def _grown(scene: Scene, referee: Sandbox, recording: Recording) -> Points:
    try:
        with open_worker(scene, referee, recording) as worker:
            return grown(worker, unpack(recording).calls, all_s=_GROWTH_S)
    except ContestantError:
        return ()


class Survey:
    """The original, looked at step by step; what the store has is not done again."""

    def __init__(self, scene: Scene, project: Project, *, store: Store, reporter: Reporter) -> None:
        """Keep what all steps need."""
        self._scene = scene
        self._project = project
        self._store = store
        self._reporter = reporter

    def suite(self, *, allow_failing: bool) -> SuiteRun | None:
        """Run the tests of the original; None when there are none.

        Raises:
            BaselineError: they cannot judge a patch.
        """
        if not self._scene.tests:
            self._reporter.note("the repository has no tests: recorded calls alone judge a patch")
            return None
        self._reporter.stage("baseline", " ".join(self._scene.tests))
        run = self._kept("suite", SuiteRun, self._run_suite)
        problem = baseline_problem(run, allow_failing=allow_failing)
        if problem:
            way_out = (
                "fix them, choose others with --tests, or pass --allow-failing-tests" if failing(run) else "give a command with --tests"
            )
            raise BaselineError(f"{problem}: {way_out}")
        if failing(run):
            self._reporter.note(f"{len(failing(run))} tests fail before any patch and judge nothing: {', '.join(failing(run)[:3])}")
        return run

    def _run_suite(self) -> SuiteRun:
        with self._scene.provider.open({}) as sandbox:
            return run_suite(self._scene, sandbox)

    def profile(self) -> Profile:
        """Say where the time of the workload goes.

        Raises:
            WorkloadError: the workload fails.
        """
        self._reporter.stage("profile", " ".join(self._scene.workload.argv))
        tolerant = self._scene.workload.argv == self._scene.tests
        return self._kept("profile", Profile, lambda: profile(self._scene, self._project.index, tolerate_failure=tolerant))

    def targets(self, chosen: Sequence[Target]) -> tuple[Target, ...]:
        """Keep the targets of the run, so that a resumed one has the same."""
        return self._kept("targets", tuple[Target, ...], lambda: tuple(chosen))

    def evidence(self, suite: SuiteRun | None, names: Sequence[TargetName], referee: Sandbox) -> Evidence:
        """Record the targets' calls and learn from the original what they should do."""
        self._reporter.stage("record", f"{len(names)} targets")
        recordings, expected = self._learnt("recordings", "expected", names, referee)
        decoys = None if suite is None else self._kept("decoys", Decoys, lambda: choose_decoys(self._scene, suite))
        if decoys is not None and decoys.reason:
            self._reporter.note(f"whether the tests are reported truly cannot be tried: {decoys.reason}")
        return Evidence(suite=suite, recordings=recordings, expected=expected, decoys=decoys)

    def growth(self, recordings: Mapping[TargetName, Recording], referee: Sandbox) -> Mapping[TargetName, Points]:
        """Time each target at growing sizes of its largest call; those of which nothing can be said have no points."""
        return dict(
            self._kept(
                "growth",
                tuple[tuple[TargetName, Points], ...],
                lambda: tuple((name, _grown(self._scene, referee, recording)) for name, recording in recordings.items() if recording.calls),
            )
        )

    def learn(self, names: Sequence[TargetName], referee: Sandbox) -> tuple[Mapping[TargetName, Recording], Mapping[TargetName, Expected]]:
        """Record the calls of further functions, and learn what they should do; those that are never called have no entry."""
        listed = ", ".join(map(str, names))
        self._reporter.stage("record", listed)
        return self._learnt(f"recordings/{listed}", f"expected/{listed}", names, referee)

    def _learnt(
        self, recorded_as: str, learnt_as: str, names: Sequence[TargetName], referee: Sandbox
    ) -> tuple[Mapping[TargetName, Recording], Mapping[TargetName, Expected]]:
        found = self._kept(recorded_as, tuple[Recording, ...], lambda: tuple(record(self._scene, names).values()))
        recordings = {recording.name: recording for recording in found}
        learnt = self._kept(
            learnt_as,
            tuple[tuple[TargetName, Expected], ...],
            lambda: tuple((name, learn_expected(self._scene, referee, recordings[name])) for name in recordings),
        )
        return recordings, dict(learnt)

    def _kept(self, name: str, kind: type[Noun], make: Callable[[], Noun]) -> Noun:
        known = self._store.value(f"survey/{name}")
        if known is not None:
            return wire(kind).unpack(known)
        made = make()
        self._store.put_value(f"survey/{name}", wire(kind).pack(made))
        return made
