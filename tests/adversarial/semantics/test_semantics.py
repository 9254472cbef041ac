"""Every plausible optimization of real packages before the checks, in Docker: no wrong one passes, and no right one is called wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.adversarial.semantics.corpus import all_packages, known_misses
from tests.adversarial.semantics.court import PASSED, Finding, SemanticsCourt

# The first test of a package looks at all its changes.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(3600)]

# All of them take half an hour and more, and not every miss is the same each time: CODEOPT_TEST_SEMANTICS=all.
QUICK = ("weblog",)
PACKAGES = [package for package in all_packages() if package.name in QUICK or os.environ.get("CODEOPT_TEST_SEMANTICS") == "all"]
WRONG = [change for package in PACKAGES for change in package.wrong]
TWINS = [change for package in PACKAGES for change in package.twins]
# UNVERIFIABLE keeps a user from harm as well, but is no finding.
MOSTLY = 0.75


@pytest.fixture(scope="module", params=PACKAGES, ids=lambda package: package.name)
def findings(request, tmp_path_factory) -> Iterator[dict[str, Finding]]:
    """What the oracle says of every change of a package, by id."""
    package = request.param
    with ExitStack() as stack:
        court = SemanticsCourt(package, tmp_path_factory.mktemp(package.name), stack)
        yield {change.id: court.findings(change, ["oracle"])["oracle"] for change in package.changes}


def test_a_wrong_change_does_not_pass(findings):
    passed = {change.id for change in WRONG if change.id in findings and findings[change.id].outcome == PASSED}
    assert passed == set(known_misses()) & set(findings)


def test_most_wrong_changes_are_called_wrong(findings):
    outcomes = [findings[change.id].outcome for change in WRONG if change.id in findings]
    assert outcomes.count("WRONG") >= MOSTLY * len(outcomes), outcomes


def test_a_right_change_is_not_called_wrong(findings):
    accused = {change.id: findings[change.id].reason for change in TWINS if change.id in findings}
    assert {name: reason for name, reason in accused.items() if findings[name].outcome == "WRONG"} == {}
