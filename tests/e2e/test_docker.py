"""The main job in Docker: what a model wrote runs there or not at all."""

from __future__ import annotations

import json
import os
import signal
import textwrap
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from codeopt.adapters.docker.owner import OWNER_LABEL, Owner, this_process
from codeopt.adapters.fake_model import FakeEndpoint, Fault
from tests.e2e.conftest import GOOD_PATCH, WRONG_PATCH, begin, codeopt, contents

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("docker_environment")]

GOOD_ANSWER = """Here is the function:

```python
def dedupe(items):
    return list(dict.fromkeys(items))
```
"""
WRONG_ANSWER = "```python\ndef dedupe(items):\n    return sorted(set(items))\n```"
HOSTILE_ANSWER = textwrap.dedent("""
    ```python
    def dedupe(items):
        import os, socket
        for action in (
            lambda: open("/work/tree/slow.py", "w").write(""),
            lambda: open("/opt/codeopt/worker.py", "w").write(""),
            lambda: socket.create_connection(("1.1.1.1", 53), 0.2),
            lambda: os.kill(1, 9),
        ):
            try:
                action()
            except OSError:
                continue
        return list(dict.fromkeys(items))
    ```
""")


def ours() -> list[str]:
    """The containers of processes that this one started, or that are dead; other tests may run beside these."""
    client = docker.from_env()
    try:
        found = client.containers.list(all=True, filters={"label": "codeopt.run"}, ignore_removed=True)
        return [each.name for each in found if started_here(Owner.parse(each.labels[OWNER_LABEL]))]
    finally:
        client.close()


def started_here(owner: Owner) -> bool:
    here = this_process()
    return owner != here and (owner.is_dead(here) or os.getpid() in ancestors(owner.pid))


def ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            return
        pid = int(fields[1])
        yield pid


def test_the_verdict_is_the_same_in_docker(repo, patch_file, tmp_path):
    before = contents(repo)
    good = codeopt("verify", repo, "--sandbox", "docker", "--patch", patch_file(GOOD_PATCH), "--json", tmp_path / "good.json")
    assert good.status == 0, good.err
    assert json.loads((tmp_path / "good.json").read_text())["sandbox"] == "docker"
    wrong = codeopt("verify", repo, "--sandbox", "docker", "--patch", patch_file(WRONG_PATCH), "--json", tmp_path / "wrong.json")
    assert wrong.status == 1, wrong.err
    assert json.loads((tmp_path / "wrong.json").read_text())["outcome"] == "WRONG"
    assert contents(repo) == before
    assert ours() == []


def test_a_models_answers_are_judged_and_the_failures_fed_back(repo, tmp_path):
    script = [[WRONG_ANSWER], [HOSTILE_ANSWER], ["I cannot help with that."], [GOOD_ANSWER]]
    with FakeEndpoint(script) as endpoint:
        argv = ("--model", endpoint.url, "--samples", "2", "--rounds", "2", "--max-targets", "1", "--json", tmp_path / "r.json")
        ended = codeopt("optimize", repo, "--sandbox", "docker", *argv)
        asked = endpoint.chats
    assert ended.status == 0, ended.err
    report = json.loads((tmp_path / "r.json").read_text())
    outcomes = {}
    for candidate in report["candidates"]:
        outcomes.setdefault(candidate["origin"]["proposer"], []).append(candidate["verdict"]["outcome"])
    assert "WRONG" in outcomes["model"]
    assert "UNVERIFIABLE" in outcomes["model"]
    assert len(report["accepted"]) == 1
    assert any("WRONG" in json.dumps(chat) for chat in asked), "the second round is told of the first"
    assert ours() == []


@pytest.mark.parametrize("fault", [Fault.CUT_OFF, Fault.NO_CHOICES, Fault.LENGTH, Fault.RESET], ids=lambda fault: fault.name)
def test_an_endpoint_that_fails_in_the_middle_does_not_lose_the_run(repo, tmp_path, fault):
    with FakeEndpoint([fault]) as endpoint:
        argv = ("--model", endpoint.url, "--samples", "1", "--rounds", "1", "--max-targets", "1", "--json", tmp_path / "r.json")
        ended = codeopt("optimize", repo, "--sandbox", "docker", *argv)
    assert ended.status == 0, ended.err
    report = json.loads((tmp_path / "r.json").read_text())
    assert len(report["accepted"]) == 1, "the rules go on alone"


LOOKED_UP = """from places import place


def dedupe(items):
    seen = []
    for item in items:
        if place(item, seen) < 0:
            seen.append(item)
    return seen
"""
PLACES = """def place(item, seen):
    for at, other in enumerate(seen):
        if other == item:
            return at
    return -1


def unused():
    return 1
"""
BOTH = """```python
def dedupe(items):
    seen = []
    for item in items:
        if place(item, seen) < 0:
            seen.append(item)
    return seen


def place(item, seen):
    return seen.index(item) if item in seen else -1
```
"""


def test_an_answer_may_change_a_function_of_another_file(make_repo, tmp_path):
    repo = make_repo(slow__py=LOOKED_UP, places__py=PLACES)
    with FakeEndpoint([[BOTH]]) as endpoint:
        argv = ("--model", endpoint.url, "--samples", "1", "--rounds", "1", "--target", "slow.py::dedupe", "--without", "rules")
        ended = codeopt("optimize", repo, "--sandbox", "docker", *argv, "--json", tmp_path / "r.json")
        asked = json.dumps(endpoint.chats)
    assert ended.status == 0, ended.err
    assert "A function of `places.py` that it calls" in asked
    report = json.loads((tmp_path / "r.json").read_text())
    (candidate,) = report["candidates"]
    assert candidate["verdict"]["outcome"] == "FASTER", candidate["verdict"]["reason"]
    assert "+++ b/places.py" in candidate["diff"]
    assert "+++ b/slow.py" not in candidate["diff"]


def verifying(repo):
    """Start a run and wait until it judges a candidate."""
    process = begin("optimize", repo, "--sandbox", "docker")
    for line in process.stderr:
        if "codeopt: verify" in line:
            return process
    raise AssertionError(process.communicate()[1])


def test_an_interrupt_removes_the_containers(repo):
    before = contents(repo)
    process = verifying(repo)
    assert ours() != []
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert ours() == []
    assert contents(repo) == before


def test_what_a_killed_run_leaves_is_swept_at_the_next_start(repo, patch_file):
    process = verifying(repo)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert ours() != []
    ended = codeopt("verify", repo, "--sandbox", "docker", "--patch", patch_file(WRONG_PATCH))
    assert ended.status == 1, ended.err
    assert ours() == []


def test_a_container_that_is_killed_from_outside_is_no_verdict(repo):
    process = verifying(repo)
    client = docker.from_env()
    try:
        for name in ours():
            client.containers.get(name).kill()
    finally:
        client.close()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert "Traceback" not in err
    resumed = codeopt("optimize", repo, "--sandbox", "docker", "--resume", "latest")
    assert resumed.status == 0, resumed.err


def test_doctor_says_what_is_there(repo):
    ended = codeopt("doctor", repo)
    assert ended.status == 0, ended.out
    assert "Docker engine" in ended.out
    assert f"next: codeopt optimize {repo}" in " ".join(ended.out.split())
