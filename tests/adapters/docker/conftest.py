"""One provider for the tests that look at a container from inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codeopt.adapters.docker import DockerProvider
from codeopt.assets import programs_dir
from codeopt.model.work import Command
from codeopt.ports import Sandbox

MEMORY_BYTES = 256 * 1024**2


@pytest.fixture(scope="session")
def make_provider(docker_environment, tmp_path_factory) -> Iterator[Callable[..., DockerProvider]]:
    made: list[DockerProvider] = []
    snapshot = tmp_path_factory.mktemp("snapshot")
    (snapshot / "top.py").write_text("LEVEL = 0\n")

    def make(folder: Path = snapshot, **settings) -> DockerProvider:
        settings = {"run": "docker-tests", "memory_bytes": MEMORY_BYTES, "pids": 64, **settings}
        made.append(DockerProvider(folder, programs_dir(), **settings))
        made[-1].prepare(docker_environment)
        return made[-1]

    yield make
    for provider in made:
        provider.close()


@pytest.fixture(scope="module")
def sandbox(make_provider) -> Iterator[Sandbox]:
    with make_provider().open({}) as sandbox:
        yield sandbox


@pytest.fixture
def say(sandbox) -> Callable[[str], str]:
    def run(code: str) -> str:
        result = sandbox.run(Command(argv=(sandbox.python, "-c", code), timeout_s=60.0))
        assert result.ok, result
        return result.stdout.decode().strip()

    return run
