"""Bad input: one line that says what, where and what to do, the right status, and nothing changed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from codeopt.adapters.fake_model import FakeEndpoint, Fault
from tests.e2e.conftest import GOOD_PATCH, WRONG_PATCH, codeopt, contents, environment

LOCAL = ("--sandbox", "local")


def test_not_a_repository(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    ended = codeopt("optimize", tmp_path, *LOCAL)
    assert ended.status == 2
    assert "git init" in ended.error


def test_no_such_folder(tmp_path):
    ended = codeopt("optimize", tmp_path / "nowhere", *LOCAL)
    assert ended.status == 2
    assert "nowhere" in ended.error


def test_a_repository_without_python(make_repo):
    root = make_repo(slow__py=None, bench__py=None, test_slow__py=None, pyproject__toml=None, README="hello\n")
    ended = codeopt("optimize", root, *LOCAL)
    assert ended.status == 2
    assert "Python" in ended.error


def test_no_workload(make_repo):
    root = make_repo(bench__py=None, test_slow__py=None, pyproject__toml=None)
    before = contents(root)
    ended = codeopt("optimize", root, *LOCAL)
    assert ended.status == 2
    assert "--workload" in ended.error
    assert contents(root) == before


def test_a_workload_that_fails(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--workload", "python -c 'raise SystemExit(7)'")
    assert ended.status == 2
    assert "status 7" in ended.error


def test_a_workload_with_an_open_quote(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--workload", "python 'bench.py")
    assert ended.status == 2
    assert "quotes" in ended.error


def test_a_workload_that_does_not_exist(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--workload", "no-such-program --fast")
    assert ended.status == 2
    assert "no-such-program" in ended.error


def test_tests_that_fail_before_any_patch(make_repo):
    root = make_repo(test_slow__py="def test_no():\n    assert False\n\n\ndef test_yes():\n    pass\n")
    ended = codeopt("optimize", root, *LOCAL)
    assert ended.status == 2
    assert "test_slow.py::test_no" in ended.error
    assert "--allow-failing-tests" in ended.error


def test_a_target_that_does_not_exist(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--target", "slow.py::dedup")
    assert ended.status == 2
    assert "did you mean dedupe" in ended.error


@pytest.mark.parametrize("command", ["optimize", "verify", "profile"])
def test_an_unknown_setting(make_repo, patch_file, command):
    root = make_repo(pyproject__toml="[tool.codeopt]\nworkloads = 'python bench.py'\n")
    patch = ("--patch", patch_file(GOOD_PATCH)) if command == "verify" else ()
    ended = codeopt(command, root, *LOCAL, *patch)
    assert ended.status == 2
    assert "workload" in ended.error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "patch"),
        ("this is no diff\n", "patch"),
        (GOOD_PATCH.replace("seen = []", "seen = {}"), "slow.py"),
        (GOOD_PATCH.replace("slow.py", "fast.py"), "fast.py"),
        (GOOD_PATCH.replace("slow.py", "../slow.py"), ".."),
        (GOOD_PATCH.replace("a/slow.py", "/etc/passwd").replace("b/slow.py", "/etc/passwd"), "patch"),
    ],
)
def test_a_patch_that_does_not_apply(repo, patch_file, text, words):
    before = contents(repo)
    ended = codeopt("verify", repo, *LOCAL, "--trust-patch", "--patch", patch_file(text))
    assert ended.status == 2
    assert words in ended.error
    assert contents(repo) == before


def test_a_patch_that_is_not_there(repo, tmp_path):
    ended = codeopt("verify", repo, *LOCAL, "--trust-patch", "--patch", tmp_path / "none.diff")
    assert ended.status == 2
    assert "none.diff" in ended.error


def test_a_foreign_patch_without_docker_needs_trust(repo, patch_file):
    ended = codeopt("verify", repo, *LOCAL, "--patch", patch_file(GOOD_PATCH))
    assert ended.status == 3
    assert "--trust-patch" in ended.error


def test_no_docker_engine(repo, patch_file):
    ended = codeopt("verify", repo, "--sandbox", "docker", "--patch", patch_file(WRONG_PATCH), DOCKER_HOST="unix:///nowhere/docker.sock")
    assert ended.status == 3
    assert "codeopt doctor" in ended.error


def test_a_model_without_docker_is_not_run_unprotected(repo):
    with FakeEndpoint(["```python\npass\n```"]) as endpoint:
        ended = codeopt("optimize", repo, "--model", endpoint.url, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert ended.status == 3
    assert "Docker" in ended.error


def test_an_endpoint_that_is_down(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--model", "http://127.0.0.1:9/v1")
    assert ended.status == 3
    assert "127.0.0.1:9" in ended.error


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.ERROR, Fault.OTHER_JSON], ids=str)
def test_an_endpoint_that_speaks_nonsense(repo, fault):
    with FakeEndpoint(["x"], models_step=fault) as endpoint:
        ended = codeopt("optimize", repo, *LOCAL, "--model", endpoint.url)
    assert ended.status == 3
    assert endpoint.url.split("//")[1].split("/")[0] in ended.error


def test_a_model_that_is_no_url(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--model", "qwen")
    assert ended.status == 2
    assert "qwen" in ended.error


def test_a_run_that_does_not_exist(repo):
    ended = codeopt("report", "--repo", repo, "latest")
    assert ended.status == 2
    ended = codeopt("optimize", repo, "--resume", "nope")
    assert ended.status == 2


def test_a_branch_that_exists(repo):
    ended = codeopt("optimize", repo, *LOCAL, "--branch", "master")
    other = codeopt("optimize", repo, *LOCAL, "--branch", "main")
    assert 2 in {ended.status, other.status}


def test_a_report_file_that_cannot_be_written(repo):
    ended = codeopt("profile", repo, *LOCAL, "--json", "/nowhere/out.json")
    assert ended.status == 2
    assert "/nowhere/out.json" in ended.error


@pytest.mark.parametrize(
    ("command", "flag"),
    [("optimize", "--json"), ("optimize", "--record-answers"), ("verify", "--json"), ("report", "--markdown"), ("report", "--html")],
)
@pytest.mark.parametrize("file", ["", "no/such/file"])
def test_a_result_that_cannot_be_written_is_found_before_the_work(repo, tmp_path, patch_file, command, flag, file):
    before = {"optimize": LOCAL, "verify": (*LOCAL, "--trust-patch", "--patch", patch_file(GOOD_PATCH)), "report": ("latest", "--repo")}
    ended = codeopt(command, *before[command], repo, flag, tmp_path / file)
    assert ended.status == 2
    assert f"choose another {flag} file" in ended.error
    assert not (repo / ".codeopt").exists()


def test_a_target_that_does_not_exist_is_found_before_the_tests_run(make_repo, tmp_path, patch_file):
    seen = tmp_path / "seen"
    root = make_repo(test_slow__py=f"open({str(seen)!r}, 'w')\n\n\ndef test_yes():\n    pass\n")
    for command in ("optimize", "profile", "verify"):
        patch = ("--trust-patch", "--patch", patch_file(GOOD_PATCH)) if command == "verify" else ()
        ended = codeopt(command, root, *LOCAL, *patch, "--target", "slow.py::dedup")
        assert ended.status == 2
        assert "did you mean dedupe" in ended.error
    assert not seen.exists()


def test_a_flag_that_the_evidence_of_a_resumed_run_contradicts(repo):
    begun = codeopt("optimize", repo, *LOCAL, "--workload", "python -c 'raise SystemExit(7)'", "--tests", "true")
    assert begun.status == 2
    ended = codeopt("optimize", repo, *LOCAL, "--resume", "latest", "--tests", "python -m unittest")
    assert ended.status == 2
    assert ended.error == "codeopt: --tests cannot change on a resumed run: start a new one"
    same = codeopt("optimize", repo, *LOCAL, "--resume", "latest", "--tests", "true", "--budget", "5s")
    assert "status 7" in same.error


@pytest.mark.parametrize("target", ["nowhere.py", "folder"])
def test_a_link_that_is_named_like_a_source(repo, target):
    (repo / "folder").mkdir()
    (repo / "test_link.py").symlink_to(target)
    ended = codeopt("profile", repo, *LOCAL)
    assert ended.status == 0, ended.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize("size", ["16k", "200k"])
def test_a_full_disk_for_the_run_folder(repo, size):
    folder = repo / ".codeopt"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        ended = codeopt("optimize", repo, *LOCAL, "--budget", "20s")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
    assert ended.status == 3, ended.err
    assert "space" in ended.error or "disk" in ended.error


def test_an_unknown_command_and_an_unknown_flag(repo):
    assert codeopt("optimise", repo).status == 2
    assert codeopt("optimize", repo, "--fast").status == 2


def test_no_command_at_all_prints_the_help():
    ended = codeopt()
    assert ended.status == 2
    assert ended.err.startswith("Usage: codeopt")
    assert any(line.split()[:1] == ["optimize"] for line in ended.err.splitlines())


def test_help_names_every_command_and_imports_nothing_heavy():
    code = "import sys\nfrom codeopt.cli.main import run\nrun(['--help'])\nprint(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    *text, modules = done.stdout.splitlines()
    for command in ("optimize", "verify", "profile", "report", "doctor"):
        assert any(line.strip().startswith(command) for line in text)
    for heavy in ("langgraph", "docker", "openai", "pydantic", "rich", "tree_sitter", "libcst"):
        assert f"'{heavy}'" not in modules
