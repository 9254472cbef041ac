"""`codeopt optimize`: from a repository to a report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from codeopt.adapters.git import Repository, open_repository
from codeopt.adapters.store.runs import create_run, find_run, hold
from codeopt.adapters.store.sqlite import SqliteStore
from codeopt.app.combine import combine
from codeopt.app.ledger import Ledger
from codeopt.app.project import Project, excluded, open_project, scene_of
from codeopt.app.proposers import Panel, open_proposers
from codeopt.app.reporting import build_report, keep_facts, known_facts, write_patches
from codeopt.app.requests import Questions
from codeopt.app.sandboxes import open_provider
from codeopt.app.shipping import Shipping
from codeopt.app.survey import Survey
from codeopt.app.touched import Touched
from codeopt.app.weather import watched
from codeopt.config import Settings
from codeopt.errors import RepositoryError, StoreError, UsageError
from codeopt.model.code import Target
from codeopt.model.report import Facts, Report, RunInfo, Serving
from codeopt.model.work import Budget, Profile, SuiteRun
from codeopt.ports import Proposer, Reporter, SandboxProvider, Store
from codeopt.syntax.rank import rank
from codeopt.trial.judge import TrialJudge
from codeopt.trial.yardstick import is_benchmark
from codeopt.verify.suites import summary

__all__ = ["Asked", "optimize"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a run was asked for: its command line, the run to go on with, and where to record the model's answers."""

    command: tuple[str, ...] = ()
    resume: str | None = None
    record: Path | None = None


def optimize(repo: Path, settings: Settings, *, asked: Asked, reporter: Reporter) -> Report:
    """Find slow functions, have patches proposed for them, prove them, and report.

    Every finished verdict is kept in the run's folder under `.codeopt/`; a run that was interrupted can be resumed.

    Raises:
        UsageError: what the user gave cannot be used.
        InfrastructureError: sandbox, endpoint or disk were lost; the run can be resumed.
    """
    started = time.monotonic()
    repository = open_repository(repo)
    with _folder(repository.root, asked.resume) as folder, SqliteStore(folder) as store:
        _begin(store, repository, settings, folder=folder, asked=asked)
        project = open_project(repo, settings, tree=folder / "tree")
        before = known_facts(store)
        ledger = Ledger(reporter, notes=before.notes if before else (), seconds=before.seconds if before else ())
        reporter.stage("survey", f"run {folder.name}")
        run = _Run(project=project, settings=settings, folder=folder, store=store, ledger=ledger, started=started)
        return run.finish(asked)


@contextmanager
def _folder(root: Path, resume: str | None) -> Iterator[Path]:
    try:
        folder = create_run(root) if resume is None else find_run(root, resume)
    except OSError as error:
        raise StoreError(
            f"cannot make a run folder in {root} ({error.strerror or error}): free some space, or fix its permissions"
        ) from error
    with hold(folder):
        yield folder


def _begin(store: Store, repository: Repository, settings: Settings, *, folder: Path, asked: Asked) -> None:
    """Remember a new run before anything is copied, so that it can be resumed wherever it ends.

    Raises:
        RepositoryError: a run that ended before its copy was made would go on with other files than it began with.
    """
    if asked.resume is None:
        store.start(_info(repository, settings, folder.name, asked.command))
        return
    info = store.info()
    if not (folder / "tree").exists() and (info.commit, info.dirty) != (repository.commit, repository.dirty):
        raise RepositoryError(f"{repository.root}: has changed since run {info.run} began, which had not copied it yet: start a new run")


