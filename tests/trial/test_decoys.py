"""Candidates that forge what their test run reports, with a real pytest: each ends as a failed check, and an honest patch passes."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeopt.adapters.local.provider import LocalProvider
from codeopt.adapters.store.wire import wire
from codeopt.assets import programs_dir
from codeopt.model.evidence import Check, CheckKind
from codeopt.model.work import SuiteRun, Workload, WorkloadKind
from codeopt.trial.decoys import Decoys, check_decoys, choose_decoys
from codeopt.trial.discovery import PYTEST
from codeopt.trial.environment import detect_environment
from codeopt.trial.scene import Limits, Scene
from codeopt.trial.suite import judge_tests, run_suite

MODULE = '''"""Things to make faster."""


def dedupe(items):
    """Return the items without repeats, in order of first appearance."""
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def total(numbers):
    """Return the sum."""
    return sum(numbers)
'''

FIRST_TESTS = """
import pytest
from things import total


def test_total():
    assert total([1, 2]) == 3


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3]])
def test_total_of(numbers):
    result = total(numbers)
    assert result == sum(numbers)


def test_total_of_nothing():
    for empty in ([], (), set()):
        assert not total(empty)


@pytest.mark.skip
def test_left_out():
    assert total([1]) == 2
"""

LATER_TESTS = """
import unittest
from things import dedupe, total


def test_dedupe():
    assert dedupe([3, 1, 3]) == [3, 1]


def test_more_of_dedupe():
    kept = dedupe("abba")
    assert kept == ["a", "b"]


class TestDedupe:
    def test_empty(self):
        assert dedupe([]) == []

    def test_length(self):
        assert len(dedupe([1, 1])) == 1


class Old(unittest.TestCase):
    def test_the_old_way(self):
        self.assertEqual(dedupe([2, 2, 1]), [2, 1])

    def test_another(self):
        self.assertEqual(total([2, 2]), 4)

    def test_truth(self):
        self.assertTrue(total([1]))

    def test_one_more(self):
        self.assertEqual(dedupe([9]), [9])
"""

BODY = """    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen
"""
HONEST = "    return list(dict.fromkeys(items))\n"
# Wrong for lists that are not sorted: three tests fail.
WRONG = "    return sorted(set(items), key=str)\n"

FIND = """
import atexit, gc, json, os, sys

def _found(name):
    return next(each for each in gc.get_objects() if type(each).__name__ == name)

def _rewrite(change):
    def at_exit():
        where = _found("Report")._where
        records = change([json.loads(line) for line in open(where)])
        with open(where, "w") as file:
            file.writelines(json.dumps(record) + "\\n" for record in records)
        sys.stdout.flush()
        os._exit(records[-1]["finished"])
    atexit.register(at_exit)

def _well(records):
    return [{**record, "outcome": "passed"} if record.get("outcome") == "failed" else record for record in records[:-1]] + [{"finished": 0}]
"""
QUIET_EXIT = "\nimport atexit, os\natexit.register(os._exit, 0)\n"

# name: what the module does besides, what `dedupe` does, and who finds it out
FORGERS = {
    "the runner's protocol is replaced": (
        """
import _pytest.runner
real = _pytest.runner.runtestprotocol
def runtestprotocol(item, log=True, nextitem=None):
    reports = real(item, log=False, nextitem=nextitem)
    for report in reports:
        if report.failed:
            report.outcome, report.longrepr = "passed", None
        item.ihook.pytest_runtest_logreport(report=report)
    return reports
_pytest.runner.runtestprotocol = runtestprotocol
""",
        WRONG,
        "decoys",
    ),
    "reports are built as passed": (
        """
from _pytest.reports import TestReport
real = TestReport.from_item_and_call.__func__
def from_item_and_call(cls, item, call):
    report = real(cls, item, call)
    if report.failed:
        report.outcome, report.longrepr = "passed", None
    return report
TestReport.from_item_and_call = classmethod(from_item_and_call)
""",
        WRONG,
        "decoys",
    ),
    "codeopt's plug-in is patched through sys.modules": (
        """
import sys
Report = sys.modules["codeopt_inside.suite"].Report
real = Report._write
def _write(self, records):
    for record in records:
        record.update({"outcome": "passed"} if record.get("outcome") == "failed" else {"finished": 0} if "finished" in record else {})
    real(self, records)
Report._write = _write
"""
        + QUIET_EXIT,
        WRONG,
        "decoys",
    ),
    "the plug-in's exit status is forgotten": (
        """
