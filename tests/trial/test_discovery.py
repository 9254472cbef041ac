"""What is run when the user does not say."""

from __future__ import annotations

import pytest

from codeopt.errors import WorkloadError
from codeopt.model.work import WorkloadKind
from codeopt.trial.discovery import PYTEST, find_tests, find_workload, has_types_checked, split


def workload(files, command=None):
    contents = {path: text.encode() for path, text in files.items()}
    tests = find_tests(tuple(contents), None)
    return find_workload(tuple(contents), contents.__getitem__, command=command, tests=tests)


def test_the_users_command_wins():
    found = workload({"test_a.py": "def test_a(benchmark): ..."}, "python 'my bench.py' --fast")
    assert found.kind is WorkloadKind.COMMAND
    assert found.argv == ("python", "my bench.py", "--fast")


@pytest.mark.parametrize(
    "text",
    [
        "def test_speed(benchmark):\n    benchmark(f)\n",
        "def test_speed(tmp_path, benchmark):\n    benchmark(f)\n",
        "import pytest\n\n@pytest.mark.benchmark\ndef test_speed():\n    f()\n",
    ],
)
def test_benchmarks_come_before_tests(text):
    found = workload({"tests/test_speed.py": text, "tests/test_a.py": "def test_a(): ..."})
    assert found.kind is WorkloadKind.BENCHMARKS
    assert found.argv == (*PYTEST, "tests/test_speed.py")


def test_a_pyperf_script_is_a_benchmark():
    found = workload({"benchmarks/run.py": "import pyperf\n", "test_a.py": ""})
    assert found.kind is WorkloadKind.BENCHMARKS
    assert found.argv[:2] == ("python", "benchmarks/run.py")


@pytest.mark.parametrize("path", ["test_a.py", "tests/test_a.py", "pkg/a_test.py", "pkg/tests.py"])
def test_tests_come_last(path):
    found = workload({path: "def test_a(): ..."})
    assert found.kind is WorkloadKind.TESTS
    assert found.argv == PYTEST


def test_nothing_to_run_is_said():
    with pytest.raises(WorkloadError, match="--workload"):
        workload({"a.py": ""})


@pytest.mark.parametrize("command", ["", "   ", "python 'a"])
def test_a_command_that_is_none_is_said(command):
    with pytest.raises(WorkloadError):
        split(command, where="the workload")


@pytest.mark.parametrize(
    ("files", "typed"),
    [
        ({"mypy.ini": ""}, True),
        ({".mypy.ini": ""}, True),
        ({"pyproject.toml": "[tool.mypy]\nstrict = true\n"}, True),
        ({"setup.cfg": "[mypy]\nstrict = True\n"}, True),
        ({"pyproject.toml": "[tool.ruff]\n", "setup.cfg": "[mypy-other.*]\n"}, False),
        ({"pyproject.toml": "tool = 3\n[broken", "setup.cfg": "broken"}, False),
        ({"pyproject.toml": "tool = 3\n"}, False),
        ({}, False),
    ],
)
def test_a_project_with_its_types_checked_says_so(tmp_path, files, typed):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert has_types_checked(tmp_path) is typed
