from __future__ import annotations

import contextlib

import pytest

from codeopt.adapters.local.provider import LocalProvider
from codeopt.app.project import open_project, scene_of
from codeopt.assets import programs_dir
from codeopt.config import Settings
from codeopt.errors import TargetError
from codeopt.model.tolerance import Tolerance

SETTINGS = Settings(workload="python bench.py")


def test_half_a_copy_of_a_killed_run_is_made_anew(repo, tmp_path):
    part = tmp_path / "tree.part"
    (part / "deep").mkdir(parents=True)
    (part / "slow.py").write_text("half a fi")
    (part / "deep" / "gone.py").write_text("x = 1\n")
    project = open_project(repo, SETTINGS, tree=tmp_path / "tree")
    assert (tmp_path / "tree" / "slow.py").read_bytes() == (repo / "slow.py").read_bytes()
    assert project.paths == ("bench.py", "pyproject.toml", "slow.py", "test_slow.py")
    assert not part.exists()


@pytest.fixture
def linked(repo):
    """A repository with links that end in `.py`: to nowhere, to a folder, and to a file."""
    (repo / "data").mkdir()
    (repo / "data" / "note.txt").write_text("note\n")
    (repo / "test_nowhere.py").symlink_to("test_local.py")
    (repo / "bench_folder.py").symlink_to("data")
    (repo / "alias.py").symlink_to("slow.py")
    return repo


def test_links_are_no_sources(linked, tmp_path):
    project = open_project(linked, Settings(), tree=tmp_path / "tree")
    assert sorted(project.index.files) == ["bench.py", "slow.py", "test_slow.py"]
    assert project.notes == ()


def test_a_copy_that_was_made_before_is_seen_as_when_it_was_made(linked, tmp_path):
    first = open_project(linked, SETTINGS, tree=tmp_path / "tree")
    again = open_project(linked, SETTINGS, tree=tmp_path / "tree")
    assert again.paths == first.paths
    assert sorted(again.index.files) == sorted(first.index.files)


def test_a_link_to_tests_that_are_not_there_is_no_test(make_repo, tmp_path):
    root = make_repo(test_slow__py=None)
    (root / "test_nowhere.py").symlink_to("test_local.py")
    assert open_project(root, SETTINGS, tree=tmp_path / "tree").tests == ()


def test_a_target_that_does_not_exist_is_found_before_anything_runs(repo, tmp_path):
    settings = Settings(workload="python bench.py", targets=("slow.py::dedup",))
    with pytest.raises(TargetError, match="did you mean dedupe"):
        open_project(repo, settings, tree=tmp_path / "tree")


def test_targets_that_exist_are_known_by_name(repo, tmp_path):
    settings = Settings(workload="python bench.py", targets=("dedupe",))
    project = open_project(repo, settings, tree=tmp_path / "tree")
    assert [str(function.name) for function in project.named] == ["slow.py::dedupe"]


@pytest.mark.parametrize(
    ("fields", "tolerance"),
    [
        ({}, None),
        ({"float_rtol": 1e-9}, Tolerance(rtol=1e-9)),
        ({"float_atol": 2.0}, Tolerance(atol=2.0)),
        ({"float_rtol": 0.5, "float_atol": 1e-3}, Tolerance(rtol=0.5, atol=1e-3)),
    ],
)
def test_trials_allow_of_floats_what_the_user_does(repo, tmp_path, fields, tolerance):
    settings = Settings(workload="python bench.py", **fields)
    project = open_project(repo, settings, tree=tmp_path / "tree")
    with contextlib.closing(LocalProvider(project.tree, programs_dir())) as provider:
        assert scene_of(project, settings, provider).tolerance == tolerance


@pytest.mark.parametrize("fields", [{"float_rtol": 1.0}, {"float_rtol": -1e-9}, {"float_atol": -1.0}, {"float_atol": float("inf")}])
def test_a_tolerance_that_allows_anything_or_less_than_nothing_is_none(fields):
    with pytest.raises(ValueError, match="float_"):
        Settings(**fields)
