"""The settings that fit a repository are those that discovery takes without them."""

from __future__ import annotations

import shlex
import tomllib
from fnmatch import fnmatch

import pytest

from codeopt.trial.discovery import find_tests, find_workload
from codeopt.trial.environment import detect_environment
from codeopt.trial.suggesting import suggest_settings

BENCHMARK = "def test_f(benchmark):\n    benchmark(f)\n"


def suggested(files: dict[str, str]):
    """Return what is suggested for a repository with these files, by name."""
    content = {path: text.encode() for path, text in files.items()}
    paths, read = tuple(sorted(content)), content.__getitem__
    found = suggest_settings(
        paths,
        read,
        tests=find_tests(paths, None),
        environment=detect_environment(paths, read, python="3.12"),
        pyproject=tomllib.loads(files.get("pyproject.toml", "")),
    )
    assert all(one.why.isprintable() for one in found)
    return {one.name: one for one in found}


def test_tests_and_benchmarks_are_set_as_they_are_found():
    files = {"f.py": "", "tests/test_f.py": "", "benchmarks/test_speed.py": BENCHMARK}
    found = suggested(files)
    assert (found["tests"].value, found["tests"].sure) == ("python -m pytest -q", True)
    assert (found["workload"].value, found["workload"].sure) == ("python -m pytest -q benchmarks/test_speed.py", True)
    assert "2 modules" in found["tests"].why
    assert "benchmarks/test_speed.py" in found["workload"].why
    taken = find_workload(tuple(sorted(files)), lambda path: files[path].encode(), command=None, tests=())
    assert tuple(shlex.split(found["workload"].value)) == taken.argv


def test_a_pyperf_script_is_set():
    found = suggested({"f.py": "", "bench_f.py": "import pyperf\nrunner = pyperf.Runner()\n"})["workload"]
    assert (found.value, found.sure) == ("python bench_f.py --debug-single-value", True)


@pytest.mark.parametrize("tests", [{}, {"test_f.py": ""}])
def test_a_program_that_is_named_as_a_benchmark_is_only_suggested(tests):
    found = suggested({"f.py": "", "bench.py": "print(1)\n", "bench/conftest.py": "", "bench/__init__.py": "", **tests})["workload"]
    assert (found.value, found.sure) == ("python bench.py", False)


def test_of_several_programs_that_which_is_one_is_suggested():
    found = suggested({"bench.py": "x = 1\n", "bench/it run.py": "if __name__ == '__main__': pass\n"})["workload"]
    assert found.value == "python 'bench/it run.py'"


def test_benchmarks_of_asv_are_no_workload_and_that_is_said():
    files = {"f.py": "", "asv.conf.json": '{"benchmark_dir": "benchmarks"}', "benchmarks/b.py": "def time_f(): f()\n", "test_f.py": ""}
    found = suggested(files)["workload"]
    assert (found.value, found.sure) == ("python SCRIPT", False)
    assert "`codeopt check`" in found.why


def test_nothing_to_run_is_said():
    found = suggested({"f.py": ""})
    assert not found["tests"].sure
    assert not found["workload"].sure
    assert "neither benchmarks nor tests" in found["workload"].why


@pytest.mark.parametrize("paths", [[f"benchmarks/test_speed_of_thing_{at}.py" for at in range(30)], ["benchmarks/test_\u202e.py"]])
def test_what_no_line_should_hold_is_found_anew_at_each_run(paths):
    found = suggested(dict.fromkeys(paths, BENCHMARK))["workload"]
    assert not found.sure
    assert "found anew" in found.why


EXTRAS = '[project]\nname = "f"\nversion = "1"\n[project.optional-dependencies]\n'


def test_extras_for_tests_are_set_as_they_are_taken_without():
    files = {"f.py": "", "pyproject.toml": EXTRAS + 'fast = ["numpy"]\ntest = ["pytest"]\n'}
    found = suggested(files)
    assert (found["extras"].value, found["extras"].sure) == (("test",), True)
    content = {path: text.encode() for path, text in files.items()}
    without, with_it = (
        detect_environment(tuple(content), content.__getitem__, python="3.12", extras=extras) for extras in ((), found["extras"].value)
    )
    assert without == with_it
    assert "pip install -e '.[test]'" in found["install"].why


def test_extras_that_may_be_meant_are_suggested():
    found = suggested({"f.py": "", "pyproject.toml": EXTRAS + 'fast = ["numpy"]\n'})["extras"]
    assert (found.value, found.sure) == (("fast",), False)


def test_no_path_of_the_sandbox_is_named():
    found = suggested({"f.py": "", "requirements.txt": "numpy\n", "requirements-test.txt": "pytest\n"})["install"]
    assert "`pip install -r requirements-test.txt -r requirements.txt`" in found.why
    assert "{tree}" not in found.why


def test_what_is_copied_or_generated_is_left_alone():
    paths = ["a/_vendor/b/c.py", "a/_vendor/d.py", "third_party/e.py", "a/f_pb2.py", "a/f_pb2_grpc.py", "vendor[1]/g.py", "a/own.py"]
    found = suggested(dict.fromkeys(paths, ""))["exclude"]
    assert (found.value, found.sure) == (("*_pb2.py", "*_pb2_grpc.py", "a/_vendor/*", "third_party/*"), True)


def test_globs_cover_folders_whose_names_are_patterns():
    (glob,) = suggested({"x[1]*/vendor/g.py": "", "own.py": ""})["exclude"].value
    assert fnmatch("x[1]*/vendor/g.py", glob)
    assert not fnmatch("x1y/vendor/g.py", glob)


def test_with_nothing_to_leave_alone_an_example_is_suggested():
    assert not suggested({"f.py": "", "vendor/readme.md": ""})["exclude"].sure
