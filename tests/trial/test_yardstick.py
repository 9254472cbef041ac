"""Which files a patch may not touch."""

from __future__ import annotations

import pytest

from codeopt.syntax import rank
from codeopt.trial.discovery import find_tests
from codeopt.trial.yardstick import is_benchmark, is_test, is_test_module, is_yardstick

TESTS = (
    "tests.py",
    "pkg/tests.py",
    "test_a.py",
    "pkg/a_test.py",
    "conftest.py",
    "a/b/conftest.py",
    "tests/data.json",
    "tests/helper.py",
    "test/a.py",
    "pkg/testing/a.py",
    "Tests/helper.py",
)
CODE = (
    "main.py",
    "pkg/testify.py",
    "pkg/contest.py",
    "pkg/latest.py",
    "attest_/a.py",
    "pkg/tests_of_time.py",
    "pkg/mytests.py",
    "test_data.json",
    "pkg/testing.py",
    "contests/a.py",
)


@pytest.mark.parametrize("path", TESTS)
def test_tests_are_known_by_folder_and_name(path):
    assert is_test(path)
    assert is_yardstick(path, ()) == "the tests that judge a patch must be the original's"


@pytest.mark.parametrize("path", CODE)
def test_code_is_no_test(path):
    assert not is_test(path)
    assert is_yardstick(path, ()) == ""


@pytest.mark.parametrize("path", TESTS + CODE)
def test_ranking_means_the_same_by_a_test(path):
    assert rank._is_test(path) == is_test(path)


@pytest.mark.parametrize("path", TESTS + CODE)
def test_what_makes_tests_run_is_a_test(path):
    assert bool(find_tests((path,), None)) == is_test_module(path)
    assert is_test(path) or not is_test_module(path)


@pytest.mark.parametrize(
    "path",
    ["pytest.ini", "sub/pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", "noxfile.py", ".coveragerc", "setup.py", "asv.conf.json"],
)
def test_configuration_of_the_tests_may_not_be_edited(path):
    assert "configures" in is_yardstick(path, ())


def test_a_module_of_a_package_may_be_called_setup():
    assert is_yardstick("pkg/setup.py", ()) == ""


@pytest.mark.parametrize(
    "path",
    ["bench.py", "pkg/bench_sort.py", "benchmarks/run.py", "benchmarks/data/in.json", "bench/a.py", "sort_bench.py", "asv_bench/a.py"],
)
def test_benchmarks_may_not_be_edited(path):
    assert is_benchmark(path)
    assert "benchmarks" in is_yardstick(path, ())


@pytest.mark.parametrize("path", ["workbench.py", "pkg/unbenched.py", "pkg/park_bench/a.py"])
def test_a_word_that_holds_bench_is_no_benchmark(path):
    assert not is_benchmark(path)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("speedtest.py", "python speedtest.py"),
        ("scripts/runbench.py", "python ./scripts/runbench.py --fast"),
        ("scripts/perf_sort.py", "python scripts/perf_sort.py"),
        ("pkg/selfbench.py", "python -m pkg.selfbench"),
        ("pkg/selfbench/__main__.py", "python -m pkg.selfbench"),
        ("checks/speed.py", "python -m pytest checks/speed.py::test_a"),
        ("checks/speed.py", "/usr/bin/pytest checks/speed.py"),
    ],
)
def test_a_named_file_that_measures_may_not_be_edited(path, command):
    assert is_yardstick(path, ()) == ""
    assert "names it" in is_yardstick(path, ((), command.split()))


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("main.py", "python main.py"),
        ("pkg/__main__.py", "python -m pkg"),
        ("latest.py", "python latest.py"),
        ("fastest/solve.py", "python fastest/solve.py"),
        ("pkg/sort.py", "python -m pytest --doctest-modules pkg/sort.py"),
        ("pkg/sort.py", "python bench.py"),
    ],
)
def test_a_program_that_is_to_be_faster_may_be_edited(path, command):
    assert is_yardstick(path, (command.split(),)) == ""
