"""Starting a model server, waiting for it, and ending it with all that it started."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import pytest

from codeopt.adapters.vllm import server
from codeopt.adapters.vllm.server import Launch, Lora, ServerProcess, Wanted, launch_of, lora_of
from codeopt.app.serve import served
from codeopt.errors import ConfigError, EndpointUnavailable
from tests.adapters.vllm.serving import free_port, installed


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def program(tmp_path):
    """A program `vllm` that is ours."""
    return str(installed(tmp_path))


def start(program, port, tmp_path, mode=""):
    wanted = Wanted(model="tiny", port=port)
    launch = launch_of(wanted, executable=program)
    launch = Launch(argv=launch.argv, environment={**launch.environment, "FAKE_VLLM": mode})
    return ServerProcess(launch, url=wanted.url, log=tmp_path / "vllm.log")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_command_line_has_what_suits_code_editing(program):
    argv = launch_of(
        Wanted(model="m", context=4096, loras=(Lora(name="mine", path="/l"),), name="n", more=("--seed", "1")), executable=program
    ).argv
    assert argv[:3] == (program, "serve", "m")
    assert "--enable-prefix-caching" in argv
    assert argv[argv.index("--max-model-len") + 1] == "4096"
    assert json.loads(argv[argv.index("--speculative-config") + 1])["method"] == "ngram"
    assert argv[argv.index("--lora-modules") + 1] == "mine=/l"
    assert argv[argv.index("--served-model-name") + 1] == "n"
    assert argv[-2:] == ("--seed", "1")
    assert "--enforce-eager" not in argv


def test_a_machine_without_a_gpu_gets_flags_of_its_own(program):
    launch = launch_of(Wanted(model="m", context=4096, gpu=False, speculate=False), executable=program)
    assert launch.argv[launch.argv.index("--max-num-batched-tokens") + 1] == "4096"
    assert {"--no-enable-chunked-prefill", "--enforce-eager"} <= set(launch.argv)
    assert "--speculative-config" not in launch.argv
    assert "VLLM_CPU_KVCACHE_SPACE" in launch.environment


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:81/v1"),
        ("0.0.0.0", "http://127.0.0.1:81/v1"),
        ("::", "http://[::1]:81/v1"),
        ("::1", "http://[::1]:81/v1"),
        ("gpu", "http://gpu:81/v1"),
    ],
)
def test_the_address_to_ask_is_one_of_this_machine(host, url):
    assert Wanted(model="m", host=host, port=81).url == url


def test_without_vllm_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(server.shutil, "which", lambda name: None)
    monkeypatch.setattr(server.sys, "executable", "/nowhere/python")
    with pytest.raises(ConfigError, match=r"pip install 'codeopt\[serve\]'"):
        launch_of(Wanted(model="m"))
    with pytest.raises(ConfigError, match="/no/vllm is no program"):
        launch_of(Wanted(model="m"), executable="/no/vllm")


@pytest.mark.parametrize("text", ["", "name", "=path", "name="])
def test_an_adapter_is_a_name_and_a_path(text):
    assert lora_of("a=b/c=d") == Lora(name="a", path="b/c=d")
    with pytest.raises(ConfigError, match="NAME=PATH"):
        lora_of(text)


def test_a_server_answers_and_ends_with_its_context(program, port, tmp_path):
    said = []
    wanted = Wanted(model="tiny", port=port)
    with served(wanted, launch_of(wanted, executable=program), log=tmp_path / "log", timeout_s=60.0, say=said.append):
        assert server.httpx.get(f"{wanted.url}/models", trust_env=False).json()["data"][0]["id"] == "tiny"
    assert "context 2048 tokens" in said[-1]
    with pytest.raises(server.httpx.HTTPError):
        server.httpx.get(f"{wanted.url}/models", trust_env=False)


def test_a_server_that_gives_no_answer_is_no_server(program, port, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_VLLM", "mute")
    wanted = Wanted(model="tiny", port=port)
    with (
        pytest.raises(EndpointUnavailable, match="gives no answer"),
        served(wanted, launch_of(wanted, executable=program), log=tmp_path / "log", timeout_s=60.0, say=lambda text: None),
    ):
        pass


def test_a_server_that_fails_to_start_says_why(program, port, tmp_path):
    process = start(program, port, tmp_path, "broken")
    with pytest.raises(EndpointUnavailable, match="ended with status 1: RuntimeError: out of memory"):
        process.wait_until_it_answers(timeout_s=60.0)
    process.stop()


def test_a_server_that_takes_too_long_is_given_up(program, port, tmp_path):
    process = start(program, port, tmp_path, "slow")
    with pytest.raises(EndpointUnavailable, match="not ready after 1 s"):
        process.wait_until_it_answers(timeout_s=1.0)
    process.stop()
    assert not is_alive(process._process.pid)


def test_a_server_that_ends_later_is_noticed(program, port, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_VLLM", "mortal")
    wanted = Wanted(model="tiny", port=port)
    with (
        pytest.raises(EndpointUnavailable, match="ended with status 9"),
        served(wanted, launch_of(wanted, executable=program), log=tmp_path / "log", timeout_s=60.0, say=lambda text: None) as process,
    ):
        process.wait()


def test_what_the_server_started_ends_with_it(program, port, tmp_path):
    process = start(program, port, tmp_path, "parent")
    process.wait_until_it_answers(timeout_s=60.0)
    child = int((tmp_path / "vllm.log").read_text().split("child ")[1].split()[0])
    assert is_alive(child)
    process.stop()
    process.stop()
    assert not is_alive(child)


def test_a_server_that_will_not_end_is_killed(program, port, tmp_path, monkeypatch):
    monkeypatch.setattr(server, "_GRACE_S", 0.3)
    process = start(program, port, tmp_path, "stubborn")
    process.wait_until_it_answers(timeout_s=60.0)
    began = time.monotonic()
    process.stop()
    assert time.monotonic() - began < 30
    assert not is_alive(process._process.pid)


def test_a_port_that_is_taken_is_named(program, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {number} already"):
            start(program, number, tmp_path)


def test_a_log_that_cannot_be_written_is_named(program, port, tmp_path):
    with pytest.raises(ConfigError, match="log file"):
        start(program, port, tmp_path / "nowhere")
