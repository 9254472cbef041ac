"""What the pytest plug-in reports, run as the host runs it: by its environment, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from codeopt.assets import programs_dir

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


def reported(folder, *options):
    report = folder / "report.jsonl"
    report.unlink(missing_ok=True)
    env = os.environ | {
        "PYTHONPATH": f"{programs_dir()}/site",
        "PYTEST_ADDOPTS": "-p codeopt_inside.suite -p no:cacheprovider",
        "CODEOPT_SUITE": str(report),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder), "test_it.py", *options]
    subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False, timeout=60)
    return [json.loads(line) for line in report.read_text().splitlines()]


EXPECTED = {"test_it.py::test_good": "passed", "test_it.py::test_bad": "failed", "test_it.py::test_left_out": "skipped"}


def test_each_test_is_collected_and_reported(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    records = reported(tmp_path)
    assert {record["collected"] for record in records if "collected" in record} == EXPECTED.keys()
    assert {record["id"]: record["outcome"] for record in records if "id" in record} == EXPECTED


@pytest.mark.parametrize("start", STARTS)
def test_a_pytest_that_a_test_starts_reports_nothing(tmp_path, start):
    (tmp_path / "inner.py").write_text(INNER)
    (tmp_path / "test_it.py").write_text(f"{TESTS}\ndef test_outer(): {start}\n")
    records = reported(tmp_path)
    assert {record["id"]: record["outcome"] for record in records if "id" in record} == EXPECTED | {"test_it.py::test_outer": "passed"}
    assert not any("inner" in line for line in map(str, records))


def test_a_module_that_cannot_be_collected_is_an_error(tmp_path):
    (tmp_path / "test_it.py").write_text("import nothing_of_this_name\n")
    assert {"id": "test_it.py", "outcome": "error"} in reported(tmp_path)


def test_workers_of_xdist_are_reported_once(tmp_path):
    pytest.importorskip("xdist")
    (tmp_path / "test_it.py").write_text(TESTS)
    outcomes = [(record["id"], record["outcome"]) for record in reported(tmp_path, "-n", "2") if "id" in record]
    assert sorted(outcomes) == sorted(EXPECTED.items())
