"""What all tests share: whether there is a Docker engine, and one small environment image."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from codeopt.assets import programs_dir
from codeopt.errors import SandboxUnavailable
from codeopt.model.work import Environment

TESTS = Path(__file__).parent
ROOT = str(TESTS.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

# Folders whose tests open sandboxes, with or without Docker. Sandboxes share the last core, and what runs in them is timed.
SANDBOXED = tuple(TESTS / name for name in ("adapters/local", "adversarial", "app", "conformance", "e2e", "trial"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that open sandboxes on one worker; skip what needs Docker where there is none.

    With CODEOPT_REQUIRE_DOCKER=1 those fail instead.
    """
    needing = [item for item in items if item.get_closest_marker("docker")]
    for item in {*needing, *(item for item in items if any(item.path.is_relative_to(folder) for folder in SANDBOXED))}:
        item.add_marker(pytest.mark.xdist_group("sandboxes"))
    if not needing or os.environ.get("CODEOPT_REQUIRE_DOCKER") == "1":
        return
    reason = _why_no_docker()
    if reason:
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep other tests off the last core while what runs in sandboxes is timed there."""
    if "PYTEST_XDIST_WORKER" in os.environ and len(CORES) > 1:
        os.sched_setaffinity(0, CORES if item.get_closest_marker("xdist_group") else CORES[:-1])


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
