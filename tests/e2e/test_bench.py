"""`codeopt bench` and `codeopt serve` as users run them."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from codeopt.app.bench.suites import SUITES
from codeopt.app.bench.swefficiency import WORKLOADS
from codeopt.cli.bench import command
from tests.adapters.vllm.serving import free_port, installed
from tests.e2e.conftest import begin, codeopt, git

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


SCRIPT = """
import timeit
from mill.dedupe import dedupe

numbers = [7 * i % 1500 for i in range(1500)]
print(timeit.repeat(lambda: dedupe(numbers) + dedupe([]) + dedupe(["a", "b", "a"]), number=1, repeat=3))
"""
TESTS = """
from mill.dedupe import dedupe


def test_each_is_kept_once():
    assert dedupe([3, 1, 3]) == [3, 1]


def test_what_fails_before():
    assert dedupe([3, 1, 3]) == [1, 3]
"""


@pytest.fixture
def pull_request(tmp_path):
    """A project whose pull request 7 made it faster, with a module of its own for that, and a suite that has a workload for it."""
    project, slow = tmp_path / "projects" / "mill", (TEXTBOOK / "dedupe" / "solution.py").read_text()
    fast = (TEXTBOOK / "dedupe" / "best" / "solution.py").read_text()

    def write(**files):
        for path, text in files.items():
            (project / "mill" / "tests").mkdir(parents=True, exist_ok=True)
            (project / "mill" / f"{path}.py").write_text(text)

    write(**{"__init__": "", "dedupe": slow, "tests/__init__": "", "tests/test_dedupe": TESTS})
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "begin")
    git(project, "checkout", "-q", "-b", "faster")
    write(dedupe="from mill.seen import dedupe_seen\n\n\n" + slow.partition("    result = []")[0] + "    return dedupe_seen(items)\n")
    write(seen=fast.replace("def dedupe(", "def dedupe_seen("))
    git(project, "add", "-A")
    git(project, "commit", "-qm", "work")
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--no-ff", "-m", "Merge pull request #7 from ada/faster", "faster")
    (tmp_path / "swe" / WORKLOADS).parent.mkdir(parents=True)
    (tmp_path / "swe" / WORKLOADS).write_text(json.dumps({"instance_id": "ada__mill-7", "run_id": "r", "workload": SCRIPT}) + "\n")
    return tmp_path / "swe", project.parent


def test_a_pull_request_is_a_task_whose_change_is_the_best_solution_known(pull_request, tmp_path):
    root, projects = pull_request
    words = ("bench", "swefficiency", "--root", root, "--dataset", projects, "--sandbox", "local", "--model", "none")
    ended = codeopt(*words, "--out", tmp_path / "out", "--json", tmp_path / "r.json")
    assert ended.status == 0, ended.err
    (task,) = json.loads((tmp_path / "r.json").read_text())["tasks"]
    assert (task["result"], task["gain_of"]) == ("improved", "workload"), ended.err
    assert (task["best_of"], task["note"]) == ("workload", "")
    report = json.loads((tmp_path / "out" / "reports" / "ada__mill-7.json").read_text())
    assert report["targets"][0]["name"] == "mill/dedupe.py::dedupe"
    assert "1 failed, 1 passed" in report["tests"]


def test_every_suite_is_offered():
    (suite,) = (parameter for parameter in command.params if parameter.name == "suite")
    assert set(suite.type.choices) == set(SUITES)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("swefficiency", "--root", str(ROOT / "docs")), "give a checkout of SWE-fficiency"),
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
