"""A small repository of hostile patches, and what becomes of each case before its judge."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from codeopt.adapters.git import changes
from codeopt.errors import PatchError
from codeopt.model.evidence import Check, CheckKind, Verdict
from codeopt.verify.judgement import judge
from tests.adversarial.corpus import HERE, Case, all_cases, diff_of, patch_of
from tests.adversarial.hearing import Hearing

__all__ = ["Court"]


class Court:
    """One repository and its evidence; `stack` owns what is opened."""

    def __init__(self, repo: str, folder: Path, stack: ExitStack) -> None:
        """Run the tests of the repository, and record every target of its cases."""
        home = folder / repo
        shutil.copytree(HERE / repo, home, ignore=shutil.ignore_patterns("__pycache__", ".ruff_cache"))
        targets = [case.target for case in all_cases() if case.repo == repo]
        self.hearing = Hearing(home, folder, stack, run=f"adversarial-{repo}", targets=targets)

    def judged(self, case: Case, *, screened: bool = True) -> Verdict:
        """Take a case through the whole ladder, as `codeopt verify --patch` does; without `screened`, whatever it says is run."""
        if case.diff or case.files:
            return self._refused(case)
        return self.hearing.judge(screened=screened).confirm(self.hearing.candidate(case.target, patch_of(case)))

    def _refused(self, case: Case) -> Verdict:
        """Judge a diff that is more than edits of text; the corpus has none that git takes."""
        try:
            changes(diff_of(case).encode(), self.hearing.project.tree, self.hearing.scratch)
        except PatchError as error:
            return judge([Check(kind=CheckKind.PATCH, passed=False, detail=str(error))])
        raise AssertionError(f"{case.name} is taken for a change of text")
