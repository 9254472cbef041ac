"""A repository in Docker, what was learnt of it once, and the judge that all candidates meet."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from codeopt.adapters.docker.provider import DockerProvider
from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.adapters.local.provider import LocalProvider
from codeopt.adapters.store.memory import MemoryStore
from codeopt.app.project import open_project, scene_of
from codeopt.app.shipping import Shipping
from codeopt.app.survey import Survey
from codeopt.assets import programs_dir
from codeopt.config import load_settings
from codeopt.model.code import Function, Target
from codeopt.model.patch import Candidate, Origin, Patch
from codeopt.model.work import Command
from codeopt.ports import SandboxProvider
from codeopt.trial.judge import TrialJudge
from codeopt.trial.scene import Limits

__all__ = ["Hearing", "LibraryMissingError", "commit", "target_of"]

# Long enough for a verdict on a gain of half and more, on a machine with other work.
LIMITS = Limits(call_s=20.0, race_s=8.0, workload_race_s=1.0)

# Every run of the tests makes the same calls, so that it fails only for what was changed; another word makes others.
SECRET = os.environ.get("CODEOPT_TEST_SECRET", "corpus")

# The cores that sandboxes may use; all of them when not given.
CPUSET = os.environ.get("CODEOPT_TEST_CPUSET")


class LibraryMissingError(Exception):
    """The sandbox has not the library that the targets need."""


def commit(home: Path) -> None:
    """Make a git repository of a folder, with all that is in it."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "-f", "."], [*identity, "commit", "-qm", "start"]):
        subprocess.run(["git", *words], cwd=home, check=True, capture_output=True)


def target_of(function: Function) -> Target:
    """Return a function as what is to be made faster."""
    return Target(name=function.name, span=function.span, source_sha=function.source_sha, share=0.5)


class Hearing:
    """One repository and its evidence; `stack` owns what is opened."""

    def __init__(
        self,
        home: Path,
        folder: Path,
        stack: ExitStack,
        *,
        run: str,
        targets: Iterable[str],
        flags: Mapping[str, object] | None = None,
        needs: str = "",
        is_local: bool = False,
        limits: Limits = LIMITS,
    ) -> None:
        """Make a git repository of `home`, run its tests, and record every target; `flags` are settings.

        `is_local` gives up the container: only for patches that are harmless.

        Raises:
            LibraryMissingError: the sandbox cannot import what the targets `needs`.
        """
        commit(home)
        settings = load_settings(home, flags=flags or {}, environ={})
        self.project = open_project(home, settings, tree=folder / "tree")
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.shipping = Shipping(self.project.tree, self.scratch)
        provider = self._provider(run, is_local=is_local)
        stack.callback(provider.close)
        provider.prepare(self.project.environment)
        _require(provider, needs)
        self.scene = dataclasses.replace(scene_of(self.project, settings, provider), limits=limits, secret=SECRET)
        survey = Survey(self.scene, self.project, store=MemoryStore(), reporter=RecordingReporter())
        suite = survey.suite(allow_failing=False)
        self.functions = {spec: self.project.index.find(spec) for spec in dict.fromkeys(targets)}
        self.referee = stack.enter_context(provider.open({}, cores=1))
        self.evidence = survey.evidence(suite, [function.name for function in self.functions.values()], self.referee)

    def _provider(self, run: str, *, is_local: bool) -> SandboxProvider:
        if is_local:
            return LocalProvider(self.project.tree, programs_dir())
        return DockerProvider(self.project.tree, programs_dir(), run=run, memory_bytes=1 << 30, cpuset=CPUSET)

    def candidate(self, target: str, patch: Patch) -> Candidate:
        """Return a patch to a target, as a user would hand it in."""
        chosen = target_of(self.functions[target])
        return Candidate(target=chosen, patch=patch, origin=Origin(proposer="user"))

    def judge(self, *, screened: bool = True) -> TrialJudge:
        """Return the judge of one candidate; without `screened`, whatever a patch says is run."""
        return TrialJudge(self.scene, self.evidence, referee=self.referee, checkout=self.shipping.checkout, screened=screened)


def _require(provider: SandboxProvider, library: str) -> None:
    if not library:
        return
    with provider.open({}) as sandbox:
        if not sandbox.run(Command(argv=(sandbox.python, "-c", f"import {library}"), timeout_s=300.0)).ok:
            raise LibraryMissingError(f"the sandbox has no {library}")
