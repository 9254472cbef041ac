"""`codeopt init` on small repositories: what it writes, what it leaves as it is, and what it refuses."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from codeopt.config import load_settings
from tests.e2e.conftest import codeopt, contents, git, make_repo

__all__ = ["make_repo"]

PROJECT = '# mine\n[project]\nname = "slow"   # the name\nversion = "1"\n\n[project.optional-dependencies]\ntest = ["pytest"]\n'


def initialized(root, *flags):
    before = contents(root)
    ended = codeopt("init", root, *flags)
    changed = {name for name, content in contents(root).items() if before.get(name) != content}
    return ended, before.get("pyproject.toml"), changed


def test_each_setting_has_a_reason_and_suggestions_are_comments(make_repo):
    root = make_repo(pyproject__toml=PROJECT)
    assert codeopt("init", root).status == 0
    text = (root / "pyproject.toml").read_text().partition("[tool.codeopt]\n")[2]
    blocks = [block.splitlines() for block in text.strip().split("\n\n")]
    assert [re.sub(r"^# | =.*", "", block[-1]) for block in blocks] == ["tests", "workload", "extras", "install", "exclude"]
    assert all(len(block) >= 2 and all(line.startswith("# ") for line in block[:-1]) for block in blocks)
    settings = load_settings(root, flags={}, environ={})
    assert (settings.tests, settings.extras, settings.workload, settings.install) == ("python -m pytest -q", ("test",), None, None)
    assert '# workload = "python bench.py"' in text


def test_suggestions_can_be_made_settings_by_taking_their_mark_away(make_repo):
    root = make_repo(pyproject__toml=PROJECT)
    assert codeopt("init", root).status == 0
    path = root / "pyproject.toml"
    path.write_text(re.sub(r"^# (\w+ = )", r"\1", path.read_text(), flags=re.MULTILINE))
    settings = load_settings(root, flags={}, environ={})
    assert settings.workload == "python bench.py"
    assert settings.install


def test_what_was_found_is_shown_with_the_next_command(make_repo):
    ended, before, _ = initialized(make_repo(pyproject__toml=None))
    assert before is None
    assert "which is new" in ended.out
    assert "bench.py" in ended.out
    *_, last = ended.out.splitlines()
    assert last.startswith("next: codeopt profile ")


def test_the_next_command_can_be_typed(make_repo):
    root = make_repo(pyproject__toml=None)
    *_, last = codeopt("init", root).out.splitlines()
    ended = codeopt(*shlex.split(last.removeprefix("next: "))[1:], "--sandbox", "local", "--quiet")
    assert ended.status == 0, ended.err


def test_with_nothing_to_run_the_next_command_asks_for_a_workload(make_repo):
    root = make_repo(pyproject__toml=None, bench__py=None, test_slow__py=None)
    ended = codeopt("init", root)
    assert ended.status == 0
    assert ended.out.splitlines()[-1] == f"next: codeopt profile {root} --workload 'python SCRIPT'"
    assert tomllib.loads((root / "pyproject.toml").read_text()) == {"tool": {"codeopt": {}}}


def test_a_dry_run_prints_the_table_alone_and_writes_nothing(make_repo):
    root = make_repo(pyproject__toml=PROJECT)
    ended, _, changed = initialized(root, "--dry-run")
    assert (ended.status, changed) == (0, set())
    assert tomllib.loads(ended.out)["tool"]["codeopt"]["extras"] == ["test"]
    codeopt("init", root)
    assert (root / "pyproject.toml").read_text() == f"{PROJECT}\n{ended.out}"


def test_no_path_of_the_machine_is_written(make_repo):
    root = make_repo(pyproject__toml=PROJECT, requirements_dev__txt="pytest\n")
    assert codeopt("init", root).status == 0
    text = (root / "pyproject.toml").read_text()
    assert str(root) not in text
    assert "/tmp" not in text


def test_a_part_of_a_repository_gets_a_file_of_its_own(make_repo):
    root = make_repo()
    part = root / "part"
    part.mkdir()
    (part / "f.py").write_text("f = 1\n")
    before = (root / "pyproject.toml").read_bytes()
    assert codeopt("init", part).status == 0
    assert (root / "pyproject.toml").read_bytes() == before
    assert tomllib.loads((part / "pyproject.toml").read_text()) == {"tool": {"codeopt": {}}}


@pytest.mark.parametrize("flags", [(), ("--dry-run",)], ids=["write", "dry"])
def test_a_table_that_is_there_is_never_overwritten(make_repo, flags):
    ended, _, changed = initialized(make_repo(), *flags)
    assert (ended.status, changed, ended.out) == (2, set(), "")
    assert "already; change it there" in ended.error


def test_a_link_is_left_alone(make_repo, tmp_path):
    root = make_repo(pyproject__toml=None)
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(PROJECT)
    (root / "pyproject.toml").symlink_to(elsewhere)
    ended = codeopt("init", root)
    assert (ended.status, elsewhere.read_text()) == (2, PROJECT)
    assert "is a link" in ended.error


@pytest.mark.parametrize("place", ["nowhere", "plain"])
def test_what_is_no_repository_is_refused(tmp_path, place):
    (tmp_path / "plain").mkdir()
    ended = codeopt("init", tmp_path / place)
    assert ended.status == 2
    assert ended.error
    assert not (tmp_path / "plain" / "pyproject.toml").exists()


def test_a_repository_without_python_is_refused(make_repo):
    root = make_repo(pyproject__toml=None, slow__py=None, bench__py=None, test_slow__py=None, README="x\n")
    ended, _, changed = initialized(root)
    assert (ended.status, changed) == (2, set())
    assert "holds no Python files" in ended.error


def test_what_git_ignores_is_not_found(make_repo):
    root = make_repo(pyproject__toml=None, _gitignore="vendor/\n")
    (root / "vendor").mkdir()
    (root / "vendor" / "x.py").write_text("x = 1\n")
    (root / "_gitignore").rename(root / ".gitignore")
    git(root, "add", "-A")
    assert codeopt("init", root).status == 0
    assert "exclude" not in tomllib.loads((root / "pyproject.toml").read_text())["tool"]["codeopt"]
