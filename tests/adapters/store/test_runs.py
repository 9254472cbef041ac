from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

from codeopt.adapters.store.runs import create_run, find_run, hold, list_runs
from codeopt.errors import StoreError, UsageError

HOLDER = """
import sys, time
from pathlib import Path
from codeopt.adapters.store.runs import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def make(repo, *names: str) -> None:
    for name in names:
        (repo / ".codeopt" / "runs" / name).mkdir(parents=True)


def test_a_run_has_a_folder_of_its_own_that_is_named_by_the_time(tmp_path):
    run = create_run(tmp_path)
    assert run.is_dir()
    assert run.parent == tmp_path / ".codeopt" / "runs"
    assert re.fullmatch(r"20\d{6}-\d{6}-[0-9a-f]{4}", run.name)


def test_many_runs_at_once_have_different_folders_that_sort_by_age(tmp_path):
    runs = [create_run(tmp_path) for _ in range(50)]
    assert len(set(runs)) == 50
    assert list(list_runs(tmp_path)) == runs
    assert find_run(tmp_path, "latest") == runs[-1]


def test_git_never_sees_the_runs(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    create_run(tmp_path)
    status = subprocess.run(["git", "-C", str(tmp_path), "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_a_gitignore_of_the_users_is_left_alone(tmp_path):
    (tmp_path / ".codeopt").mkdir()
    (tmp_path / ".codeopt" / ".gitignore").write_text("runs/\n")
    create_run(tmp_path)
    assert (tmp_path / ".codeopt" / ".gitignore").read_text() == "runs/\n"


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".codeopt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="symbolic link"):
        create_run(tmp_path)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("place", [".codeopt", ".codeopt/runs"])
def test_a_place_that_cannot_hold_runs_is_said(tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("in the way")
    with pytest.raises(StoreError, match=r"\.codeopt: a run cannot be kept here: .*; make the folder writable") as caught:
        create_run(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_run_is_found_by_its_name_or_the_start_of_it(tmp_path):
    make(tmp_path, "20260101-000000-0000", "20260102-000000-0000", "20260102-000000-00ff")
    assert find_run(tmp_path, "20260101").name == "20260101-000000-0000"
    assert find_run(tmp_path, "20260102-000000-00f").name == "20260102-000000-00ff"
    assert find_run(tmp_path, "20260102-000000-0000").name == "20260102-000000-0000"
    assert find_run(tmp_path, "latest").name == "20260102-000000-00ff"


@pytest.mark.parametrize(("run", "problem"), [("2026", "several"), ("2025", "no such run"), ("", "no such run"), ("../..", "no such run")])
def test_a_run_that_is_not_found_lists_the_last_ones(tmp_path, run, problem):
    make(tmp_path, *(f"2026010{day}-000000-0000" for day in range(1, 9)))
    with pytest.raises(UsageError, match=problem) as caught:
        find_run(tmp_path, run)
    assert "the last ones are 20260108-000000-0000, 20260107-000000-0000" in str(caught.value)
    assert "20260103" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_runs_the_way_to_one_is_said(tmp_path):
    with pytest.raises(UsageError, match="no runs yet; start one"):
        find_run(tmp_path, "latest")


def test_what_is_no_run_is_not_listed(tmp_path):
    make(tmp_path, "20260101-000000-0000", "notes", "20260101-000000-0000.bak")
    (tmp_path / ".codeopt" / "runs" / "20260102-000000-0000").write_text("a file")
    assert [run.name for run in list_runs(tmp_path)] == ["20260101-000000-0000"]


def test_a_run_is_held_by_one_process_at_a_time(tmp_path):
    with hold(tmp_path), pytest.raises(UsageError, match=f"process {os.getpid()} works on it"), hold(tmp_path):
        pass


def test_a_run_may_be_held_again_after_it_was_released(tmp_path):
    for _ in range(2):
        with hold(tmp_path):
            pass


def test_a_run_is_released_when_the_work_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), hold(tmp_path):
        _ = 1 / 0
    with hold(tmp_path):
        pass


def test_another_process_is_kept_off_until_it_is_killed(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"process {holder.pid} works on it"), hold(tmp_path):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with hold(tmp_path):
        pass


def test_a_folder_that_is_gone_cannot_be_held(tmp_path):
    with pytest.raises(StoreError, match="cannot be locked"), hold(tmp_path / "gone"):
        pass
