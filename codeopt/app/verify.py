"""`codeopt verify`: the verdict on any patch, whoever wrote it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codeopt.adapters.git import changes
from codeopt.adapters.store.memory import MemoryStore
from codeopt.app.project import Project, open_project, scene_of
from codeopt.app.sandboxes import open_provider
from codeopt.app.shipping import Shipping
from codeopt.app.survey import Survey
from codeopt.app.touched import touched_functions
from codeopt.app.weather import watched
from codeopt.config import Settings
from codeopt.errors import TargetError
from codeopt.model.code import Function, Target, TargetName
from codeopt.model.evidence import Machine, Verdict
from codeopt.model.patch import Candidate, Origin, Patch
from codeopt.model.work import Workload
from codeopt.patching.versions import merge, patch_between
from codeopt.ports import Reporter, SandboxProvider
from codeopt.trial.judge import Evidence, TrialJudge

__all__ = ["Verification", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verdict with what it was taken on."""

    verdict: Verdict
    target: TargetName
    workload: Workload
    machine: Machine
    sandbox: str
    diff: str


def verify(repo: Path, settings: Settings, *, patch: bytes, reporter: Reporter) -> Verification:
    """Take a unified diff through the same path as a candidate of `optimize`.

    The function that is timed is the user's `--target`, else the touched function that the workload spends most time in. The
    recorded calls of every touched function are compared.

    Raises:
        PatchError: the diff does not apply.
        TargetError: it touches no function and no target is given.
    """
    with tempfile.TemporaryDirectory(prefix="codeopt-verify-") as scratch:
        folder = Path(scratch)
        reporter.stage("survey", str(repo))
        project = open_project(repo, settings, tree=folder / "tree")
        (folder / "scratch").mkdir()
        shipping = Shipping(project.tree, folder / "scratch")
        versions = changes(patch, project.tree, folder / "scratch", prefix=project.repository.prefix)
        change = merge([patch_between(path, before, after) for path, (before, after) in versions.items()])
        touched = touched_functions(project, versions)
        if not project.named and not touched:
            raise TargetError(
                "the patch touches no function that exists before and after it: name one to measure with --target PATH::QUALNAME"
            )
        whose = "a patch that codeopt's rules did not write"
        with open_provider(settings, project.tree, run=folder.name, untrusted=whose, reporter=reporter) as provider:
            return _verified(
                project,
                settings,
                change,
                functions=(*project.named, *touched),
                named=bool(project.named),
                provider=provider,
                shipping=shipping,
                reporter=reporter,
            )


def _verified(
    project: Project,
    settings: Settings,
    change: Patch,
    *,
    functions: Sequence[Function],
    named: bool,
    provider: SandboxProvider,
    shipping: Shipping,
    reporter: Reporter,
) -> Verification:
    reporter.stage("prepare", f"{provider.name} sandbox")
    provider.prepare(project.environment)
    scene = scene_of(project, settings, provider)
    survey = Survey(scene, project, store=MemoryStore(), reporter=reporter)
    suite = survey.suite(allow_failing=settings.allow_failing_tests)
    names = tuple(dict.fromkeys(function.name for function in functions))
    with watched(provider, reporter), provider.open({}, cores=1) as referee:
        evidence = survey.evidence(suite, names, referee)
        main = functions[0] if named else _busiest(functions, evidence)
        target = Target(name=main.name, span=main.span, source_sha=main.source_sha, share=0.0)
        judge = TrialJudge(scene, evidence, referee=referee, checkout=shipping.checkout, touched=lambda _: (evidence, names))
        candidate = Candidate(target=target, patch=change, origin=Origin(proposer="user"))
        reporter.stage("verify", str(main.name))
        verdict = judge.confirm(candidate)
    return Verification(
        verdict=verdict,
        target=main.name,
        workload=project.workload,
        machine=provider.machine(),
        sandbox=provider.name,
        diff=shipping.diff(candidate),
    )


def _busiest(functions: Sequence[Function], evidence: Evidence) -> Function:
    def seconds(function: Function) -> float:
        recording = evidence.recordings.get(function.name)
        return recording.seconds if recording else -1.0

    return max(functions, key=seconds)
