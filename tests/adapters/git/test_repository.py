from __future__ import annotations

import os
import shutil
import stat
import subprocess

import pytest

from codeopt.adapters.git import open_repository, snapshot
from codeopt.errors import RepositoryError
from tests.adapters.git.conftest import Checkout


def refusal(path) -> str:
    with pytest.raises(RepositoryError) as caught:
        open_repository(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_clean_repository_is_opened(checkout):
    repository = checkout.open()
    assert (repository.root, repository.toplevel, repository.prefix) == (checkout.folder, checkout.folder, "")
    assert repository.commit == checkout.git("rev-parse", "HEAD")
    assert not repository.dirty


def test_a_part_of_a_repository_is_opened_as_that(checkout):
    repository = open_repository(checkout.folder / "pkg")
    assert (repository.root, repository.toplevel, repository.prefix) == (checkout.folder / "pkg", checkout.folder, "pkg/")


def test_a_relative_path_and_a_link_are_resolved(checkout, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(checkout.folder)
    monkeypatch.chdir(tmp_path)
    assert open_repository(tmp_path / "link") == checkout.open()
    assert open_repository(tmp_path.relative_to(tmp_path) / "repo") == checkout.open()


@pytest.mark.parametrize("change", [{"a.py": "other"}, {"new.py": ""}, {"pkg/b.py": "b = 2\n"}])
def test_changes_and_new_files_make_it_dirty(checkout, change):
    assert checkout.write(change).open().dirty


def test_a_deleted_or_staged_file_makes_it_dirty(checkout):
    (checkout.folder / "a.py").unlink()
    assert checkout.open().dirty
    checkout.git("add", "-A")
    assert checkout.open().dirty


def test_what_is_ignored_or_lies_elsewhere_does_not_make_it_dirty(checkout):
    checkout.write({".gitignore": "*.log\n"}).commit()
    checkout.write({"x.log": "1", ".codeopt/runs/1/store.db": "1"})
    assert not checkout.open().dirty
    checkout.write({"a.py": "other"})
    assert not open_repository(checkout.folder / "pkg").dirty


def test_a_file_that_was_only_touched_is_not_dirty(checkout):
    os.utime(checkout.folder / "a.py", (1, 1))
    assert not checkout.open().dirty


def test_opening_changes_nothing(checkout):
    os.utime(checkout.folder / "a.py", (1, 1))
    checkout.write({"pkg/b.py": "b = 2\n"})
    before = checkout.fingerprint()
    checkout.open()
    assert checkout.fingerprint() == before


def test_a_folder_without_git_says_how_to_begin(tmp_path):
    assert "git init && git add -A && git commit" in refusal(tmp_path)


def test_a_repository_without_a_commit_says_how_to_make_one(tmp_path):
    assert "no commit yet; make one: git add -A && git commit" in refusal(Checkout(tmp_path / "new").folder)


def test_a_bare_repository_asks_for_a_checkout(tmp_path, checkout):
    checkout.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    assert "git clone" in refusal(tmp_path / "bare")
    assert "git clone" in refusal(checkout.folder / ".git")


def test_what_is_no_folder_is_said(tmp_path):
    assert "does not exist" in refusal(tmp_path / "gone")
    (tmp_path / "file").write_text("")
    assert "no directory" in refusal(tmp_path / "file")


def test_a_broken_repository_is_said_with_gits_reason(checkout):
    (checkout.folder / ".git" / "config").write_text("[core\n")
    assert "bad config line 1" in refusal(checkout.folder)


def test_git_that_is_missing_is_said(checkout, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match="install git"):
        checkout.open()


def test_variables_of_another_repository_do_not_mislead(checkout, tmp_path, monkeypatch):
    other = Checkout(tmp_path / "other").write({"c": "1"}).commit()
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git" / "index"))
    assert checkout.open().commit == checkout.git("rev-parse", "HEAD")


def test_programs_that_the_configuration_names_are_not_started(checkout, tmp_path):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'started'}\n")
    program.chmod(0o755)
    checkout.git("config", "core.fsmonitor", str(program))
    checkout.git("config", "diff.external", str(program))
    checkout.write({"a.py": "other\n"})
    snapshot(checkout.open(), tmp_path / "copy")
    assert not (tmp_path / "started").exists()


def test_a_worktree_is_a_repository(checkout, tmp_path):
    checkout.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    assert open_repository(tmp_path / "second").toplevel == tmp_path / "second"


@pytest.fixture
def foreign(checkout):
    """A checkout of somebody else's."""
    if os.geteuid() != 0:
        pytest.skip("needs root to give a checkout away")
    shutil.chown(checkout.folder, 65534, 65534)
    for path in checkout.folder.rglob("*"):
        shutil.chown(path, 65534, 65534)
    return checkout


def test_a_checkout_of_somebody_else_is_opened(foreign, tmp_path):
    plain = subprocess.run(["git", "-C", str(foreign.folder), "status"], capture_output=True, check=False)
    assert b"dubious ownership" in plain.stderr, "git itself refuses it"
    assert foreign.open().commit == foreign.git("rev-parse", "HEAD")
    assert snapshot(foreign.open(), tmp_path / "copy") == ("a.py", "pkg/b.py")


def test_filters_that_somebody_else_configured_are_not_started(foreign, tmp_path):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'started'}\ncat\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXOTH)
    foreign.git("config", "filter.evil.clean", str(program))
    foreign.git("config", "filter.evil.required", "true")
    foreign.write({".gitattributes": "*.py filter=evil\n", "a.py": "other\n"})
    assert foreign.open().dirty
    assert not (tmp_path / "started").exists()
