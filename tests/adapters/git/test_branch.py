from __future__ import annotations

import pytest

from codeopt.adapters.git import CommitPlan, commit_on_branch, open_repository
from codeopt.errors import RepositoryError

PLAN = CommitPlan(message="Make f faster\n\n1.5x [1.4, 1.6]", files={"a.py": b"one\nTWO\nthree\n"})


def commit_on(repository, branch="codeopt/f", commits=(PLAN,), *, before=None):
    """As a run does that began at HEAD, with the working tree as it is now."""
    paths = {path for plan in commits for path in plan.files if (repository.root / path).is_file()}
    seen = {path: (repository.root / path).read_bytes() for path in paths} if before is None else before
    return commit_on_branch(repository, branch, commits, base=repository.commit, before=seen)


def refusal(repository, branch="codeopt/f", commits=(PLAN,), **given) -> str:
    with pytest.raises(RepositoryError) as caught:
        commit_on(repository, branch, commits, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def without_new_objects(checkout):
    """Everything but what a commit must add: objects and references."""
    kept = checkout.fingerprint()
    return {path: seen for path, seen in kept.items() if not path.startswith((".git/objects", ".git/refs", ".git/logs", ".git/packed"))}


def test_each_plan_is_one_commit_on_top_of_head(checkout):
    base = checkout.git("rev-parse", "HEAD")
    second = CommitPlan(message="Second: é", files={"pkg/b.py": b"b = 2\n", "a.py": b"1\n"})
    tip = commit_on(checkout.open(), "codeopt/f", [PLAN, second])
    assert checkout.git("rev-parse", "refs/heads/codeopt/f") == tip
    assert checkout.git("rev-list", "--count", f"{base}..codeopt/f") == "2"
    assert checkout.git("rev-parse", "codeopt/f~2") == base
    assert checkout.git("show", "codeopt/f~1:a.py") == "one\nTWO\nthree"
    assert checkout.git("show", "codeopt/f:pkg/b.py") == "b = 2"
    assert checkout.git("diff", "--name-only", "codeopt/f~2", "codeopt/f~1") == "a.py"
    assert checkout.git("log", "-1", "--format=%B", "codeopt/f~1").strip() == PLAN.message
    assert checkout.git("log", "-1", "--format=%s", "codeopt/f") == "Second: é"
    checkout.git("fsck", "--strict")


def test_tree_index_and_current_branch_stay_as_they_are(checkout):
    checkout.write({"pkg/b.py": "being edited\n", "new.py": "new\n"})
    checkout.git("add", "new.py")
    before = without_new_objects(checkout)
    head, main = checkout.git("symbolic-ref", "HEAD"), checkout.git("rev-parse", "main")
    commit_on(checkout.open(), "codeopt/f", [PLAN])
    assert without_new_objects(checkout) == before
    assert (checkout.git("symbolic-ref", "HEAD"), checkout.git("rev-parse", "main")) == (head, main)
    assert checkout.git("ls-tree", "-r", "--name-only", "codeopt/f").split() == ["a.py", "pkg/b.py"]


def test_a_branch_that_exists_is_never_overwritten(checkout):
    checkout.git("branch", "codeopt/f")
    before = checkout.git("rev-parse", "codeopt/f")
    assert "exists already" in refusal(checkout.open())
    assert checkout.git("rev-parse", "codeopt/f") == before
    assert "exists already" in refusal(checkout.open(), "main")


def test_a_branch_in_the_way_of_a_folder_is_said(checkout):
    checkout.git("branch", "codeopt")
    assert "cannot be made" in refusal(checkout.open())


@pytest.mark.parametrize("name", ["", " ", "a b", "-x", "a..b", "x.lock", "HEAD", "a~1", "/x", "x/", "@{u}", "a\nb", "a\\b"])
def test_a_name_that_git_forbids_is_refused(checkout, name):
    assert "cannot be the name of a branch" in refusal(checkout.open(), name)


@pytest.mark.parametrize("staged", [False, True])
def test_a_file_that_differs_from_its_commit_must_be_committed_first(checkout, staged):
    checkout.write({"a.py": "other\n"})
    if staged:
        checkout.git("add", "-A")
    assert "a.py: was not committed when the run began" in refusal(checkout.open())
    assert checkout.git("branch", "--list", "codeopt/f") == ""


def test_what_the_user_commits_during_the_run_is_neither_reverted_nor_built_on(checkout):
    begun = checkout.open()
    seen = {"a.py": (checkout.folder / "a.py").read_bytes()}
    checkout.write({"a.py": "other\n", "new.py": "new\n"}).commit()
    commit_on(begun, before=seen)
    assert checkout.git("rev-parse", "codeopt/f~1") == begun.commit
    assert checkout.git("show", "codeopt/f:a.py") == "one\nTWO\nthree"
    assert checkout.git("ls-tree", "-r", "--name-only", "codeopt/f").split() == ["a.py", "pkg/b.py"]
    assert checkout.git("show", "main:a.py") == "other"


def test_what_was_proven_on_a_file_that_was_committed_only_later_is_refused(checkout):
    checkout.write({"a.py": "other\n"})
    begun = checkout.open()
    checkout.commit()
    assert "was not committed when the run began" in refusal(begun)
    assert "was not committed when the run began" in refusal(checkout.open(), before={"a.py": b"one\ntwo\nthree\n"})


def test_an_edit_after_the_run_began_stays_in_the_working_tree_alone(checkout):
    begun = checkout.open()
    checkout.write({"a.py": "being edited\n"})
    commit_on(begun, before={"a.py": b"one\ntwo\nthree\n"})
    assert checkout.git("show", "codeopt/f:a.py") == "one\nTWO\nthree"
    assert (checkout.folder / "a.py").read_text() == "being edited\n"


def test_a_commit_that_is_gone_is_said(checkout):
    with pytest.raises(RepositoryError, match="is gone; run again"):
        commit_on_branch(checkout.open(), "codeopt/f", [PLAN], base="1" * 40, before={"a.py": b""})


def test_lines_that_were_committed_past_the_filters_stay_as_they_are(checkout):
    checkout.write({"a.py": b"one\r\ntwo\r\n"}).commit()
    checkout.write({".gitattributes": "*.py text\n"})
    checkout.git("add", ".gitattributes")
    checkout.git("commit", "-q", "-m", "attributes")
    commit_on(checkout.open(), commits=[CommitPlan(message="m", files={"a.py": b"one\r\nTWO\r\n"})])
    assert checkout.git("cat-file", "-s", "codeopt/f:a.py") == "10"


def test_a_file_that_was_only_touched_is_committed(checkout):
    (checkout.folder / "a.py").touch()
    assert commit_on(checkout.open(), "codeopt/f", [PLAN])


@pytest.mark.parametrize("path", ["new.py", "gone.py", "pkg", "../a.py", "link.py", ".git/config"])
def test_what_is_no_file_of_the_commit_is_refused(checkout, path):
    (checkout.folder / "link.py").symlink_to("a.py")
    checkout.commit().write({"new.py": "new\n"})
    plan = CommitPlan(message="m", files={path: b"x"})
    assert str(checkout.folder) in refusal(checkout.open(), commits=[plan], before={path: b"new\n"})
    assert checkout.git("branch", "--list", "codeopt/f") == ""


@pytest.mark.parametrize("commits", [[], [CommitPlan(message="m", files={})]])
def test_nothing_to_commit_is_said(checkout, commits):
    assert "nothing to commit" in refusal(checkout.open(), commits=commits)


def test_paths_are_those_of_the_part_that_was_opened(checkout):
    repository = open_repository(checkout.folder / "pkg")
    commit_on(repository, "codeopt/f", [CommitPlan(message="m", files={"b.py": b"b = 2\n"})])
    assert checkout.git("diff", "--name-only", "main", "codeopt/f") == "pkg/b.py"
    assert checkout.git("show", "codeopt/f:pkg/b.py") == "b = 2"


def test_modes_and_odd_names_are_kept(checkout):
    checkout.write({"pkg/ünï *?\n.py": "x\n"})
    (checkout.folder / "pkg" / "ünï *?\n.py").chmod(0o755)
    repository = open_repository(checkout.commit().folder / "pkg")
    commit_on(repository, "codeopt/f", [CommitPlan(message="m", files={"ünï *?\n.py": b"y\n"})])
    assert checkout.git("diff", "--summary", "main", "codeopt/f") == ""
    assert checkout.git("diff", "--numstat", "-z", "main", "codeopt/f") == "1\t1\tpkg/ünï *?\n.py\0"


def test_line_ends_pass_the_repositorys_filters_in_a_part_too(checkout):
    checkout.write({".gitattributes": "pkg/*.py text eol=crlf\n"}).commit()
    checkout.write({"pkg/b.py": b"b = 1\r\n"})
    repository = open_repository(checkout.folder / "pkg")
    commit_on(repository, "codeopt/f", [CommitPlan(message="m", files={"b.py": b"b = 2\r\n"})])
    assert checkout.git("cat-file", "-s", "codeopt/f:pkg/b.py") == "6"


def test_the_user_signs_where_git_knows_a_name_and_codeopt_where_not(checkout):
    def author(branch):
        return checkout.git("log", "-1", "--format=%an <%ae> %cn", branch)

    commit_on(checkout.open(), "nobody", [PLAN])
    assert author("nobody") == "codeopt <codeopt@localhost> codeopt"
    checkout.git("config", "user.name", "Grace")
    checkout.git("config", "user.email", "grace@example.org")
    commit_on(checkout.open(), "somebody", [PLAN])
    assert author("somebody") == "Grace <grace@example.org> Grace"


def test_the_environment_may_name_the_author(checkout, monkeypatch):
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "CI")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ci@example.org")
    commit_on(checkout.open(), "codeopt/f", [PLAN])
    assert checkout.git("log", "-1", "--format=%an <%ce>", "codeopt/f") == "CI <ci@example.org>"


def test_hooks_are_not_run(checkout, tmp_path):
    for name in ("post-commit", "pre-commit", "reference-transaction", "post-index-change"):
        hook = checkout.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
        hook.chmod(0o755)
    commit_on(checkout.open(), "codeopt/f", [PLAN])
    assert not (tmp_path / "ran").exists()


def test_a_repository_with_long_names_works(checkout, tmp_path):
    from tests.adapters.git.conftest import Checkout

    folder = tmp_path / "long"
    folder.mkdir()
    checkout.git("init", "-q", "--object-format=sha256", "-b", "main", str(folder))
    long = Checkout(folder).write({"a.py": "one\n"}).commit()
    assert len(commit_on(long.open(), "codeopt/f", [PLAN])) == 64
