"""The main job from the command to the result, without a model and without Docker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.e2e.conftest import GOOD_PATCH, WRONG_PATCH, begin, codeopt, contents, environment, git

LOCAL = ("--sandbox", "local")
WITH_HELPER = """def _absent(item, seen):
    return item not in seen


def dedupe(items):
    seen = []
    for item in items:
        if _absent(item, seen):
            seen.append(item)
    return seen
"""


def test_a_good_patch_is_faster(repo, patch_file, tmp_path):
    before = contents(repo)
    result = tmp_path / "verdict.json"
    ended = codeopt("verify", repo, *LOCAL, "--trust-patch", "--patch", patch_file(GOOD_PATCH), "--json", result)
    found = json.loads(result.read_text())
    assert ended.status == 0, ended.err
    assert found["schema"] == 1
    assert found["outcome"] == "FASTER"
    assert found["comparison"]["low"] > 1.03
    assert found["target"] == "slow.py::dedupe"
    kinds = ["patch", "screen", "calls", "conduct", "tests", "coverage", "oracle", "timing", "workload"]
    assert [check["kind"] for check in found["checks"]] == kinds
    oracle = next(check["power"] for check in found["checks"] if check["kind"] == "oracle")
    assert oracle["killed"] > 0
    assert oracle["made"] == oracle["killed"] + oracle["untried"] + len(oracle["survivors"])
    assert all(check["passed"] for check in found["checks"])
    assert contents(repo) == before


def test_a_wrong_patch_is_wrong(repo, patch_file, tmp_path):
    result = tmp_path / "verdict.json"
    ended = codeopt("verify", repo, *LOCAL, "--trust-patch", "--patch", patch_file(WRONG_PATCH), "--json", result)
    assert ended.status == 1
    found = json.loads(result.read_text())
    assert found["outcome"] == "WRONG"
    assert found["comparison"] is None


def test_a_patch_on_standard_input(repo):
    command = [sys.executable, "-m", "codeopt", "verify", str(repo), *LOCAL, "--trust-patch", "--patch", "-", "--json", "-", "-q"]
    done = subprocess.run(command, input=WRONG_PATCH, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["outcome"] == "WRONG"


def test_optimize_finds_proves_and_commits_on_a_branch(repo, tmp_path):
    before = contents(repo)
    result = tmp_path / "report.json"
    ended = codeopt("optimize", repo, *LOCAL, "--branch", "faster", "--json", result)
    assert ended.status == 0, ended.err
    report = json.loads(result.read_text())
    assert len(report["accepted"]) == 1
    [accepted] = [candidate for candidate in report["candidates"] if candidate["key"] in report["accepted"]]
    assert accepted["target"] == "slow.py::dedupe"
    assert accepted["verdict"]["outcome"] == "FASTER"
    assert "diff --git" in accepted["diff"]
    after = contents(repo)
    assert {name: data for name, data in after.items() if not name.startswith(".git/")} == {
        name: data for name, data in before.items() if not name.startswith(".git/")
    }
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "log", "--format=%s", "faster").splitlines()[0].startswith("Make dedupe faster")
    assert git(repo, "diff", "master..faster" if "master" in git(repo, "branch") else "main..faster").count("\n+") > 1
    # The diff that was written is the one that git takes, and it is proven again by the command in the report.
    patch = repo / ".codeopt" / "runs" / report["run"] / "patches" / f"{accepted['key']}.diff"
    git(repo, "apply", "--check", str(patch))
    assert f"--patch {patch}" in ended.out
    again = codeopt("verify", repo, *LOCAL, "--trust-patch", "--patch", patch)
    assert again.status == 0, again.err


def test_the_report_of_a_run_can_be_read_again(repo, tmp_path):
    first = codeopt("optimize", repo, *LOCAL, "--json", tmp_path / "a.json")
    assert first.status == 0, first.err
    again = codeopt("report", "latest", "--repo", repo, "--json", tmp_path / "b.json")
    assert again.status == 0, again.err
    assert json.loads((tmp_path / "a.json").read_text()) == json.loads((tmp_path / "b.json").read_text())
    markdown = codeopt("report", "latest", "--repo", repo, "--markdown", "-")
    assert "slow.py::dedupe" in markdown.out
    assert "```diff" in markdown.out
    page = codeopt("report", "latest", "--repo", repo, "--html", tmp_path / "evidence.html")
    assert page.status == 0, page.err
    text = (tmp_path / "evidence.html").read_text()
    assert "slow.py::dedupe" in text
    assert "Times of old and new code: the function" in text
    both = codeopt("report", "--compare", "latest", "latest", "--repo", repo, "--json", "-")
    assert [one["first"] == one["second"] for one in json.loads(both.out)["patches"]] == [True]


def test_nothing_found_is_said(make_repo, tmp_path):
    root = make_repo(slow__py='def dedupe(items):\n    """Return the items without repeats."""\n    return list(dict.fromkeys(items))\n')
    ended = codeopt("optimize", root, *LOCAL, "--json", tmp_path / "r.json")
    assert ended.status == 0, ended.err
    assert json.loads((tmp_path / "r.json").read_text())["accepted"] == []
    assert "Nothing" in ended.out or "No " in ended.out


def test_profile_ranks_the_slow_function_first(repo, tmp_path):
    ended = codeopt("profile", repo, *LOCAL, "--json", tmp_path / "p.json")
    assert ended.status == 0, ended.err
    first = json.loads((tmp_path / "p.json").read_text())["functions"][0]
    assert first["qualname"] == "dedupe"
    assert first["share"] > 0.3


def start(repo, *argv):
    return begin("optimize", repo, *LOCAL, *argv)


def wait_for(process, word):
    lines = []
    for line in process.stderr:
        lines.append(line)
        if word in line:
            return lines
    raise AssertionError("".join(lines))


def bytes_of(repo):
    """Every file of the user's, with its bytes, mode and time; codeopt's own folder aside."""
    return {
        path: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in repo.rglob("*")
        if path.is_file() and ".codeopt" not in path.parts
    }


@pytest.mark.parametrize("stage", ["baseline", "profile", "record", "verify", "confirm"])
def test_a_killed_run_leaves_the_tree_as_it_was_goes_on_and_repeats_no_verdict(repo, tmp_path, stage):
    before = bytes_of(repo)
    process = start(repo)
    wait_for(process, f"codeopt: {stage}")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert bytes_of(repo) == before
    ended = codeopt("optimize", repo, *LOCAL, "--resume", "latest", "--json", tmp_path / "r.json")
    assert ended.status == 0, ended.err
    report = json.loads((tmp_path / "r.json").read_text())
    assert len(report["accepted"]) == 1
    if stage == "confirm":
        assert "codeopt: screen" not in ended.err
        assert "codeopt: baseline: " in ended.err or "codeopt: confirm" in ended.err


def test_a_resumed_run_keeps_the_settings_it_was_begun_with(repo, tmp_path):
    process = start(repo, "--max-targets", "1", "--workload", "python bench.py", "--min-speedup", "1.5")
    wait_for(process, "codeopt: record")
    process.kill()
    process.communicate()
    (repo / "slow.py").write_text("raise RuntimeError('the work tree has moved on')\n")
    ended = codeopt("optimize", repo, "--resume", "latest", "--json", tmp_path / "r.json")
    assert ended.status == 0, ended.err
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["sandbox"] == "local"
    assert report["settings"]["min_speedup"] == 1.5
    assert len(report["accepted"]) == 1


def test_a_run_that_another_process_holds_is_left_alone(repo):
    process = start(repo)
    try:
        wait_for(process, "codeopt: baseline")
        ended = codeopt("optimize", repo, *LOCAL, "--resume", "latest")
        assert ended.status == 2
        assert "latest" in ended.error or "run" in ended.error
    finally:
        process.kill()
        process.communicate()


def test_what_the_user_commits_during_a_run_is_not_reverted_by_its_branch(repo):
    begun = git(repo, "rev-parse", "HEAD").strip()
    process = start(repo, "--branch", "faster")
    wait_for(process, "codeopt: record")
    (repo / "slow.py").write_text("# Newer than the run.\n" + (repo / "slow.py").read_text())
    git(repo, "commit", "-qam", "newer")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert git(repo, "rev-parse", "faster~1").strip() == begun
    assert "Newer" not in git(repo, "diff", f"{begun}..faster")
    assert "HEAD has moved since" in out


def test_a_report_that_can_no_longer_be_written_does_not_cost_the_branch(repo, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    process = start(repo, "--branch", "faster", "--json", str(folder / "r.json"))
    wait_for(process, "codeopt: record")
    folder.rmdir()
    _, err = process.communicate()
    assert process.returncode == 3
    assert "choose another --json file" in err.splitlines()[-1]
    assert git(repo, "log", "-1", "--format=%s", "faster").startswith("Make dedupe faster")


def test_a_patch_that_deletes_a_private_helper_can_be_faster(make_repo, patch_file):
    root = make_repo(slow__py=WITH_HELPER)
    (root / "slow.py").write_text("def dedupe(items):\n    return list(dict.fromkeys(items))\n")
    patch = git(root, "diff")
    git(root, "checkout", "-q", "slow.py")
    ended = codeopt("verify", root, *LOCAL, "--trust-patch", "--patch", patch_file(patch))
    assert ended.status == 0, ended.out + ended.err


def test_an_interrupt_ends_at_once_and_leaves_nothing(repo):
    before = contents(repo)
    process = start(repo)
    wait_for(process, "codeopt: verify")
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "--resume" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert contents(repo) == before
