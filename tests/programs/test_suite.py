"""What the pytest plug-in writes, run as the host runs it: by its environment, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from codeopt.assets import programs_dir
from codeopt.trial.outcomes import read_report

TESTS = """
import os, subprocess, sys
import pytest

def test_good(): pass
def test_bad(): assert 0
@pytest.mark.skip
def test_left_out(): pass
"""
INNER = "def test_of_the_inner_run(): assert 0\n"
STARTS = [
    "subprocess.run([sys.executable, '-m', 'pytest', 'inner.py'])",
    "subprocess.run([sys.executable, '-m', 'pytest', '-p', 'codeopt_inside.suite', 'inner.py'], env=dict(os.environ))",
    "pytest.main(['inner.py'])",
]


def run(folder, *options):
    """Run the tests of a folder; return the report and the exit status."""
    report = folder / "report.jsonl"
    report.write_bytes(b"")
    env = os.environ | {
        "PYTHONPATH": f"{programs_dir()}/site",
        "PYTEST_ADDOPTS": "-p codeopt_inside.suite -p no:cacheprovider",
        "CODEOPT_SUITE": str(report),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder), "test_it.py", *options]
    status = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False, timeout=60).returncode
    return report.read_bytes(), status


def outcomes(folder, *options):
    """Return what a report tells, which must not contradict itself."""
    told = read_report(*run(folder, *options))
    assert told.faults == {}
    return told.outcomes


EXPECTED = {"test_it.py::test_good": "passed", "test_it.py::test_bad": "failed", "test_it.py::test_left_out": "skipped"}


def test_each_phase_of_each_test_is_written_and_the_end(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    report, status = run(tmp_path)
    records = [json.loads(line) for line in report.splitlines()]
    assert records[:3] == [{"collected": name} for name in EXPECTED]
    assert records[-1] == {"finished": status}
    phases = [(record["when"], record["outcome"]) for record in records if record.get("id") == "test_it.py::test_bad"]
    assert phases == [("setup", "passed"), ("call", "failed"), ("teardown", "passed")]
    assert read_report(report, status).outcomes == EXPECTED


@pytest.mark.parametrize("start", STARTS)
def test_a_pytest_that_a_test_starts_reports_nothing(tmp_path, start):
    (tmp_path / "inner.py").write_text(INNER)
    (tmp_path / "test_it.py").write_text(f"{TESTS}\ndef test_outer(): {start}\n")
    assert outcomes(tmp_path) == EXPECTED | {"test_it.py::test_outer": "passed"}


def test_a_module_that_cannot_be_collected_is_an_error(tmp_path):
    (tmp_path / "test_it.py").write_text("import nothing_of_this_name\n")
    assert outcomes(tmp_path) == {"test_it.py": "error"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("@pytest.mark.xfail\ndef test_it(): assert 0", "xfailed"),
        ("@pytest.mark.xfail\ndef test_it(): pass", "xpassed"),
        ("@pytest.mark.xfail(run=False)\ndef test_it(): pass", "xfailed"),
        ("@pytest.fixture\ndef broken(): assert 0\ndef test_it(broken): pass", "error"),
        ("@pytest.fixture\ndef broken():\n    yield\n    assert 0\ndef test_it(broken): pass", "error"),
        ("def test_it():\n    pytest.skip('later')", "skipped"),
        ("import unittest\nclass test_it(unittest.TestCase):\n    def runTest(self): pass", None),
        ("def test_it(subtests):\n    for at in range(3):\n        with subtests.test(at=at): pass", "passed"),
        ("def test_it(subtests):\n    for at in range(3):\n        with subtests.test(at=at): assert at", "failed"),
    ],
)
def test_outcomes_are_those_of_pytest(tmp_path, source, told):
    (tmp_path / "test_it.py").write_text(f"import pytest\n{source}\n")
    assert outcomes(tmp_path).get("test_it.py::test_it") == told


def test_unittest_with_subtests_is_one_test(tmp_path):
    text = (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_it(self):\n        for at in range(3):\n            with self.subTest(at=at): {}\n"
    )
    (tmp_path / "test_it.py").write_text(text.format("pass"))
    assert outcomes(tmp_path) == {"test_it.py::T::test_it": "passed"}
    (tmp_path / "test_it.py").write_text(text.format("self.assertTrue(at)"))
    assert outcomes(tmp_path) == {"test_it.py::T::test_it": "failed"}


def test_a_session_that_is_stopped_leaves_lost_tests(tmp_path):
    (tmp_path / "test_it.py").write_text("import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass\n")
    told = read_report(*run(tmp_path))
    assert told.outcomes == {"test_it.py::test_a": "passed", "test_it.py::test_b": "lost", "test_it.py::test_c": "lost"}
    assert "ended early" in told.faults["unfinished"]


def test_workers_of_xdist_are_reported_once(tmp_path):
    pytest.importorskip("xdist")
    (tmp_path / "test_it.py").write_text(TESTS)
    assert outcomes(tmp_path, "-n", "2") == EXPECTED


def test_a_test_that_is_made_again_is_judged_by_its_last_attempt(tmp_path):
    pytest.importorskip("pytest_rerunfailures")
    (tmp_path / "test_it.py").write_text(f"{TESTS}\nTRIES = []\ndef test_at_last():\n    TRIES.append(1)\n    assert len(TRIES) > 1\n")
    assert outcomes(tmp_path, "--reruns", "2") == EXPECTED | {"test_it.py::test_at_last": "passed"}
