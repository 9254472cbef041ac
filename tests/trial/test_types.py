"""Patches before the project's own type checker, in real processes."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack

import pytest

from codeopt.adapters.local import LocalProvider
from codeopt.assets import programs_dir
from codeopt.model.evidence import CheckKind, Outcome
from codeopt.model.work import Workload, WorkloadKind
from codeopt.trial.judge import TrialJudge
from codeopt.trial.scene import Limits, Scene
from codeopt.trial.types import TypeChecker
from codeopt.verify.judgement import judge
from tests.trial.bench_scene import ENVIRONMENT

MODULE = """from collections.abc import Sequence


def total(numbers: Sequence[int]) -> int:
    out = 0
    for number in numbers:
        out += number
    return out


def known(x: int) -> str:
    return x
"""


class Typed:
    """A project with its types checked; what `check` says of a changed file."""

    def __init__(self, root, stack, *, typed=True, ini="[mypy]\nstrict = True\n", **limits):
        (root / "things.py").write_text(MODULE)
        (root / "mypy.ini").write_text(ini)
        self.provider = LocalProvider(root, programs_dir())
        stack.callback(self.provider.close)
        self.provider.prepare(ENVIRONMENT)
        self.scene = Scene(
            provider=self.provider,
            environment=ENVIRONMENT,
            workload=Workload(kind=WorkloadKind.COMMAND, argv=("python", "things.py")),
            tests=(),
            files={"things.py": MODULE.encode()},
            limits=Limits(**limits),
            typed=typed,
        )
        self.checker = TypeChecker(self.scene, stack.enter_context(self.provider.open({}, cores=1)))

    def check(self, *change):
        files = {"things.py": MODULE.replace(*change).encode()}
        assert files["things.py"] != MODULE.encode()
        with self.provider.open(files, cores=1) as sandbox:
            return self.checker.check(sandbox, files)


@pytest.fixture
def stack():
    with ExitStack() as opened:
        yield opened


def test_what_the_original_had_already_is_not_held_against_a_patch(stack, tmp_path):
    check = Typed(tmp_path, stack).check(
        "    out = 0\n    for number in numbers:\n        out += number\n    return out\n", "    return sum(numbers)\n"
    )
    assert (check.kind, check.passed) == (CheckKind.TYPES, True)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("    return out\n", "    return float(out)\n", "Incompatible return value type"),
        ("        out += number\n", "        out += number.missing\n", 'has no attribute "missing"'),
    ],
)
def test_a_new_error_is_told(stack, tmp_path, old, new, why):
    check = Typed(tmp_path, stack).check(old, new)
    assert check.passed is None
    assert "things.py: " in check.detail
    assert why in check.detail
    assert judge([check]).outcome is Outcome.UNVERIFIABLE


def test_an_error_that_moves_stays_the_same(stack, tmp_path):
    assert Typed(tmp_path, stack).check("    return x\n", "    x = x + 1\n    return x\n").passed is True


def test_nothing_is_said_where_types_are_not_checked(stack, tmp_path):
    assert Typed(tmp_path, stack, typed=False).check("out = 0", "out = ''") is None


def test_nothing_is_said_where_the_checker_fails_on_the_original(stack, tmp_path):
    assert Typed(tmp_path, stack, ini="[mypy]\nplugins = nowhere\n").check("out = 0", "out = ''") is None


def test_nothing_is_said_where_it_takes_too_long(stack, tmp_path):
    assert Typed(tmp_path, stack, types_s=0.01).check("out = 0", "out = ''") is None


def test_the_judge_asks_after_the_calls(stage):
    scene = dataclasses.replace(stage.scene, typed=True)
    judging = TrialJudge(scene, stage.evidence, referee=stage.referee, checkout=stage.checkout, screened=False)
    candidate = stage.candidate("dedupe", "def dedupe(items):\n", "def dedupe(items: 'Missing'):\n")
    checks = judging.behaviour(candidate)
    assert checks[-1].kind is CheckKind.TYPES
    assert checks[-1].passed is None
    assert "Missing" in checks[-1].detail
