"""`codeopt bench` and `codeopt serve` as users run them."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from tests.adapters.vllm.serving import free_port, installed
from tests.e2e.conftest import begin, codeopt

ROOT = Path(__file__).parents[2]
TEXTBOOK = ROOT / "examples" / "textbook"


def test_a_suite_ends_with_a_table_and_goes_on_where_it_was(tmp_path):
    words = ("bench", "folder", "--root", TEXTBOOK, "--tasks", "dedupe", "--sandbox", "local", "--model", "none")
    out, told = tmp_path / "out", tmp_path / "r.json"
    ended = codeopt(*words, "--out", out, "--json", told, "--markdown", tmp_path / "r.md")
    assert ended.status == 0, ended.err
    (task,) = json.loads(told.read_text())["tasks"]
    assert (task["result"], task["wrong"]) == ("improved", 0)
    assert task["gain"]["low"] > 1.03
    assert task["best"]["low"] > 1.03, task["note"]
    report = json.loads((out / "reports" / "dedupe.json").read_text())
    assert report["accepted"][0] in {candidate["key"] for candidate in report["candidates"]}
    assert "| `dedupe` | improved |" in ended.out
    assert (tmp_path / "r.md").read_text() in ended.out
    again = codeopt(*words, "--out", out, timeout=30)
    assert (again.status, again.out) == (0, ended.out)
    other = codeopt(*words, "--out", out, "--seed", "5", timeout=30)
    assert (other.status, "give another folder with --out" in other.error) == (2, True)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("folder", "--root", "/nowhere"), "is no folder"),
        (("folder", "--root", str(ROOT / "docs")), "holds no task"),
        (("folder", "--root", str(TEXTBOOK), "--tasks", "sorting"), "no task is named sorting"),
        (("algotune", "--root", str(ROOT / "docs")), "give a checkout of AlgoTune"),
        (("folder", "--root", str(TEXTBOOK), "--json", "/nowhere/r.json"), "--json"),
        (("folder", "--root", str(TEXTBOOK), "--budget", "soon"), "duration"),
    ],
)
def test_what_is_no_suite_is_one_line_and_status_2(words, part, tmp_path):
    ended = codeopt("bench", *words, "--out", tmp_path / "out")
    assert ended.status == 2
    assert part in ended.error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_is_started_and_stopped(tmp_path, number):
    port = str(free_port())
    words = ("--port", port, "--vllm", installed(tmp_path), "--log", tmp_path / "log", "--device", "cpu", "--", "--seed", "3")
    with begin("serve", "tiny", *words) as process:
        line = next(line for line in process.stderr if line.startswith("next: "))
        process.send_signal(number)
        assert process.wait(60) == 0
        assert "the server was stopped" in process.stderr.read()
    assert line == f"next: codeopt optimize PATH --model http://127.0.0.1:{port}/v1\n"
    argv = json.loads((tmp_path / "log").read_text().splitlines()[0])
    assert argv[-2:] == ["--seed", "3"]
    assert "--enforce-eager" in argv
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", int(port))) != 0


def test_a_server_that_fails_is_one_line_and_status_3(tmp_path):
    ended = codeopt(
        "serve", "tiny", "--port", str(free_port()), "--vllm", installed(tmp_path), "--log", tmp_path / "log", FAKE_VLLM="broken"
    )
    assert ended.status == 3
    assert "vLLM ended with status 1: RuntimeError: out of memory" in ended.error


def test_a_program_that_is_not_there_is_named():
    ended = codeopt("serve", "tiny", "--vllm", "/no/vllm")
    assert (ended.status, "/no/vllm is no program" in ended.error) == (2, True)
