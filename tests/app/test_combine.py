"""Patches that were each proven alone, tried together, in the local sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeopt.app.combine import combine, combined
from codeopt.model.code import Target
from codeopt.model.evidence import Check, CheckKind, Comparison, Outcome, Verdict
from codeopt.model.patch import Candidate, Origin
from codeopt.patching.versions import patch_between
from tests.app.conftest import surveyed

MODULE = '''def first(x):
    """Say one more."""
    return x + 1


def second(x):
    """Say two more."""
    return x + 2
'''
BENCH = "from slow import first, second\n\nprint([first(n) + second(n) for n in range(20)])\n"
TESTS = "from slow import first\n\n\ndef test_first():\n    assert first(1) > 0\n"
FLAKY = """

def test_only_once():
    with open({counter!r}, "a+") as file:
        file.write("x")
        file.seek(0)
        assert len(file.read()) == 1
"""
PROVEN = Check(kind=CheckKind.CALLS, passed=True, detail="the same")
RATIO = Comparison(ratio=2.0, low=1.9, high=2.1, confidence=0.99, rounds=9, old_seconds=2.0, new_seconds=1.0)


@pytest.fixture
def together(make_repo, tmp_path, reporter):
    """Return a function that gives the verdict on two changes of MODULE together."""

    def run(*changes: tuple[str, str], tests: str = TESTS):
        root: Path = make_repo(slow__py=MODULE, bench__py=BENCH, test_slow__py=tests)
        with surveyed(root, tmp_path, reporter) as at:
            for qualname, (old, new) in zip(("first", "second"), changes, strict=True):
                keep(at.store, at.project.index.find(qualname), MODULE.replace(old, new))
            with at.scene.provider.open({}) as referee:
                names = [candidate.target.name for candidate in at.store.candidates()]
                evidence = at.survey.evidence(at.survey.suite(allow_failing=False), names, referee)
                found = (evidence, ())
                combine(at.scene, at.store, touched=lambda _: found, referee=referee, shipping=at.shipping, reporter=reporter)
        return combined(at.store)

    return run


def keep(store, function, after):
    target = Target(name=function.name, span=function.span, source_sha=function.source_sha, share=0.5)
    patch = patch_between("slow.py", MODULE.encode(), after.encode())
    candidate = Candidate(target=target, patch=patch, origin=Origin(proposer="rules"))
    store.put_candidate(candidate)
    store.put_verdict(candidate.key, "full", Verdict(outcome=Outcome.FASTER, reason="fast", checks=(PROVEN,), comparison=RATIO))


def test_patches_that_do_the_same_together_are_timed(together):
    found = together(("return x + 1", "return 1 + x"), ("return x + 2", "return 2 + x"))
    assert [check.kind for check in found.verdict.checks] == [
        CheckKind.PATCH, CheckKind.CALLS, CheckKind.CONDUCT, CheckKind.CALLS, CheckKind.CONDUCT,
        CheckKind.TESTS, CheckKind.WORKLOAD, CheckKind.TIMING,
    ]  # fmt: skip
    assert found.verdict.outcome not in {Outcome.WRONG, Outcome.UNVERIFIABLE}
    assert found.workload is not None


def test_patches_that_spoil_each_other_are_found_by_the_recorded_calls(together):
    spoils = ("return x + 1", 'return x + (1 if second.__doc__ == "Say two more." else 9)')
    found = together(spoils, ("Say two more.", "Say 2 more."))
    assert found.verdict.outcome is Outcome.WRONG
    assert found.verdict.reason.startswith("first: ")


def test_a_test_that_fails_on_the_original_too_does_not_make_the_union_wrong(together, tmp_path):
    tests = TESTS + FLAKY.format(counter=str(tmp_path / "counter"))
    found = together(("return x + 1", "return 1 + x"), ("return x + 2", "return 2 + x"), tests=tests)
    assert found.verdict.outcome not in {Outcome.WRONG, Outcome.UNVERIFIABLE}
