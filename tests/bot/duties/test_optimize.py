"""`/codeopt optimize` and its pull requests, on a host that ships for tests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeopt.adapters.fake_forge import Fault
from codeopt.errors import ConfigError, ForgeUnavailable, InfrastructureError, RepositoryError, TargetError
from codeopt.model.bot import JobKind, JobOrigin
from codeopt.model.errand import ErrandKind
from codeopt.model.forge import PullRequestState, Reaction
from tests.bot.duties.staged import FAST, NAME, SLOW, Stage, optimized
from tests.report.samples import comparison, faster, wrong

POLICY = ".github/codeopt.toml"


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def weak():
    return replace(faster(), workload=comparison(1.02, 1.01, 1.03))


def test_a_proven_patch_becomes_one_commit_on_one_branch_and_one_pull_request(stage):
    effect = stage.does(stage.commanded(JobKind.OPTIMIZE))
    (pull,) = stage.pulls()
    assert effect == pull.url
    assert pull.head_branch.startswith("codeopt/dedupe-")
    assert (pull.base_branch, pull.state) == ("main", PullRequestState.OPEN)
    assert stage.origin.read(pull.head_branch, "slow.py").decode() == FAST
    log = stage.origin.git("log", "--format=%an %ae %s", f"main..{pull.head_branch}").decode().splitlines()
    assert log == ["codeopt codeopt@localhost Make dedupe faster (2.31x)"]
    assert stage.origin.head(f"{pull.head_branch}~1") == stage.origin.head("main")


def test_the_comment_is_one_that_is_edited_and_names_the_pull_request(stage):
    job = stage.commanded(JobKind.OPTIMIZE, "slow.py::dedupe")
    stage.does(job)
    (said,) = stage.said()
    assert stage.pulls()[0].url in said
    assert stage.forge.calls.count("put_comment") == 2
    asked = next(each for each in stage.host.comments(NAME, stage.issue) if each.id == job.comment)
    assert asked.reactions == {Reaction.ROCKET}
    assert stage.errands.asked[0].target == "slow.py::dedupe"


@pytest.mark.parametrize("kind", [JobKind.OPTIMIZE, JobKind.VERIFY, JobKind.CHECK, JobKind.HELP])
@pytest.mark.parametrize("who", ["eve", "nobody"])
def test_who_may_not_write_gets_no_work_and_no_text(stage, kind, who):
    job = stage.commanded(kind, by=who)
    assert stage.does(job) == f"refused: {who} may not write to {NAME}"
    assert not stage.said()
    assert not stage.errands.asked
    asked = next(each for each in stage.host.comments(NAME, stage.issue) if each.id == job.comment)
    assert asked.reactions == {Reaction.CONFUSED}


def test_a_job_that_is_done_again_opens_nothing_twice(stage):
    job = stage.commanded(JobKind.OPTIMIZE)
    first = stage.does(job)
    assert stage.does(job) == first
    assert len(stage.pulls()) == 1
    assert len(stage.said()) == 1


@pytest.mark.parametrize("method", ["permission", "react", "put_comment", "repository", "read_file", "git_access", "own_pull_requests",
                                    "branch_head", "open_pull_request", "unreact"])  # fmt: skip
@pytest.mark.parametrize("after", [False, True])
def test_whatever_call_fails_the_next_attempt_ends_with_one_pull_request(stage, method, after):
    job = stage.commanded(JobKind.OPTIMIZE)
    lost = ForgeUnavailable("the host is down: try again")
    stage.forge.fail(method, Fault(error=lost, after=after))
    with pytest.raises(ForgeUnavailable):
        stage.does(job)
    assert method in stage.forge.calls
    stage.does(replace(job, attempts=2))
    assert len(stage.pulls()) == 1
    assert len(stage.said()) == 1
    assert stage.pulls()[0].url in stage.said()[0]


def test_a_worker_that_died_after_its_push_goes_on_with_its_branch(stage):
    job = stage.commanded(JobKind.OPTIMIZE)
    stage.forge.fail("open_pull_request", Fault(error=ForgeUnavailable("down")))
    with pytest.raises(ForgeUnavailable):
        stage.does(job)
    left = stage.origin.git("branch", "--list", "codeopt/*").decode().split()
    assert len(left) == 1
    stage.does(job)
    assert [pull.head_branch for pull in stage.pulls()] == left


def test_a_branch_on_which_somebody_else_has_pushed_is_left_alone(stage):
    stage.does(stage.commanded(JobKind.OPTIMIZE))
    (pull,) = stage.pulls()
    theirs = stage.origin.commit({"slow.py": "theirs\n"}, branch=pull.head_branch)
    stage.host.close(NAME, pull.number)
    stage.host.hosted(NAME).pulls.clear()
    effect = stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert "somebody else has pushed" in effect
    assert stage.origin.head(f"refs/heads/{pull.head_branch}") == theirs


@pytest.mark.parametrize("merged", [False, True])
def test_what_was_closed_or_merged_is_never_opened_again(stage, merged):
    stage.does(stage.commanded(JobKind.OPTIMIZE))
    stage.host.close(NAME, stage.pulls()[0].number, merged=merged)
    stage.host.now_s += 30 * 86400
    effect = stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert "none offered: #" in effect
    assert ("was merged" if merged else "was closed") in effect
    assert len(stage.pulls()) == 1


def test_no_more_are_opened_in_a_week_than_the_repository_takes(tmp_path):
    stage = Stage(tmp_path, **{POLICY: "pull_requests_per_week = 1\n"})
    stage.errands.ends[ErrandKind.OPTIMIZE] = optimized("dedupe", "total")
    stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert len(stage.pulls()) == 1
    assert "1 of 1 pull requests of this week are used" in stage.said()[0]
    stage.host.now_s += 8 * 86400
    stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert len(stage.pulls()) == 2


def test_each_function_has_a_pull_request_of_its_own(stage):
    stage.errands.ends[ErrandKind.OPTIMIZE] = optimized("dedupe", "total")
    stage.does(stage.commanded(JobKind.OPTIMIZE))
    branches = {pull.head_branch.rpartition("-")[0] for pull in stage.pulls()}
    assert branches == {"codeopt/dedupe", "codeopt/total"}
    assert all(stage.origin.head(f"{pull.head_branch}~1") == stage.origin.head("main") for pull in stage.pulls())


def test_what_gains_too_little_as_a_whole_is_not_offered(stage):
    stage.errands.ends[ErrandKind.OPTIMIZE] = optimized("dedupe", verdict=weak)
    assert "the whole workload gains too little" in stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert not stage.pulls()
    assert not stage.origin.git("branch", "--list", "codeopt/*")


def test_a_wrong_patch_is_not_offered(stage):
    stage.errands.ends[ErrandKind.OPTIMIZE] = optimized("dedupe", verdict=wrong)
    assert stage.does(stage.commanded(JobKind.OPTIMIZE)) == "nothing was proven"
    assert not stage.pulls()


@pytest.mark.parametrize("path", ["tests/test_slow.py", ".github/slow.py", "setup.py", "conftest.py"])
def test_protected_files_are_never_pushed(tmp_path, path):
    stage = Stage(tmp_path, **{path: SLOW})
    stage.errands.ends[ErrandKind.OPTIMIZE] = optimized("dedupe", path=path)
    assert "codeopt never changes that" in stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert not stage.pulls()


def test_code_that_says_ignore_is_left_alone(tmp_path):
    stage = Stage(tmp_path, **{"slow.py": SLOW.replace("    seen = []", "    # codeopt: ignore\n    seen = []")})
    assert "codeopt: ignore" in stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert not stage.pulls()


def test_files_that_the_repository_names_are_left_alone(tmp_path):
    stage = Stage(tmp_path, **{POLICY: 'ignore = ["slow.*"]\n'})
    assert f"{POLICY} says to leave slow.py alone" in stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert stage.errands.asked[0].exclude == ("slow.*",)
    assert not stage.pulls()


def test_a_policy_that_cannot_be_read_is_told_and_nothing_is_done(tmp_path):
    stage = Stage(tmp_path, **{POLICY: "pull-requests-per-month = 2\n"})
    with pytest.raises(ConfigError, match="no such setting"):
        stage.does(stage.commanded(JobKind.OPTIMIZE))
    assert "pull_requests_per_month" in stage.said()[0]
    assert not stage.errands.asked


@pytest.mark.parametrize(
    ("error", "attempts", "words"),
    [
        (TargetError("slow.py::f: no such function"), 1, "no such function"),
        (InfrastructureError("no Docker engine"), 1, "no Docker engine"),
        (InfrastructureError("no Docker engine"), 3, "no Docker engine"),
    ],
)
def test_why_nothing_came_of_it_is_told(stage, error, attempts, words):
    def broken(errand):
        raise error

    stage.errands.ends[ErrandKind.OPTIMIZE] = broken
    job = stage.commanded(JobKind.OPTIMIZE, attempts=attempts)
    with pytest.raises(type(error)):
        stage.does(job)
    assert words in stage.said()[0]
    asked = next(each for each in stage.host.comments(NAME, stage.issue) if each.id == job.comment)
    final = attempts == 3 or isinstance(error, TargetError)
    assert asked.reactions == ({Reaction.CONFUSED} if final else {Reaction.EYES})


@pytest.mark.parametrize(("asked", "often", "looks"), [("weekly", "weekly", True), ("weekly", "daily", False), ("off", "daily", False)])
def test_the_clock_has_a_repository_looked_through_as_often_as_it_asks(tmp_path, asked, often, looks):
    stage = Stage(tmp_path, **{POLICY: f"schedule = '{asked}'\n"})
    stage.does(stage.job(JobKind.FOLLOW, JobOrigin.SCHEDULE, often, "2026-W49"))
    assert bool(stage.errands.asked) is looks
    assert len(stage.pulls()) == looks


def test_an_archived_repository_is_left_alone(stage):
    stage.host.hosted(NAME).archived = True
    with pytest.raises(RepositoryError, match="archived"):
        stage.does(stage.job(JobKind.FOLLOW, JobOrigin.SCHEDULE, "daily", "2026-12-01"))
    assert not stage.errands.asked


@pytest.mark.parametrize(("text", "looks"), [("", False), ("optimize_on_push = true\n", True)])
def test_a_push_is_looked_through_where_the_repository_asks_for_it(tmp_path, text, looks):
    stage = Stage(tmp_path, **{POLICY: text})
    stage.does(stage.job(JobKind.FOLLOW, JobOrigin.PUSH, commit=stage.origin.head("refs/heads/main")))
    assert bool(stage.errands.asked) is looks
    assert len(stage.pulls()) == looks


def test_a_push_that_was_followed_by_another_is_passed_over(tmp_path):
    stage = Stage(tmp_path, **{POLICY: "optimize_on_push = true\n"})
    old = stage.origin.head("refs/heads/main")
    stage.push({"other.py": "x = 1\n"})
    assert "newer push" in stage.does(stage.job(JobKind.FOLLOW, JobOrigin.PUSH, commit=old))
    assert not stage.errands.asked


def test_nothing_is_looked_for_unasked_where_nothing_could_be_offered(tmp_path):
    stage = Stage(tmp_path, **{POLICY: "optimize_on_push = true\npull_requests_per_week = 0\n"})
    effect = stage.does(stage.job(JobKind.FOLLOW, JobOrigin.PUSH, commit=stage.origin.head("refs/heads/main")))
    assert "takes no pull requests" in effect
    assert not stage.errands.asked