import sys
Report = sys.modules["codeopt_inside.suite"].Report
real = Report._write
def _write(self, records):
    for record in records:
        record.update({"outcome": "passed"} if record.get("outcome") == "failed" else {})
    real(self, records)
Report._write = _write
""",
        WRONG,
        "suite",
    ),
    "codeopt's plug-in is found by gc and loses its hook": (
        FIND
        + """
report = _found("Report")
real = report._write
report._write = lambda records: real(_well([*records, {}])[:-1])
atexit.register(os._exit, 0)
""",
        WRONG,
        "suite",
    ),
    "the report is rewritten at exit": (FIND + "_rewrite(_well)\n", WRONG, "decoys"),
    "the report is written ahead, and the run ends at once": (
        FIND
        + """
import ast, glob, importlib.util
names = []
for path in ("tests/test_a.py", "tests/test_things.py"):
    for node in ast.parse(open(path).read()).body:
        if isinstance(node, ast.FunctionDef):
            params = ["[numbers0]", "[numbers1]", "[numbers2]"] if node.name == "test_total_of" else [""]
            names += [f"{path}::{node.name}{each}" for each in params]
        elif isinstance(node, ast.ClassDef):
            names += [f"{path}::{node.name}::{each.name}" for each in node.body]
with open(_found("Report")._where, "a") as file:
    for name in names:
        file.write(json.dumps({"collected": name}) + "\\n")
    for name in names:
        skipped = "left_out" in name
        for when in ("setup", "teardown") if skipped else ("setup", "call", "teardown"):
            outcome = "skipped" if skipped and when == "setup" else "passed"
            file.write(json.dumps({"id": name, "when": when, "outcome": outcome}) + "\\n")
    file.write(json.dumps({"finished": 0}) + "\\n")
sys.stdout.flush()
os._exit(0)
""",
        WRONG,
        "decoys",
    ),
    "the process ends with status 0": ("", "    import os; os._exit(0)\n", "suite"),
    "an excepthook that says nothing": ("import sys\nsys.excepthook = lambda *_: None\n", WRONG, "suite"),
    "the code skips the test": ("", "    import pytest; pytest.skip('later')\n", "suite"),
    "the code expects to fail": ("", "    import pytest; pytest.xfail('later')\n", "suite"),
    "the code exits": ("", "    raise SystemExit(0)\n", "suite"),
    "the code ends the session": ("", "    import pytest; pytest.exit('done', returncode=0)\n", "suite"),
    "asserts are taken out when tests are imported": (
        """
import ast, _pytest.assertion.rewrite as rewrite
real = rewrite.rewrite_asserts
def rewrite_asserts(mod, source, *rest):
    for node in ast.walk(mod):
        if isinstance(getattr(node, "body", None), list):
            node.body = [ast.copy_location(ast.Pass(), each) if isinstance(each, ast.Assert) else each for each in node.body]
    return real(mod, source, *rest)
rewrite.rewrite_asserts = rewrite_asserts
import unittest
unittest.TestCase.assertEqual = lambda *_: None
""",
        WRONG,
        "decoys",
    ),
    "AssertionError is another class": (
        "import builtins, pytest\nbuiltins.AssertionError = pytest.skip.Exception\n",
        WRONG,
        "suite",
    ),
    "assertEqual does nothing": (
        "import unittest\nunittest.TestCase.assertEqual = lambda *_: None\n",
        # Only the tests of the old kind fail without the forgery.
        "    found = list(dict.fromkeys(items))\n    return [2] if found == [2, 1] else found\n",
        "decoys",
    ),
    "tests swallow their exceptions": (
        """
import _pytest.python
real = _pytest.python.Function.runtest
def runtest(self):
    try:
        real(self)
    except Exception:
        pass
_pytest.python.Function.runtest = runtest
import unittest.case
class Swallowing:
    def __init__(self, real): self.real = real
    def __get__(self, instance, owner):
        def call(*args):
            try:
                return self.real(instance, *args)
            except Exception:
                pass
        return call
unittest.case.TestCase._callTestMethod = Swallowing(unittest.case.TestCase._callTestMethod)
""",
        WRONG,
        "decoys",
    ),
    "assertions alone are swallowed": (
        """
import contextlib, _pytest.python, unittest
real = _pytest.python.Function.runtest
def runtest(self):
    with contextlib.suppress(AssertionError):
        real(self)
_pytest.python.Function.runtest = runtest
unittest.TestCase.assertEqual = lambda *_: None
""",
        WRONG,
        "decoys",
    ),
    "hooks swallow exceptions": (
        FIND
        + """
