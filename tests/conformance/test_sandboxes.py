"""Every sandbox passes the suite: local, Docker, and the fake as far as it can without running anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codeopt.adapters.fake_sandbox import FakeProvider, FakeSandbox, ScriptedChannel, ScriptedMeters, ScriptedRun, exits
from codeopt.adapters.local import LocalProvider
from codeopt.assets import programs_dir
from codeopt.errors import SandboxUnavailable
from codeopt.model.evidence import Weather
from codeopt.model.work import Command, ExecResult
from codeopt.ports import SandboxProvider
from tests.conformance.sandbox_suite import ECHO, ENVIRONMENT, GREEDY, LIFE_CHECKS, MEMORY_CHECKS, PROGRAM_CHECKS, SECRET, SNAPSHOT


def runs(program: str):
    def matches(command: Command) -> bool:
        return program in command.argv

    return matches


FAKE_SCRIPT = (
    ScriptedChannel(matches=runs(ECHO), reply=lambda frame: [frame]),
    ScriptedChannel(matches=runs(GREEDY), reply=lambda _: [bytes(1_000_000_000)]),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("snapshot")
    for path, data in SNAPSHOT.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "run.sh").chmod(0o755)
    return root


@pytest.fixture(scope="module", autouse=True)
def secret() -> Iterator[None]:
    os.environ[SECRET] = "codeopt-secret-value"
    yield
    del os.environ[SECRET]


RUNNING = ("local", pytest.param("docker", marks=pytest.mark.docker))
ALL = ("fake", *RUNNING)


@pytest.fixture(scope="module")
def make(request: pytest.FixtureRequest, snapshot: Path):
    @contextmanager
    def fake() -> Iterator[SandboxProvider]:
        yield FakeProvider(FAKE_SCRIPT, SNAPSHOT)

    @contextmanager
    def local() -> Iterator[SandboxProvider]:
        provider = LocalProvider(snapshot, programs_dir())
        try:
            provider.prepare(ENVIRONMENT)
            yield provider
        finally:
            provider.close()

    @contextmanager
    def docker() -> Iterator[SandboxProvider]:
        from codeopt.adapters.docker import DockerProvider

        provider = DockerProvider(snapshot, programs_dir(), run="conformance", memory_bytes=512 * 1024**2)
        try:
            provider.prepare(request.getfixturevalue("docker_environment"))
            yield provider
        finally:
            provider.close()

    return {"fake": fake, "local": local, "docker": docker}[request.param]


@pytest.fixture(scope="module")
def provider(make) -> Iterator[SandboxProvider]:
    with make() as provider:
        yield provider


@pytest.mark.parametrize("make", RUNNING, indirect=True, scope="module")
@pytest.mark.parametrize("check", PROGRAM_CHECKS, ids=lambda check: check.__name__)
def test_programs_run_as_promised(provider, check):
    check(provider)


@pytest.mark.parametrize("make", ALL, indirect=True, scope="module")
@pytest.mark.parametrize("check", MEMORY_CHECKS, ids=lambda check: check.__name__)
def test_files_and_frames_pass_as_promised(provider, check):
    check(provider)


@pytest.mark.parametrize("make", ALL, indirect=True, scope="module")
@pytest.mark.parametrize("check", LIFE_CHECKS, ids=lambda check: check.__name__)
def test_sandboxes_end_as_promised(make, check):
    check(make)


@pytest.mark.parametrize("number", range(1, 7))
def test_the_fake_is_lost_at_the_operation_it_is_told_to(number):
    provider = FakeProvider(FAKE_SCRIPT, SNAPSHOT, lost_at=number)

    def use() -> None:
        provider.prepare(ENVIRONMENT)
        with provider.open({}) as sandbox:
            sandbox.write({f"{sandbox.out}/a": b""})
            with sandbox.open_channel(Command(argv=(ECHO,), timeout_s=1.0)) as channel:
                channel.send(b"x")
                channel.receive(timeout_s=1.0)

    with pytest.raises(SandboxUnavailable, match=f"operation {number}"):
        use()
    assert provider.operations == ["prepare", "open", "write", "open_channel", "send", "receive"][:number]


def test_the_fake_runs_its_script_in_order():
    def leave_a_file(command: Command, sandbox: FakeSandbox) -> ExecResult:
        sandbox.files[f"{sandbox.out}/left"] = command.stdin
        return exits(0)

    script = (ScriptedRun(matches=runs("work"), answer=leave_a_file), ScriptedRun(matches=lambda _: True, answer=exits(3, b"other")))
    provider = FakeProvider(script)
    with provider.open({"a.py": b"1"}) as sandbox:
        assert sandbox.run(Command(argv=("work",), timeout_s=1.0, stdin=b"data")).ok
        assert sandbox.read(f"{sandbox.out}/left", limit_bytes=10) == b"data"
        assert sandbox.run(Command(argv=("play",), timeout_s=1.0)).stdout == b"other"
    assert provider.overlays == [{"a.py": b"1"}]


def test_the_fakes_meters_show_what_they_are_told_to():
    ticks = iter((1.0, 1.5))
    fine = Weather(load=0.1, cores=2, stolen_s=0.0, busy_s=1.0)
    meters = ScriptedMeters(cpu_s=lambda _: next(ticks), peak_bytes=lambda sandbox: len(sandbox.files), weather=lambda: fine)
    provider = FakeProvider(files={"a.py": b"", "b.py": b""}, meters=meters)
    with provider.open({}) as sandbox:
        assert [sandbox.cpu_s(), sandbox.cpu_s()] == [1.0, 1.5]
        assert sandbox.peak_bytes() == 2
    assert provider.weather() == fine
    assert (sandbox.cpu_s(), sandbox.peak_bytes()) == (None, None)
    assert provider.operations == ["open"]


def test_a_fake_without_meters_tells_nothing():
    provider = FakeProvider()
    with provider.open({}) as sandbox:
        assert (sandbox.cpu_s(), sandbox.peak_bytes(), provider.weather()) == (None, None, None)
