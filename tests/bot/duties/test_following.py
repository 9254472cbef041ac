"""What becomes of codeopt's own pull requests when the default branch moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeopt.errors import PatchError
from codeopt.model.bot import JobKind, JobOrigin
from codeopt.model.errand import ErrandKind
from codeopt.model.evidence import Outcome
from codeopt.model.forge import PullRequestState
from tests.bot.duties.staged import FAST, NAME, Stage, verified
from tests.report.samples import faster, slower, wrong


@pytest.fixture
def stage(tmp_path):
    """A repository with one open pull request of codeopt's, whose base has moved since."""
    made = Stage(tmp_path)
    made.does(made.commanded(JobKind.OPTIMIZE))
    made.errands.asked.clear()
    made.push({"other.py": "x = 1\n"})
    made.errands.ends[ErrandKind.VERIFY] = verified(faster())
    return made


def follow(stage):
    return stage.does(stage.job(JobKind.FOLLOW, JobOrigin.PUSH, commit=stage.origin.head("refs/heads/main")))


def test_one_that_is_proven_again_is_moved_to_the_new_base(stage):
    seen = []
    stage.errands.ends[ErrandKind.VERIFY] = verified(faster(), seen)
    (pull,) = stage.pulls()
    assert "is proven again and moved" in follow(stage)
    head, main = stage.origin.head(pull.head_branch), stage.origin.head("refs/heads/main")
    assert stage.origin.head(f"{pull.head_branch}~1") == main
    assert head != pull.head_sha
    assert stage.origin.read(pull.head_branch, "slow.py").decode() == FAST
    assert stage.origin.read(pull.head_branch, "other.py") == b"x = 1\n"
    assert b"Make dedupe faster" in stage.origin.git("log", "-1", "--format=%s", pull.head_branch)
    assert len(seen) == 1
    assert "proven" in stage.said(pull.number)[0] or "FASTER" in stage.said(pull.number)[0]


def test_one_that_is_at_the_head_already_is_not_judged_again(stage):
    follow(stage)
    stage.errands.asked.clear()
    assert follow(stage) == "nothing to do"
    assert not stage.errands.asked


@pytest.mark.parametrize("verdict", [wrong, slower, lambda: replace(wrong(), outcome=Outcome.UNVERIFIABLE)])
def test_one_that_is_not_right_or_not_faster_any_more_is_closed_with_the_reason(stage, verdict):
    stage.errands.ends[ErrandKind.VERIFY] = verified(verdict())
    assert "is closed" in follow(stage)
    (pull,) = stage.pulls()
    assert pull.state is PullRequestState.CLOSED
    assert len(stage.said(pull.number)) == 1


def test_one_that_noise_hides_stays_open_and_says_so(stage):
    stage.errands.ends[ErrandKind.VERIFY] = verified(replace(slower(), outcome=Outcome.NOT_PROVEN))
    before = stage.pulls()[0].head_sha
    assert "could not be proven again" in follow(stage)
    (pull,) = stage.pulls()
    assert (pull.state, pull.head_sha) == (PullRequestState.OPEN, before)
    assert len(stage.said(pull.number)) == 1


def test_one_that_does_not_apply_any_more_is_closed(stage):
    def broken(errand):
        raise PatchError("the diff does not apply")

    stage.errands.ends[ErrandKind.VERIFY] = broken
    stage.push({"slow.py": "def dedupe(items):\n    return items\n"})
    assert "is closed" in follow(stage)
    (pull,) = stage.pulls()
    assert pull.state is PullRequestState.CLOSED
    assert "does not apply" in stage.said(pull.number)[0]


def test_one_on_which_somebody_else_has_pushed_is_theirs(stage):
    (pull,) = stage.pulls()
    theirs = stage.origin.commit({"slow.py": FAST + "# mine\n"}, branch=pull.head_branch)
    assert "somebody else's" in follow(stage)
    assert stage.origin.head(pull.head_branch) == theirs
    assert not stage.errands.asked


def test_those_that_are_closed_and_those_of_people_are_not_looked_at(stage):
    stage.host.close(NAME, stage.pulls()[0].number)
    stage.origin.commit({"slow.py": FAST}, branch="topic", parent=stage.origin.head("refs/heads/main"))
    stage.host.add_pull_request(NAME, author="eve", branch="topic")
    stage.push({"third.py": "y = 1\n"})
    assert follow(stage) == "nothing to do"
    assert not stage.errands.asked