def _info(repository: Repository, settings: Settings, run: str, command: Sequence[str]) -> RunInfo:
    return RunInfo(
        run=run,
        repository=str(repository.root),
        commit=repository.commit,
        dirty=repository.dirty,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        command=tuple(command),
        settings=settings.public_json(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run under way; `started` is on the monotonic clock."""

    project: Project
    settings: Settings
    folder: Path
    store: Store
    ledger: Ledger
    started: float

    def finish(self, asked: Asked) -> Report:
        for note in self.project.notes:
            self.ledger.note(note)
        panel = open_proposers(self.settings, record=asked.record, reporter=self.ledger)
        untrusted = "what a model wrote" if _asks_model(panel) else ""
        with open_provider(self.settings, self.project.tree, run=self.folder.name, untrusted=untrusted, reporter=self.ledger) as provider:
            return self._in_sandboxes(provider, panel, resume=asked.resume is not None)

    def _in_sandboxes(self, provider: SandboxProvider, panel: Panel, *, resume: bool) -> Report:
        self.ledger.stage("prepare", f"{provider.name} sandbox")
        provider.prepare(self.project.environment)
        for note in provider.notes:
            self.ledger.note(note)
        self._require_same_machine(provider)
        scene = scene_of(self.project, self.settings, provider)
        survey = Survey(scene, self.project, store=self.store, reporter=self.ledger)
        suite = survey.suite(allow_failing=self.settings.allow_failing_tests)
        profile = survey.profile()
        targets = survey.targets(self._targets(profile))
        self._keep(provider, suite, finished=False)
        shipping = Shipping(self.project.tree, self.folder / "scratch")
        with watched(provider, self.ledger), provider.open({}, cores=1) as referee:
            evidence = survey.evidence(suite, [target.name for target in targets], referee)
            touched = Touched(survey, self.project, evidence, files=scene.files, referee=referee)
            judge = TrialJudge(scene, evidence, referee=referee, checkout=shipping.checkout, touched=touched.evidence)
            questions = Questions(
                self.project,
                profile,
                expected=evidence.expected,
                recordings=evidence.recordings,
                growth=survey.growth(evidence.recordings, referee) if _asks_model(panel) else {},
                scene=scene,
            )
            self._agent(panel.proposers, judge, questions, targets=targets, provider=provider, shipping=shipping, resume=resume)
            combine(scene, self.store, touched=touched.evidence, referee=referee, shipping=shipping, reporter=self.ledger)
        self._keep(provider, suite, finished=True, serving=panel.serving())
        report = build_report(self.store, shipping, targets=targets)
        write_patches(report, self.folder)
        return report

    def _require_same_machine(self, provider: SandboxProvider) -> None:
        """Refuse to go on with measurements of another machine, or of another Python.

        Raises:
            UsageError: the run began elsewhere.
        """
        known = known_facts(self.store)
        if known is not None and known.machine != provider.machine():
            then, now = (f"{machine.cpu}, {machine.system}, Python {machine.python}" for machine in (known.machine, provider.machine()))
            raise UsageError(f"run {self.folder.name} was measured on {then}, and this is {now}: the two are not compared, start a new run")

    def _targets(self, profile: Profile) -> tuple[Target, ...]:
        index = self.project.index
        only = [function.name for function in self.project.named]
        if only:
            return rank(profile, index, limit=len(only), only=only)
        ranked = rank(profile, index, limit=len(index.functions))
        kept = [target for target in ranked if not excluded(target.name.path, self.settings.exclude) and not is_benchmark(target.name.path)]
        if not kept:
            self.ledger.note("the profile saw no function of the repository that could be a target")
        return tuple(kept[: self.settings.max_targets])

    def _keep(self, provider: SandboxProvider, suite: SuiteRun | None, *, finished: bool, serving: Serving | None = None) -> None:
        facts = Facts(
            workload=self.project.workload,
            machine=provider.machine(),
            sandbox=provider.name,
            isolated=provider.isolates,
            tests=summary(suite) if suite else "no tests",
            notes=self.ledger.notes,
            seconds=self.ledger.seconds,
            finished=finished,
            serving=serving,
        )
        keep_facts(self.store, facts)

    def _agent(
        self,
        proposers: Sequence[Proposer],
        judge: TrialJudge,
        questions: Questions,
        *,
        targets: Sequence[Target],
        provider: SandboxProvider,
        shipping: Shipping,
        resume: bool,
    ) -> None:
        from codeopt.agent.run import run
        from codeopt.agent.services import Services

        settings = self.settings
        services = Services(
            store=self.store,
            proposers=tuple(proposers),
            judge=judge,
            reporter=self.ledger,
            request_for=questions.request,
            diff_of=shipping.diff,
            code_of=questions.code,
            timings_of=questions.timings,
            budget=Budget(seconds=settings.budget, rounds=settings.rounds, targets=settings.max_targets),
            deadline=self.started + settings.budget,
            samples=settings.samples,
            seed=settings.seed,
            on_cancel=provider.close,
        )
        run(services, targets, run_id=self.folder.name, checkpoints=self.folder / "checkpoints.db", resume=resume)


def _asks_model(panel: Panel) -> bool:
    return any(proposer.name != "rules" for proposer in panel.proposers)
