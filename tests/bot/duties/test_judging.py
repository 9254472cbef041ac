"""Pull requests that are checked and verified, asked for and unasked, from branches and forks."""

from __future__ import annotations

import pytest

from codeopt.bot.errands import Answer
from codeopt.errors import InfrastructureError, WorkloadError
from codeopt.model.bot import JobKind, JobOrigin
from codeopt.model.errand import ErrandKind
from codeopt.model.forge import CheckConclusion, CheckStatus, Reaction
from tests.bot.duties.staged import FAST, NAME, SLOW, Stage, verified
from tests.report.check_samples import clean, report
from tests.report.samples import faster, wrong

POLICY = ".github/codeopt.toml"


@pytest.fixture
def stage(tmp_path):
    made = Stage(tmp_path)
    made.errands.ends[ErrandKind.CHECK] = lambda errand: Answer(checked=clean())
    made.errands.ends[ErrandKind.VERIFY] = verified(faster())
    return made


def pull_of(stage, *, fork=False, source=FAST):
    """Have somebody open a pull request, from the repository itself or from a fork of their own."""
    name = NAME
    if fork:
        name = "eve/widgets"
        theirs = stage.host.add_repository(name, {})
        theirs.fetch(stage.origin, "refs/heads/main", to="refs/heads/main")
    origin = stage.host.hosted(name).origin
    origin.commit({"slow.py": source}, branch="topic", parent=stage.origin.head("refs/heads/main"))
    return stage.host.add_pull_request(NAME, author="eve", branch="topic", fork=name if fork else None)


def opened(stage, number):
    pull = next(each for each in stage.pulls() if each.number == number)
    return stage.job(JobKind.CHECK, JobOrigin.PULL_REQUEST, number=number, commit=pull.head_sha)


@pytest.mark.parametrize("fork", [False, True])
def test_a_new_pull_request_is_checked_against_where_it_left_its_base(stage, fork):
    number = pull_of(stage, fork=fork)
    stage.does(opened(stage, number))
    (run,) = stage.host.checks(NAME)
    pull = next(each for each in stage.pulls() if each.number == number)
    assert (run.head_sha, run.status, run.conclusion) == (pull.head_sha, CheckStatus.COMPLETED, CheckConclusion.SUCCESS)
    (errand,) = stage.errands.asked
    assert (errand.base, errand.head) == (stage.origin.head("refs/heads/main"), pull.head_sha)
    assert not stage.said(number)


def test_a_regression_fails_the_check_run_with_annotations(stage):
    stage.errands.ends[ErrandKind.CHECK] = lambda errand: Answer(checked=report())
    stage.does(opened(stage, pull_of(stage)))
    (run,) = stage.host.checks(NAME)
    assert run.conclusion is CheckConclusion.FAILURE
    assert run.annotations


def test_no_access_that_may_push_is_asked_for_a_pull_request(stage):
    number = pull_of(stage, fork=True)
    asked = []
    access = stage.forge.git_access

    async def seen(repository, *, push):
        asked.append(push)
        return await access(repository, push=push)

    stage.forge.git_access = seen
    stage.does(opened(stage, number))
    stage.does(stage.commanded(JobKind.VERIFY, number=number))
    assert asked
    assert not any(asked)


def test_a_repository_may_not_want_checks(tmp_path):
    stage = Stage(tmp_path, **{POLICY: "check_pull_requests = false\n"})
    assert "does not want" in stage.does(opened(stage, pull_of(stage)))
    assert not stage.host.checks(NAME)


def test_a_pull_request_cannot_change_by_which_rules_it_is_judged(stage):
    stage.origin.commit(
        {POLICY: "check_pull_requests = false\n", "slow.py": FAST}, branch="topic", parent=stage.origin.head("refs/heads/main")
    )
    number = stage.host.add_pull_request(NAME, author="eve", branch="topic")
    stage.does(opened(stage, number))
    assert stage.host.checks(NAME)


def test_older_commits_of_a_pull_request_are_passed_over(stage):
    job = opened(stage, pull_of(stage))
    stage.origin.commit({"slow.py": FAST + "\n"}, branch="topic")
    assert "newer commits" in stage.does(job)
    assert not stage.host.checks(NAME)


@pytest.mark.parametrize("error", [WorkloadError("there is nothing to measure"), InfrastructureError("no Docker engine")])
def test_a_check_that_ends_without_a_result_says_why(stage, error):
    def broken(errand):
        raise error

    stage.errands.ends[ErrandKind.CHECK] = broken
    with pytest.raises(type(error)):
        stage.does(opened(stage, pull_of(stage)))
    (run,) = stage.host.checks(NAME)
    assert run.status is CheckStatus.COMPLETED
    assert str(error) in run.summary
    assert run.conclusion not in {CheckConclusion.SUCCESS, CheckConclusion.FAILURE}


@pytest.mark.parametrize("fork", [False, True])
def test_verify_judges_what_the_pull_request_changes_on_its_base(stage, fork):
    seen = []
    stage.errands.ends[ErrandKind.VERIFY] = verified(faster(), seen)
    number = pull_of(stage, fork=fork)
    stage.push({"other.py": "x = 1\n"}, message="the base moves on")
    job = stage.commanded(JobKind.VERIFY, number=number)
    assert stage.does(job).startswith("FASTER")
    assert seen == [SLOW]
    (errand,) = stage.errands.asked
    assert b"dict.fromkeys" in errand.patch
    assert b"other.py" not in errand.patch
    (said,) = stage.said(number)
    assert "FASTER" in said


def test_a_wrong_pull_request_is_told_so_with_the_counterexample(stage):
    stage.errands.ends[ErrandKind.VERIFY] = verified(wrong())
    number = pull_of(stage)
    job = stage.commanded(JobKind.VERIFY, number=number)
    stage.does(job)
    assert "expected it returned [3, 1]" in stage.said(number)[0]
    asked = next(each for each in stage.host.comments(NAME, number) if each.id == job.comment)
    assert asked.reactions == {Reaction.THUMBS_DOWN}


def test_check_may_be_asked_for_in_a_comment(stage):
    number = pull_of(stage)
    stage.does(stage.commanded(JobKind.CHECK, number=number))
    assert stage.host.checks(NAME)
    assert len(stage.said(number)) == 1


def test_help_tells_the_commands_and_what_was_wrong(stage):
    stage.does(stage.commanded(JobKind.HELP, "there is no such command"))
    (said,) = stage.said()
    assert "there is no such command" in said
    assert "/codeopt optimize" in said


def test_each_job_has_a_check_run_of_its_own_and_its_next_attempt_the_same(stage):
    number = pull_of(stage)
    job = opened(stage, number)
    stage.does(job)
    stage.does(job)
    assert len(stage.host.checks(NAME)) == 1
    stage.does(stage.commanded(JobKind.CHECK, number=number))
    assert len(stage.host.checks(NAME)) == 2
