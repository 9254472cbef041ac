"""A repository of the corpus in Docker, what was learnt of it once, and the judge that all its cases meet."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from codeopt.adapters.docker.provider import DockerProvider
from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.adapters.git import changes
from codeopt.adapters.store.memory import MemoryStore
from codeopt.app.project import open_project, scene_of
from codeopt.app.shipping import Shipping
from codeopt.app.survey import Survey
from codeopt.assets import programs_dir
from codeopt.config import load_settings
from codeopt.errors import PatchError
from codeopt.model.code import Target
from codeopt.model.evidence import Check, CheckKind, Verdict
from codeopt.model.patch import Candidate, Origin
from codeopt.trial.judge import TrialJudge
from codeopt.trial.scene import Limits
from codeopt.verify.judgement import judge
from tests.adversarial.corpus import HERE, Case, all_cases, diff_of, patch_of

__all__ = ["Court"]

# Long enough for a verdict on a gain of half and more, on a machine with other work.
LIMITS = Limits(call_s=20.0, race_s=8.0, workload_race_s=1.0)


class Court:
    """One repository and its evidence; `stack` owns what is opened."""

    def __init__(self, repo: str, folder: Path, stack: ExitStack) -> None:
        """Make a git repository of it, run its tests, and record every target of its cases."""
        home = folder / repo
        shutil.copytree(HERE / repo, home, ignore=shutil.ignore_patterns("__pycache__"))
        for words in (["init", "-q"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "start"]):
            subprocess.run(["git", *words], cwd=home, check=True, capture_output=True)
        settings = load_settings(home, flags={}, environ={})
        self.project = open_project(home, settings, tree=folder / "tree")
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.shipping = Shipping(self.project.tree, self.scratch)
        provider = DockerProvider(self.project.tree, programs_dir(), run=f"adversarial-{repo}", memory_bytes=1 << 30)
        stack.callback(provider.close)
        provider.prepare(self.project.environment)
        self.scene = dataclasses.replace(scene_of(self.project, settings, provider), limits=LIMITS)
        survey = Survey(self.scene, self.project, store=MemoryStore(), reporter=RecordingReporter())
        suite = survey.suite(allow_failing=False)
        targets = dict.fromkeys(case.target for case in all_cases() if case.repo == repo)
        self.functions = {spec: self.project.index.find(spec) for spec in targets}
        self.referee = stack.enter_context(provider.open({}, cores=1))
        self.evidence = survey.evidence(suite, [function.name for function in self.functions.values()], self.referee)

    def judged(self, case: Case, *, screened: bool = True) -> Verdict:
        """Take a case through the whole ladder, as `codeopt verify --patch` does; without `screened`, whatever it says is run."""
        if case.diff or case.files:
            return self._refused(case)
        function = self.functions[case.target]
        target = Target(name=function.name, span=function.span, source_sha=function.source_sha, share=0.5)
        candidate = Candidate(target=target, patch=patch_of(case), origin=Origin(proposer="user"))
        court = TrialJudge(self.scene, self.evidence, referee=self.referee, checkout=self.shipping.checkout, screened=screened)
        return court.confirm(candidate)

    def _refused(self, case: Case) -> Verdict:
        """Judge a diff that is more than edits of text; the corpus has none that git takes."""
        try:
            changes(diff_of(case).encode(), self.project.tree, self.scratch)
        except PatchError as error:
            return judge([Check(kind=CheckKind.PATCH, passed=False, detail=str(error))])
        raise AssertionError(f"{case.name} is taken for a change of text")