manager = _found("PytestPluginManager")
real = manager._inner_hookexec
def hookexec(name, methods, kwargs, firstresult):
    try:
        return real(name, methods, kwargs, firstresult)
    except Exception:
        if name not in {"pytest_runtest_call", "pytest_pyfunc_call"}:
            raise
manager._inner_hookexec = hookexec
import unittest
unittest.TestCase.assertEqual = lambda *_: None
""",
        WRONG,
        "decoys",
    ),
    "a plug-in of the candidate's changes reports": (
        FIND
        + """
import pytest
class Plugin:
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.failed:
            report.outcome, report.longrepr = "passed", None
        return report
_found("PytestPluginManager").register(Plugin())
""",
        WRONG,
        "decoys",
    ),
    "a plug-in of the candidate's deselects tests": (
        FIND
        + """
class Plugin:
    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if "edupe" not in item.nodeid and "old" not in item.nodeid]
_found("PytestPluginManager").register(Plugin())
""",
        WRONG,
        "suite",
    ),
    "tests on the disk are rewritten before they are imported": (
        """
import re
try:
    text = open("tests/test_things.py").read()
    with open("tests/test_things.py", "w") as file:
        file.write(re.sub(r"assert |self.assertEqual", lambda found: "0, " if " " in found[0] else "(lambda *_: 0)", text))
except OSError:
    pass
""",
        WRONG,
        "decoys",
    ),
    "results agree with everything": (
        "\nclass Agreeing(list):\n    def __eq__(self, other): return True\n    def __len__(self): return 1\n",
        "    return Agreeing()\n",
        "decoys",
    ),
    "only the tests that the wrong code breaks are forged": (
        """
from _pytest.reports import TestReport
real = TestReport.from_item_and_call.__func__
def from_item_and_call(cls, item, call):
    report = real(cls, item, call)
    if report.failed and item.name in {"test_dedupe", "test_the_old_way"}:
        report.outcome, report.longrepr = "passed", None
    return report
TestReport.from_item_and_call = classmethod(from_item_and_call)
""",
        WRONG,
        "decoys",
    ),
    "it lies only when no other test fails": (
        FIND
        + """
def careful(records):
    failed = {record["id"] for record in records if record.get("outcome") == "failed"}
    return _well(records) if all(name.endswith(("test_dedupe", "test_the_old_way")) for name in failed) else records
_rewrite(careful)
""",
        WRONG,
        "decoys",
    ),
    "all tests fail as soon as another one does": (
        FIND
        + """
def careful(records):
    failed = {record["id"] for record in records if record.get("outcome") == "failed"}
    if all(name.endswith(("test_dedupe", "test_the_old_way")) for name in failed):
        return _well(records)
    return [{**record, "outcome": "failed"} if record.get("when") == "call" else record for record in records]
