"""A pytest plug-in that writes what each test did, one JSON line for each phase that matters.

Loaded by `-p codeopt_inside.suite`. The host takes it for a hint: the exit status and the set of tests are checked as well.
"""

import json
import os

_WHERE = os.environ.get("CODEOPT_SUITE", "")


def _write(record):
    if _WHERE:
        with open(_WHERE, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def pytest_collection_finish(session):
    if not hasattr(session.config, "workerinput"):
        for item in session.items:
            _write({"collected": item.nodeid})


def pytest_collectreport(report):
    if report.failed:
        _write({"id": report.nodeid or "collection", "outcome": "error"})


def pytest_runtest_logreport(report):
    outcome = _outcome(report)
    if outcome:
        _write({"id": report.nodeid, "outcome": outcome})


def _outcome(report):
    if hasattr(report, "wasxfail"):
        if report.skipped:
            return "xfailed"
        return "xpassed" if report.when == "call" and report.passed else None
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if report.skipped:
        return "skipped"
    return "passed" if report.when == "call" else None
