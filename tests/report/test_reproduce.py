"""The command that gives a verdict again is one that a shell takes as it was meant."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from codeopt.report.reproduce import reproduce, reproduce_branch, resume, shell_word
from codeopt.report.visible import raw
from tests.report import samples


def words_of(command: str) -> list[bytes]:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    return subprocess.run([bash, "-c", f"printf '%s\\0' {command}"], check=True, capture_output=True).stdout.split(b"\0")[:-1]


def test_the_command_names_patch_target_and_workload():
    report = samples.report()
    words = shlex.split(reproduce(report, report.candidates[0]))
    assert words[:3] == ["codeopt", "verify", "/srv/weblog"]
    assert words[words.index("--patch") + 1] == "/srv/weblog/.codeopt/runs/20260102-030405-ab12/patches/aaaaaaaaaaaaaaaa.diff"
    assert words[words.index("--target") + 1] == "weblog/stats.py::hits"
    assert tuple(shlex.split(words[words.index("--workload") + 1])) == report.workload.argv


def test_flags_that_the_verdict_depends_on_are_carried_over_and_no_others():
    report = samples.report()
    words = shlex.split(reproduce(report, report.candidates[0]))
    assert words[-3:] == ["--tests", "pytest -q", "--seed=5"]
    assert "--budget" not in words


def test_what_floats_may_be_off_by_is_carried_over():
    report = samples.report(info=samples.info(command=("codeopt", "optimize", "--float-rtol", "1e-9", "--float-atol=0.5")))
    assert reproduce(report, report.candidates[0]).endswith(" --float-rtol 1e-9 --float-atol=0.5")


def test_what_was_asked_of_the_oracle_is_carried_over():
    command = ("codeopt", "optimize", "--min-oracle=0.8", "--assume", "sorted", "--assume", "finite", "--budget", "60s")
    report = samples.report(info=samples.info(command=command))
    assert reproduce(report, report.candidates[0]).endswith(" --min-oracle=0.8 --assume sorted --assume finite")


def test_a_command_that_ends_in_a_flag_is_no_trouble():
    report = samples.report(info=samples.info(command=("--tests",)))
    assert reproduce(report, report.candidates[0]).endswith("--tests")


def test_the_local_sandbox_is_named_and_trusted():
    report = samples.report(sandbox="local", isolated=False)
    assert reproduce(report, report.candidates[0]).endswith("--sandbox local --trust-patch")


def test_a_repository_reached_by_another_path_keeps_paths_short():
    report = samples.report()
    command = reproduce(report, report.candidates[0], repo=".")
    assert command.startswith("codeopt verify . --patch .codeopt/runs/20260102-030405-ab12/patches/aaaaaaaaaaaaaaaa.diff ")
    assert resume(report, repo=".") == "codeopt optimize . --resume 20260102-030405-ab12"


def test_a_shell_reads_hostile_words_as_they_were():
    words = ["", "plain", "it's", '$HOME `id` $(id) \\ "', samples.HOSTILE, samples.HOSTILE_PATH, "\x01f\n'\\", "\udcff\udc80a", "日本"]
    assert words_of(" ".join(map(shell_word, words))) == [raw(word) for word in words]


def test_a_hostile_report_gives_one_visible_line():
    report = samples.hostile()
    command = reproduce(report, report.candidates[0])
    assert command.isprintable()
    assert raw(str(report.candidates[0].target.name)) in words_of(command)


def test_a_branch_is_verified_by_its_difference_from_the_base():
    report = samples.report()
    command = reproduce_branch(report, report.candidates[0], base="0123", branch="codeopt/it's")
    diff, _, verify = command.partition(" | ")
    assert shlex.split(diff) == ["git", "diff", "0123...origin/codeopt/it's"]
    assert shlex.split(verify)[:5] == ["codeopt", "verify", ".", "--patch", "-"]


def test_what_a_run_was_set_to_otherwise_than_by_flags_is_in_the_command_for_a_branch():
    set_to = '{"tests": "pytest -q", "min_oracle": 0.0, "assume": ["sorted"], "seed": 0, "allow_failing_tests": true, "budget": 9.0}'
    report = samples.report(info=samples.info(command=("optimize", "--min-speedup", "1.1"), settings=set_to))
    command = reproduce_branch(report, report.candidates[0], base="0123", branch="b")
    assert command.endswith(" --min-speedup 1.1 --tests 'pytest -q' --min-oracle 0.0 --assume sorted --allow-failing-tests")


def test_settings_that_cannot_be_read_add_nothing():
    report = samples.report(info=samples.info(command=(), settings="no json"))
    words = shlex.split(reproduce_branch(report, report.candidates[0], base="0123", branch="b"))
    assert words[-2:] == ["--workload", shlex.join(report.workload.argv)]
