"""A candidate that changes what its target uses is compared on the calls of that, too."""

from __future__ import annotations

import re

import pytest

from codeopt.app.touched import Touched
from codeopt.model.code import Target
from codeopt.model.evidence import Outcome
from codeopt.model.patch import Candidate, Origin
from codeopt.patching.versions import patch_between
from codeopt.trial.judge import TrialJudge
from tests.app.conftest import surveyed

MODULE = """NAMES = [str(n) for n in range(300)]


def place(name):
    if name in NAMES:
        return NAMES.index(name)
    return -1


def total(names):
    result = 0
    for name in names:
        result += place(name)
    return result
"""
BENCH = "from slow import total\n\nfor size in range(20, 60):\n    total([str(n) for n in range(size)])\n"
TESTS = """from slow import place, total


def test_total():
    assert total(["1", "2"]) == 3
    assert total([]) == 0


def test_place():
    assert place("1") == 1
    assert place("nobody") == -1
"""
RIGHT = MODULE.replace("    if name in NAMES:\n        return NAMES.index(name)\n    return -1", "    return PLACES.get(name, -1)").replace(
    "\n\n\ndef place", "\nPLACES = {name: n for n, name in enumerate(NAMES)}\n\n\ndef place"
)
# True counts as 1 in every total
WRONG = RIGHT.replace("PLACES.get(name, -1)", "PLACES.get(name, -1) != 1 and PLACES.get(name, -1) or PLACES.get(name, -1) == 1")


@pytest.fixture
def judged(make_repo, tmp_path, reporter):
    """Return a function that gives the first verdict on a new version of MODULE, whose target is `total`."""

    def run(after: str):
        root = make_repo(slow__py=MODULE, bench__py=BENCH, test_slow__py=TESTS)
        with surveyed(root, tmp_path, reporter) as at:
            function = at.project.index.find("total")
            target = Target(name=function.name, span=function.span, source_sha=function.source_sha, share=1.0)
            patch = patch_between("slow.py", MODULE.encode(), after.encode())
            candidate = Candidate(target=target, patch=patch, origin=Origin(proposer="model"))
            with at.scene.provider.open({}, cores=1) as referee:
                evidence = at.survey.evidence(at.survey.suite(allow_failing=False), [function.name], referee)
                touched = Touched(at.survey, at.project, evidence, files=at.scene.files, referee=referee)
                judge = TrialJudge(at.scene, evidence, referee=referee, checkout=at.shipping.checkout, touched=touched.evidence)
                verdict = judge.screen(candidate)
        return verdict, at.store.names("survey/expected")

    return run


def test_a_helper_is_recorded_when_a_candidate_changes_it(judged):
    verdict, learnt = judged(RIGHT)
    assert verdict.outcome is Outcome.FASTER, verdict.reason
    assert list(learnt) == ["survey/expected", "survey/expected/slow.py::place"]
    assert any(check.detail.startswith("place: ") for check in verdict.checks)


def test_a_helper_that_is_wrong_for_others_is_wrong(judged):
    verdict, _ = judged(WRONG)
    assert verdict.outcome is Outcome.WRONG
    assert re.search(r"place: .*expected it returned [01], got: it returned (?:True|False)", verdict.reason), verdict.reason


def test_nothing_more_is_learnt_for_a_candidate_that_changes_its_target_alone(judged):
    loop = "    result = 0\n    for name in names:\n        result += place(name)\n    return result"
    verdict, learnt = judged(MODULE.replace(loop, "    return sum(map(place, names))"))
    assert list(learnt) == ["survey/expected"]
    assert verdict.outcome in {Outcome.FASTER, Outcome.NOT_PROVEN, Outcome.SLOWER}
