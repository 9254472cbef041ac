from __future__ import annotations

import pytest

from codeopt.adapters.git import check_out, diff_between, move, sign_as, signer_of
from codeopt.errors import PatchError, RepositoryError


@pytest.fixture
def moved(checkout):
    """A change on a branch, and a base that has moved since: the checkout, and the commits `point`, `head` and `base`."""
    point = checkout.git("rev-parse", "HEAD")
    (checkout.folder / "a.py").write_bytes(b"one\nTWO\nthree\n")
    checkout.git("commit", "-qam", "Make f faster\n\nproven")
    head = checkout.git("rev-parse", "HEAD")
    checkout.git("checkout", "-q", "--detach", point)
    (checkout.folder / "new.py").write_bytes(b"x = 1\n")
    checkout.git("add", "-A")
    checkout.git("commit", "-qm", "other work")
    return checkout, point, head, checkout.git("rev-parse", "HEAD")


def test_a_change_moves_onto_another_commit_with_its_message(moved):
    checkout, point, head, base = moved
    sign_as(checkout.open(), "bot", "bot@localhost")
    commit = move(checkout.open(), head, since=point, onto=base)
    assert checkout.git("rev-parse", f"{commit}~1") == base
    assert checkout.git("show", f"{commit}:a.py") == "one\nTWO\nthree"
    assert checkout.git("show", f"{commit}:new.py") == "x = 1"
    assert checkout.git("log", "-1", "--format=%B", commit).strip() == "Make f faster\n\nproven"
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.git("rev-parse", "HEAD") == base


def test_a_change_that_does_not_apply_there_is_refused(moved):
    checkout, point, head, _ = moved
    (checkout.folder / "a.py").write_bytes(b"all new\n")
    checkout.git("commit", "-qam", "rewritten")
    with pytest.raises(PatchError, match="does not apply") as caught:
        move(checkout.open(), head, since=point, onto=checkout.git("rev-parse", "HEAD"))
    assert "\n" not in str(caught.value)


def test_the_difference_is_what_git_apply_takes(moved):
    checkout, point, head, _ = moved
    patch = diff_between(checkout.open(), point, head)
    assert b"+TWO" in patch
    check_out(checkout.open(), point)
    (checkout.folder.parent / "p.diff").write_bytes(patch)
    checkout.git("apply", str(checkout.folder.parent / "p.diff"))
    assert (checkout.folder / "a.py").read_bytes() == b"one\nTWO\nthree\n"


def test_what_is_checked_out_replaces_what_lay_there(moved):
    checkout, point, head, _ = moved
    (checkout.folder / "a.py").write_bytes(b"scratch")
    check_out(checkout.open(), head)
    assert (checkout.folder / "a.py").read_bytes() == b"one\nTWO\nthree\n"
    assert checkout.git("rev-parse", "HEAD") == head
    assert point != head


def test_commits_bear_the_name_that_was_given(moved):
    checkout, point, head, base = moved
    assert signer_of(checkout.open(), head) != "bot@localhost"
    sign_as(checkout.open(), "bot", "bot@localhost")
    assert signer_of(checkout.open(), move(checkout.open(), head, since=point, onto=base)) == "bot@localhost"


def test_a_commit_that_is_none_is_refused(checkout):
    with pytest.raises(RepositoryError):
        signer_of(checkout.open(), "0" * 40)