_rewrite(careful)
""",
        WRONG,
        "decoys",
    ),
}


class Repository:
    """A repository with tests, what was learnt from it, and the two checks."""

    def __init__(self, root: Path) -> None:
        files = {"things.py": MODULE, "tests/test_a.py": FIRST_TESTS, "tests/test_things.py": LATER_TESTS, "pyproject.toml": ""}
        for path, text in files.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
        self.provider = LocalProvider(root, programs_dir())
        environment = detect_environment(tuple(files), lambda path: files[path].encode(), python="3.11")
        self.provider.prepare(environment)
        self.scene = Scene(
            provider=self.provider,
            environment=environment,
            workload=Workload(kind=WorkloadKind.TESTS, argv=PYTEST),
            tests=PYTEST,
            files={path: text.encode() for path, text in files.items() if path.endswith(".py")},
            limits=Limits(tests_s=60.0),
        )
        with self.provider.open({}) as sandbox:
            self.suite = run_suite(self.scene, sandbox)
        self.decoys = choose_decoys(self.scene, self.suite, seed=5)

    def tests_on(self, module: str) -> Check:
        with self.provider.open({"things.py": module.encode()}) as sandbox:
            return judge_tests(self.scene, sandbox, self.suite)

    def decoys_on(self, module: str, seed: int = 1) -> Check | None:
        return check_decoys(self.scene, {"things.py": module.encode()}, self.decoys, rng=random.Random(seed))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    made = Repository(tmp_path_factory.mktemp("repository"))
    yield made
    made.provider.close()


def candidate(extra: str, body: str) -> str:
    return MODULE.replace(BODY, body) + extra


def test_an_honest_patch_passes_both(repository):
    module = candidate("", HONEST)
    assert repository.tests_on(module).passed is True
    for seed in range(4):
        check = repository.decoys_on(module, seed)
        assert check.passed is True, check.detail
        assert check.detail == "13 tests that codeopt made to fail are reported as failed"


def test_wrong_code_that_does_not_lie_fails_the_tests(repository):
    check = repository.tests_on(candidate("", WRONG))
    assert check.passed is False
    assert "tests/test_things.py::Old::test_the_old_way passed before the patch and failed after it" in check.detail


@pytest.mark.parametrize("name", FORGERS)
def test_a_forged_report_is_found_out(repository, name):
    extra, body, by = FORGERS[name]
    module = candidate(extra, body)
    suite = repository.tests_on(module)
    if by == "suite":
        assert suite.passed is False, suite.detail
        return
    assert suite.passed is True, suite.detail
    check = repository.decoys_on(module)
    assert check is not None
    assert (check.kind, check.passed) == (CheckKind.TESTS, False), check.detail
    assert "forged" in check.detail


def test_what_was_learnt_is_stored_as_it_is(repository):
    assert wire(Decoys).unpack(wire(Decoys).pack(repository.decoys)) == repository.decoys
    assert [decoy.qualname for decoy in repository.decoys.found if decoy.path == "tests/test_a.py"]
    assert repository.decoys.steady == (("tests/test_a.py::test_left_out", "skipped"),)


def test_which_tests_are_decoys_differs_from_candidate_to_candidate(repository):
    from codeopt.trial.decoys import _parts

    found = repository.decoys.found
    draws = [list(_parts(found, random.Random(seed), long=False)) for seed in range(20)]
    assert len({tuple(few) for few, _ in draws}) > 10
    assert all(sorted(few + others, key=str) == sorted(found, key=str) for few, others in draws)
    assert all(1 <= len(few) <= len(found) // 2 for few, _ in draws)


def test_tests_that_take_long_are_tried_in_part(repository):
    slow = dataclasses.replace(repository.suite, seconds=500.0)
    decoys = choose_decoys(repository.scene, slow, seed=1)
    assert 1 <= len(decoys.found) <= 8
    assert decoys.argv == (*PYTEST, "tests/test_a.py", "tests/test_things.py")


@pytest.mark.parametrize(
    ("suite", "why"),
    [
        (SuiteRun(status=0, outcomes=(), seconds=1.0, tail=""), "not reported one by one"),
        (
            SuiteRun(status=0, outcomes=(("things.py::things.dedupe", "passed"), ("a.txt::a.txt", "passed")), seconds=1.0, tail=""),
            "function",
        ),
        (SuiteRun(status=0, outcomes=(("tests/test_a.py::test_left_out", "skipped"),), seconds=1.0, tail=""), "function"),
    ],
)
def test_where_there_is_nothing_to_sabotage_it_says_why(repository, suite, why):
    decoys = choose_decoys(repository.scene, suite, seed=1)
    assert decoys.found == ()
    assert why in decoys.reason
    assert check_decoys(repository.scene, {}, decoys) is None


def test_a_runner_that_does_not_fail_is_no_use(repository):
    scene = dataclasses.replace(repository.scene, tests=("python", "-c", "pass"))
    decoys = choose_decoys(scene, repository.suite, seed=1)
    assert decoys.found == ()
    assert "no test fails when it is made to" in decoys.reason


def test_tests_that_depend_on_decoys_are_no_reproach(repository, tmp_path):
    """The second test passes only after the first one: where that one is made to fail, the original fails it as well."""
    text = "DONE = []\ndef test_first():\n    x = 1\n    assert x == 1\n    DONE.append(1)\ndef test_second():\n    assert DONE == [1]\n"
    (tmp_path / "things.py").write_text(MODULE)
    (tmp_path / "test_chain.py").write_text(text)
    provider = LocalProvider(tmp_path, programs_dir())
    files = {"things.py": MODULE.encode(), "test_chain.py": text.encode()}
    scene = dataclasses.replace(repository.scene, provider=provider, files=files)
    provider.prepare(scene.environment)
    with provider.open({}) as sandbox:
        suite = run_suite(scene, sandbox)
    decoys = choose_decoys(scene, suite, seed=3)
    assert len(decoys.found) == 2
    check = check_decoys(scene, {"things.py": candidate("", HONEST).encode()}, decoys, rng=random.Random(1))
    provider.close()
    assert check.passed is True, check.detail
