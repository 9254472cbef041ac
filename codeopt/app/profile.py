"""`codeopt profile`: where the time of the workload goes."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from codeopt.app.project import excluded, open_project, scene_of
from codeopt.app.sandboxes import open_provider
from codeopt.config import Settings
from codeopt.model.code import Target
from codeopt.model.work import Profile, Workload
from codeopt.ports import Reporter
from codeopt.syntax.rank import rank
from codeopt.trial.profiling import profile as run_profile

__all__ = ["ProfileResult", "profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileResult:
    """A profile, the functions that codeopt would try first, and what was run."""

    profile: Profile
    targets: tuple[Target, ...]
    workload: Workload
    sandbox: str


def profile(repo: Path, settings: Settings, *, reporter: Reporter) -> ProfileResult:
    """Run the workload under the sampler and rank its functions.

    Raises:
        WorkloadError: there is none, or it fails.
    """
    with tempfile.TemporaryDirectory(prefix="codeopt-profile-") as scratch:
        project = open_project(repo, settings, tree=Path(scratch) / "tree")
        with open_provider(settings, project.tree, run=Path(scratch).name, untrusted="", reporter=reporter) as provider:
            reporter.stage("prepare", f"{provider.name} sandbox")
            provider.prepare(project.environment)
            scene = scene_of(project, settings, provider)
            reporter.stage("profile", " ".join(project.workload.argv))
            tolerant = project.workload.argv == project.tests
            found = run_profile(scene, project.index, tolerate_failure=tolerant)
            only = [function.name for function in project.named]
            ranked = rank(found, project.index, limit=40, only=only)
            targets = tuple(target for target in ranked if only or not excluded(target.name.path, settings.exclude))
            return ProfileResult(profile=found, targets=targets, workload=project.workload, sandbox=provider.name)
