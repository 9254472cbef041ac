"""Every patch to examples/vidsense before the judge, in Docker: mistakes are rejected, each for its own reason, and right code is not."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from codeopt.model.evidence import Verdict
from tests.adversarial.hearing import LIMITS, Hearing, LibraryMissingError
from tests.adversarial.vidsense.corpus import EXAMPLE, Corpus, VideoCase, all_corpora, patch_of

# Where the interpreter that runs the tests has what Docker's has not: `local` judges there. The patches are harmless.
IS_LOCAL = os.environ.get("CODEOPT_TEST_SANDBOX") == "local"

# Reading a video takes long: what is looked for within a time is looked for within less.
SHORT = dataclasses.replace(LIMITS, vary_s=8.0, power_s=8.0)

# The first test of a corpus learns all its targets.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(2400)]

# All of them take a quarter of an hour and more: CODEOPT_TEST_VIDSENSE=all.
CORPORA = all_corpora() if os.environ.get("CODEOPT_TEST_VIDSENSE") == "all" else tuple(corpus.quick for corpus in all_corpora())
CASES = [(corpus, case) for corpus in CORPORA for case in corpus.cases]
WRONG = [pytest.param(corpus, case, id=case.name) for corpus, case in CASES if not case.right]
RIGHT = [pytest.param(corpus, case, id=case.name) for corpus, case in CASES if case.right]


class VideoCourt:
    """The example, and what was learnt of it once for all cases of a corpus; `stack` owns what is opened."""

    def __init__(self, corpus: Corpus, folder: Path, stack: ExitStack) -> None:
        home = folder / "vidsense"
        shutil.copytree(EXAMPLE, home, ignore=shutil.ignore_patterns("__pycache__", ".codeopt", "*.egg-info"))
        self._hearing = Hearing(
            home,
            folder,
            stack,
            run=f"vidsense-{corpus.name}",
            targets=corpus.targets,
            flags=corpus.settings,
            needs=corpus.needs,
            is_local=IS_LOCAL,
            limits=SHORT,
        )

    def judged(self, case: VideoCase) -> Verdict:
        """Take a case through the whole ladder, as `codeopt verify --patch` does."""
        candidate = self._hearing.candidate(case.target, patch_of(case, self._hearing.project.tree))
        return self._hearing.judge().confirm(candidate)


class Courts:
    """A court for each corpus, made when it is asked for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._made: dict[str, VideoCourt | LibraryMissingError] = {}

    def judged(self, corpus: Corpus, case: VideoCase) -> Verdict:
        """Return the verdict on a case; the test is skipped where the sandbox has not what the corpus needs."""
        if corpus.name not in self._made:
            self._made[corpus.name] = self._court(corpus)
        court = self._made[corpus.name]
        if isinstance(court, LibraryMissingError):
            pytest.skip(str(court))
        return court.judged(case)

    def _court(self, corpus: Corpus) -> VideoCourt | LibraryMissingError:
        folder = self._folder / corpus.name
        folder.mkdir()
        try:
            return VideoCourt(corpus, folder, self._stack)
        except LibraryMissingError as error:
            return error


@pytest.fixture(scope="module")
def courts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courts]:
    with ExitStack() as stack:
        yield Courts(tmp_path_factory.mktemp("vidsense"), stack)


@pytest.mark.parametrize(("corpus", "case"), WRONG)
def test_a_mistake_is_rejected_for_what_it_is(corpus, case, courts):
    verdict = courts.judged(corpus, case)
    assert verdict.outcome in case.outcomes, verdict.reason
    assert re.search(case.reason, verdict.reason), verdict.reason


@pytest.mark.parametrize(("corpus", "case"), RIGHT)
def test_right_code_is_not_called_wrong(corpus, case, courts):
    verdict = courts.judged(corpus, case)
    if case.faster and verdict.outcome in {"NOT_PROVEN", "SLOWER"}:
        # Other work on the machine can hide a gain once.
        verdict = courts.judged(corpus, case)
    assert verdict.outcome in (("FASTER",) if case.faster else case.outcomes), verdict.reason
    assert re.search(case.reason, verdict.reason), verdict.reason
