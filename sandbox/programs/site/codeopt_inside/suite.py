"""A pytest plug-in that writes what each test did, one JSON line for each phase, and one when the session has ended.

Loaded by `-p codeopt_inside.suite`. It writes facts and draws no conclusion: what they mean, and whether they agree, the host says.
Code in this process can forge every line of it, so the host also runs tests that it made to fail.
"""

import json
import os

import pytest

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
        self._collected_by = None

    def pytest_collection_finish(self, session):
        self._write([{"collected": item.nodeid} for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        # The controller collects nothing itself, and all workers collect the same.
        if self._collected_by in {None, node}:
            self._collected_by = node
            self._write([{"collected": name} for name in ids])

    def pytest_collectreport(self, report):
        if report.failed:
            self._write([{"id": report.nodeid or "collection", "when": "collect", "outcome": "failed"}])

    def pytest_runtest_logreport(self, report):
        line = {"id": report.nodeid, "when": report.when, "outcome": report.outcome}
        if hasattr(report, "wasxfail"):
            line["xfail"] = True
        if hasattr(report, "context"):
            line["subtest"] = True
        self._write([line])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        self._write([{"finished": int(session.exitstatus)}])

    def _write(self, records):
        with open(self._where, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
