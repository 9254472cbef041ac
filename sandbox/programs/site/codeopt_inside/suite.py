"""A pytest plug-in that writes what each test did, one JSON line for each phase that matters.

Loaded by `-p codeopt_inside.suite`. The host takes it for a hint: the exit status and the set of tests are checked as well.
"""

import json
import os

# Taken out of the environment: a pytest that a test starts must not write into the report of this one. Workers of pytest-xdist
# find nothing there either; what they did, the controller reports.
_where = [os.environ.pop("CODEOPT_SUITE", "")]


def pytest_configure(config):
    # A test may run pytest in this very process: the first session alone has a report.
    where = _where.pop() if _where else ""
    if where:
        config.pluginmanager.register(Report(where), "codeopt_report")


class Report:
    """The hooks of the session that is judged."""

    def __init__(self, where):
        self._where = where

    def pytest_collection_finish(self, session):
        for item in session.items:
            self._write({"collected": item.nodeid})

    def pytest_collectreport(self, report):
        if report.failed:
            self._write({"id": report.nodeid or "collection", "outcome": "error"})

    def pytest_runtest_logreport(self, report):
        outcome = _outcome(report)
        if outcome:
            self._write({"id": report.nodeid, "outcome": outcome})

    def _write(self, record):
        with open(self._where, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


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
