"""Commits are found and written out past the user's index and working tree."""

from __future__ import annotations

import pytest

from codeopt.adapters.git import branch_point, commits_between, export, resolve
from codeopt.errors import RepositoryError


@pytest.fixture
def forked(checkout):
    """Two branches that share their first commit."""
    checkout.write({"a.py": "one\n", "sub/b.py": "b\n"}).commit("first")
    checkout.git("checkout", "-q", "-b", "work")
    checkout.write({"a.py": "two\n"}).commit("second")
    checkout.write({"a.py": "three\n"}).commit("third")
    checkout.git("checkout", "-q", "main")
    checkout.write({"other.py": "other\n"}).commit("elsewhere")
    return checkout


def test_a_name_is_resolved_to_its_commit(forked):
    assert resolve(forked.open(), "work") == forked.git("rev-parse", "work")
    assert resolve(forked.open(), "work~1") == forked.git("rev-parse", "work~1")


@pytest.mark.parametrize("name", ["nowhere", "-n", "--all", ""])
def test_a_name_that_is_no_commit_is_refused_in_one_line(forked, name):
    with pytest.raises(RepositoryError, match="no commit") as caught:
        resolve(forked.open(), name)
    assert "\n" not in str(caught.value)


def test_a_shallow_clone_is_told_what_it_lacks(forked, tmp_path):
    shallow = type(forked)(tmp_path / "shallow")
    shallow.git("fetch", "-q", "--depth=1", f"file://{forked.folder}", "main")
    shallow.git("checkout", "-q", "FETCH_HEAD")
    with pytest.raises(RepositoryError, match="shallow"):
        resolve(shallow.open(), "main~1")


def test_what_happened_on_base_since_is_left_aside(forked):
    assert branch_point(forked.open(), "main", "work") == forked.git("rev-parse", "main~1")


def test_an_older_head_is_compared_with_the_base_itself(forked):
    """A change read backwards: head is an ancestor of base."""
    base, head = forked.git("rev-parse", "work"), forked.git("rev-parse", "work~1")
    assert branch_point(forked.open(), base, head) == base


def test_versions_without_common_history_are_compared_as_they_are(forked):
    forked.git("checkout", "-q", "--orphan", "alone")
    forked.write({"a.py": "alone\n"}).commit("alone")
    assert branch_point(forked.open(), "main", "alone") == "main"


def test_commits_are_listed_oldest_first(forked):
    repository = forked.open()
    base = branch_point(repository, "main", "work")
    assert commits_between(repository, base, "work") == (forked.git("rev-parse", "work~1"), forked.git("rev-parse", "work"))


def test_the_files_of_a_commit_are_written_and_nothing_else_changes(forked, tmp_path):
    before = forked.fingerprint()
    export(forked.open(), resolve(forked.open(), "work"), tmp_path / "out")
    assert (tmp_path / "out/a.py").read_text() == "three\n"
    assert (tmp_path / "out/sub/b.py").read_text() == "b\n"
    assert not (tmp_path / "out/other.py").exists()
    assert forked.fingerprint() == before


def test_of_a_folder_within_a_repository_only_that_folder_is_written(forked, tmp_path):
    from codeopt.adapters.git import open_repository

    export(open_repository(forked.folder / "sub"), forked.git("rev-parse", "work"), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.py"]


def test_a_commit_without_the_folder_is_refused(forked, tmp_path):
    from codeopt.adapters.git import open_repository

    forked.git("checkout", "-q", "work")
    forked.write({"new/c.py": "c\n"}).commit("folder")
    with pytest.raises(RepositoryError, match="does not hold this folder"):
        export(open_repository(forked.folder / "new"), forked.git("rev-parse", "main"), tmp_path / "out")


def test_links_that_lead_outside_are_left_out_and_told(checkout, tmp_path):
    checkout.write({"a.py": "a\n"})
    (checkout.folder / "inside").symlink_to("a.py")
    (checkout.folder / "outside").symlink_to("../../etc/passwd")
    (checkout.folder / "absolute").symlink_to("/etc/passwd")
    checkout.commit()
    told = []
    export(checkout.open(), checkout.git("rev-parse", "HEAD"), tmp_path / "out", note=told.append)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.py", "inside", "pkg"]
    assert len(told) == 2
