from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.store.wire import wire
from codeopt.model.access import GitAccess, Secret
from codeopt.model.forge import (
    Annotation,
    AnnotationLevel,
    CheckConclusion,
    CheckRun,
    CheckStatus,
    Comment,
    Permission,
    PullRequestDraft,
    RepositoryName,
    is_key,
)

ACCESS = GitAccess(url="https://h/o/r.git", username="x", password=Secret("hush-hush"), expires_s=1.0, may_push=False)


@pytest.mark.parametrize("text", ["acme/widgets", "a/b", "Ada-L/x.y_z-1", "company_ab/.github", "o/..."])
def test_a_name_is_read_and_written(text):
    assert str(RepositoryName.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "acme", "acme/", "/x", "a/b/c", "a/..", "a/.", "../x", "a b/c", "a/b c", "-a/b", "a/b\n", "a/b?c", "a/ü", "x" * 200 + "/a"]
)
def test_what_a_url_would_change_is_no_name(text):
    with pytest.raises(ValueError, match="no name of a repository"):
        RepositoryName.parse(text)


@given(st.text())
def test_a_name_needs_no_escape(text):
    try:
        name = RepositoryName.parse(text)
    except ValueError:
        return
    assert str(name) == text
    assert not set(text) & set(" ?#%&<>\"'\\\n")


@pytest.mark.parametrize("key", ["a", "pr:pkg.mod:1", "answer-1", "a" * 100, "A_b"])
def test_keys(key):
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "-a", "a--b", "a-", "a b", "a>", "ä", "a\n", "a" * 101, "<!--"])
def test_what_would_end_a_hidden_line_is_no_key(key):
    assert not is_key(key)
    with pytest.raises(ValueError, match="no key"):
        Comment(id=1, key=key, body="", url="")


def test_only_branches_of_codeopt_are_offered():
    with pytest.raises(ValueError, match="begin with codeopt/"):
        PullRequestDraft(key="k", title="t", body="b", head_branch="main", base_branch="main")


def run(**changes):
    values = {"key": "k", "name": "n", "head_sha": "s", "status": CheckStatus.COMPLETED, "title": "t", "summary": "s"}
    return CheckRun(**{**values, "conclusion": CheckConclusion.SUCCESS, **changes})


def test_a_check_run_is_completed_with_a_conclusion_and_only_so():
    assert run().conclusion is CheckConclusion.SUCCESS
    for changes in ({"conclusion": None}, {"status": CheckStatus.QUEUED}):
        with pytest.raises(ValueError, match="conclusion"):
            run(**changes)


def test_annotations_belong_to_what_is_completed():
    note = Annotation(path="a", start_line=1, end_line=1, level=AnnotationLevel.NOTICE, title="t", message="m")
    with pytest.raises(ValueError, match="annotations"):
        run(status=CheckStatus.IN_PROGRESS, conclusion=None, annotations=[note])
    assert run(annotations=[note]).annotations == (note,)


def test_who_may_write():
    assert [level for level in Permission if level.may_write] == [Permission.WRITE, Permission.ADMIN]


def test_a_secret_is_shown_nowhere():
    for text in (repr(ACCESS), str(ACCESS), f"{ACCESS.password}", f"{ACCESS.password!s:>40}", "%s" % ACCESS.password):  # noqa: UP031
        assert "hush" not in text
    assert ACCESS.password.reveal() == "hush-hush"


@pytest.mark.parametrize("keep", [pickle.dumps, copy.deepcopy, lambda access: wire(GitAccess).pack(access)])
def test_a_secret_cannot_be_kept(keep):
    with pytest.raises(Exception, match=r"stays in the memory|[Uu]nable to generate|Secret") as caught:
        keep(ACCESS)
    assert "hush" not in str(caught.value)


def test_secrets_are_equal_by_what_they_hold():
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
    assert Secret("a")
    assert not Secret("")
