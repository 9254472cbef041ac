"""Which files a patch may not touch."""

from __future__ import annotations

import pytest

from codeopt.syntax import rank
from codeopt.trial.discovery import find_tests
from codeopt.trial.yardstick import hijacks, import_folders, is_benchmark, is_test, is_test_module, is_yardstick

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


@pytest.mark.parametrize(
    "path",
    [
        "unit_tests/__init__.py",
        "unittests/data.json",
        "pkg/integration-tests/helper.py",
        "test_data/in.txt",
        "pkg/testdata/in.txt",
        "test_utils/compare.py",
    ],
)
def test_what_tests_are_made_of_may_not_be_edited(path):
    assert "tests" in is_yardstick(path, ())


@pytest.mark.parametrize("path", ["pkg/ab_test/stats.py", "load_tests.txt", "pkg/test_bench_data.json", "pkg/latest_data/a.py"])
def test_folders_that_only_sound_like_tests_are_code(path):
    assert "tests" not in is_yardstick(path, ())


@pytest.mark.parametrize(
    "path",
    [
        "sitecustomize.py",
        "src/usercustomize.py",
        "usercustomize/__init__.py",
        "sitecustomize.cpython-311-x86_64-linux-gnu.so",
        "easy.pth",
        "src/plug.egg-info/entry_points.txt",
        "plug-1.0.dist-info/entry_points.txt",
        "plug.egg/EGG-INFO/entry_points.txt",
        "plug.egg-link",
    ],
)
def test_what_python_reads_at_its_start_may_not_be_edited(path):
    assert "start of every process" in is_yardstick(path, ())


def test_the_environment_of_the_tests_may_not_be_edited():
    assert "configures" in is_yardstick(".env", ())


@pytest.mark.parametrize(
    ("path", "roots"),
    [
        ("json.py", ("src", ".")),
        ("src/random.py", ("src", ".")),
        ("pytest.py", (".",)),
        ("_pytest/runner.py", (".",)),
        ("pluggy/__init__.py", ("",)),
        ("codeopt_inside/suite.py", (".",)),
        ("pytest_timeout.py", (".",)),
        ("json.cpython-311-x86_64-linux-gnu.so", (".",)),
        ("json.pyc", (".",)),
    ],
)
def test_a_new_module_may_not_take_the_place_of_what_runs_the_tests(path, roots):
    assert "would take the place" in hijacks(path, roots)


@pytest.mark.parametrize(
    ("path", "roots"),
    [
        ("pkg/json.py", (".",)),
        ("src/random.py", (".",)),
        ("json.md", (".",)),
        ("fast_sort.py", (".",)),
        ("json.py", ("src",)),
        ("pkg/_fast.py", ("src", ".")),
    ],
)
def test_other_new_modules_may_be_added(path, roots):
    assert hijacks(path, roots) == ""


def test_modules_are_imported_from_beside_the_tests():
    assert import_folders(("src", "."), ("src/a.py", "lib/test_a.py", "tests/test_b.py")) == (".", "src", "lib", "tests")
    assert "would take the place" in hijacks("lib/json.py", import_folders((), ("lib/test_a.py",)))
