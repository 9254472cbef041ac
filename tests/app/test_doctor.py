"""The doctor ends with a command that can be typed, whatever it found."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from codeopt.app.doctor import command_after_attacks, next_command
from codeopt.config import Settings
from codeopt.model.health import Finding
from tests.e2e.conftest import codeopt

GOOD = ("Python", "git", "repository", "Docker engine", "base image", "Docker disk", "load", "model", "GPU")


def found(*missing: str) -> tuple[Finding, ...]:
    return tuple(Finding(name=name, ok=name not in missing, detail="") for name in GOOD)


def test_with_all_there_it_is_to_optimize(tmp_path):
    assert next_command(found(), tmp_path, Settings()) == f"codeopt optimize {tmp_path}"


@pytest.mark.parametrize("missing", ["Docker engine", "base image"])
def test_without_docker_it_is_the_local_sandbox_which_takes_no_patches_of_a_model(tmp_path, missing):
    settings = Settings(model="http://gpu:8000/v1")
    assert next_command(found(missing), tmp_path, settings) == f"codeopt optimize {tmp_path} --sandbox local"


def test_a_model_that_answers_is_asked_and_no_other(tmp_path):
    settings = Settings(model="http://gpu:8000/v1")
    assert next_command(found(), tmp_path, settings) == f"codeopt optimize {tmp_path} --model http://gpu:8000/v1"
    assert next_command(found("model"), tmp_path, settings) == f"codeopt optimize {tmp_path}"


def test_without_git_it_is_the_doctor_again(tmp_path):
    assert next_command(found("git", "repository"), tmp_path, Settings()) == f"codeopt doctor {tmp_path}"


def test_what_is_no_folder_or_git_s_own_leaves_a_place_for_another(tmp_path):
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    for place in (tmp_path, tmp_path / "nowhere"):
        assert next_command(found("repository"), place, Settings()) == "codeopt doctor PATH-OF-A-GIT-REPOSITORY"


def test_paths_can_be_typed(tmp_path):
    place = tmp_path / "a b; c"
    place.mkdir()
    for text in (
        next_command(found(), place, Settings()),
        next_command(found("repository"), place, Settings()),
        command_after_attacks(place, Settings(), held=True),
        command_after_attacks(place, Settings(), held=False),
    ):
        assert str(place) in shlex.split(text)


def test_after_attacks_it_is_to_optimize_with_the_same_runtime_or_to_try_another(tmp_path):
    runsc = Settings(sandbox_runtime="runsc")
    assert command_after_attacks(tmp_path, Settings(), held=True) == f"codeopt optimize {tmp_path}"
    assert command_after_attacks(tmp_path, runsc, held=True) == f"codeopt optimize {tmp_path} --sandbox-runtime runsc"
    assert command_after_attacks(tmp_path, Settings(), held=False) == f"codeopt doctor {tmp_path} --sandbox --sandbox-runtime runsc"
    assert command_after_attacks(tmp_path, runsc, held=False) == f"codeopt doctor {tmp_path}"


def test_a_folder_becomes_a_repository_by_the_command_that_is_told(tmp_path):
    place = tmp_path / "a rather long name of a folder that no terminal of sixty columns would hold"
    place.mkdir()
    (place / "a.py").write_text("a = 1\n")
    ended = codeopt("doctor", place, DOCKER_HOST="unix:///nowhere/docker.sock", COLUMNS="60")
    assert ended.status == 1
    *_, last = ended.out.splitlines()
    assert last.startswith("next: git ")
    identity = {f"GIT_{who}_{what}": "t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(last.removeprefix("next: "), shell=True, check=True, capture_output=True, env={**os.environ, **identity})
    again = codeopt("doctor", place, DOCKER_HOST="unix:///nowhere/docker.sock", COLUMNS="60")
    assert again.out.splitlines()[-1] == f"next: codeopt optimize {shlex.quote(str(place))} --sandbox local"
