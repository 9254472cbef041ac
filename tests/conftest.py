"""What all tests share: whether there is a Docker engine, and one small environment image."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from codeopt.assets import programs_dir
from codeopt.errors import SandboxUnavailable
from codeopt.model.work import Environment

TESTS = Path(__file__).parent
ROOT = str(TESTS.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


# No test asserts a time, and on a busy machine any example may take long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

# Folders whose tests open sandboxes, with or without Docker, and what runs in them is timed: two groups, each with cores of its own.
ADVERSARIAL = "tests/adversarial/"
SANDBOXED = (ADVERSARIAL, *(f"tests/{name}/" for name in ("adapters/docker", "adapters/local", "app", "conformance", "e2e", "trial")))
# Conformance suites of what is no sandbox.
OTHERS = ("tests/conformance/test_queues.py", "tests/conformance/test_forges.py")


def opens_sandboxes(nodeid: str) -> bool:
    """Say whether a test is in one of these folders."""
    return nodeid.startswith(SANDBOXED) and not nodeid.startswith(OTHERS)


class GroupsOfSandboxes(LoadScopeScheduling):
    """Gives each group of tests that open sandboxes to one worker, and the others, one by one, to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        if not opens_sandboxes(nodeid):
            return nodeid
        return "adversarial" if nodeid.startswith(ADVERSARIAL) else "sandboxes"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupsOfSandboxes:
    """Choose how tests are shared among workers."""
    return GroupsOfSandboxes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs Docker where there is none, unless CODEOPT_REQUIRE_DOCKER=1: then it fails."""
    needing = [item for item in items if item.get_closest_marker("docker")]
    astray = [item.nodeid for item in needing if not opens_sandboxes(item.nodeid)]
    assert not astray, f"tests that need Docker belong into folders of those that open sandboxes: {astray[:3]}"
    if not needing or os.environ.get("CODEOPT_REQUIRE_DOCKER") == "1":
        return
    reason = _why_no_docker()
    if reason:
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep a worker to its cores: the hostile patches have all but the last, other sandboxes the last, and plain tests stay where they are.

    What starts sandboxes of the second group may run anywhere: its sandboxes take the last core by themselves.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ or len(CORES) < 2:
        return
    if item.nodeid.startswith(ADVERSARIAL):
        os.sched_setaffinity(0, CORES[:-1])
    elif opens_sandboxes(item.nodeid):
        os.sched_setaffinity(0, CORES)
    elif len(os.sched_getaffinity(0)) == len(CORES):
        os.sched_setaffinity(0, CORES[-1:])


def _why_no_docker() -> str:
    from codeopt.adapters.docker.engine import connect

    try:
        connect().close()
    except SandboxUnavailable as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def docker_environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment whose image is there: the standard library and pytest. Preparing it again costs next to nothing."""
    from codeopt.adapters.docker.provider import DockerProvider

    environment = Environment(
        python="3.11", requirements=(), installs_project=False, import_roots=("src", "."), declared_by=(), key="codeopt-tests"
    )
    provider = DockerProvider(tmp_path_factory.mktemp("empty"), programs_dir(), run="tests")
    try:
        provider.prepare(environment)
    finally:
        provider.close()
    return environment
