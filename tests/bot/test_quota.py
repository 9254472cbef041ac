from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.bot.policy import Policy
from codeopt.bot.quota import Quota, branch_name, pull_request_key
from codeopt.model.code import TargetName
from codeopt.model.forge import BRANCH_PREFIX, OwnPullRequest, PullRequestState, is_key
from codeopt.model.patch import Edit, Patch

DAY_S = 86400.0
# Wednesday 2 December 2026, 12:00 UTC.
NOW_S = 1_796_212_800.0
F, G = TargetName(path="a.py", qualname="Box.f"), TargetName(path="a.py", qualname="g")


def patch(after: str = "fast", *, at: int = 10) -> Patch:
    return Patch(edits=(Edit(path="a.py", start_byte=at, before=b"slow", after=after.encode()),))


def own(number: int, key: str | None, state: PullRequestState = PullRequestState.OPEN, *, days: float = 30.0) -> OwnPullRequest:
    """Return a pull request that was opened so many days ago."""
    closed_s = None if state is PullRequestState.OPEN else NOW_S
    return OwnPullRequest(number=number, key=key, state=state, title="", created_s=NOW_S - days * DAY_S, closed_s=closed_s, url="")


def quota(*pulls: OwnPullRequest, week: int = 20, at_a_time: int = 20) -> Quota:
    return Quota(pulls, Policy(pull_requests_per_week=week, open_pull_requests=at_a_time), NOW_S)


KEY, OTHER_CHANGE, OTHER_FUNCTION = pull_request_key(F, patch()), pull_request_key(F, patch("faster")), pull_request_key(G, patch())


def test_a_change_keeps_its_key_where_the_base_moves():
    assert pull_request_key(F, patch(at=99)) == KEY
    assert branch_name(F, patch(at=99)) == branch_name(F, patch())


def test_other_changes_and_other_functions_have_other_keys_and_branches():
    assert len({KEY, OTHER_CHANGE, OTHER_FUNCTION}) == 3
    assert KEY.split(":")[1] == OTHER_CHANGE.split(":")[1] != OTHER_FUNCTION.split(":")[1]
    assert KEY.split(":")[2] == OTHER_FUNCTION.split(":")[2] != OTHER_CHANGE.split(":")[2]
    second = TargetName(path="a.py", qualname="Box.f", ordinal=1)
    assert len({branch_name(F, patch()), branch_name(F, patch("faster")), branch_name(G, patch()), branch_name(second, patch())}) == 4


def test_texts_that_are_cut_elsewhere_are_another_change():
    one = Patch(edits=(Edit(path="a.py", start_byte=1, before=b"ab", after=b"c"),))
    other = Patch(edits=(Edit(path="a.py", start_byte=1, before=b"a", after=b"bc"),))
    assert pull_request_key(F, one) != pull_request_key(F, other)


def test_a_branch_is_called_after_the_function():
    assert re.fullmatch(r"codeopt/box-f-[0-9a-f]{16}", branch_name(F, patch()))
    odd = TargetName(path="a.py", qualname="Outer.<locals>.größe__of")
    assert re.fullmatch(r"codeopt/outer-locals-groe-of-[0-9a-f]{16}", branch_name(odd, patch()))
    assert re.fullmatch(r"codeopt/function-[0-9a-f]{16}", branch_name(TargetName(path="a.py", qualname="函数"), patch()))


@given(st.text(max_size=80), st.text(max_size=20), st.integers(0, 99), st.binary(max_size=9), st.binary(max_size=9))
def test_every_key_and_branch_can_be_used(qualname, path, ordinal, before, after):
    target = TargetName(path=path.encode("utf-8", "ignore").decode(), qualname=qualname.encode("utf-8", "ignore").decode(), ordinal=ordinal)
    change = Patch(edits=(Edit(path="a.py", start_byte=0, before=before, after=after),))
    assert is_key(pull_request_key(target, change))
    branch = branch_name(target, change)
    assert branch.startswith(BRANCH_PREFIX)
    assert re.fullmatch(r"codeopt/[a-z0-9]+(-[a-z0-9]+)*", branch)
    assert len(branch) < 100


def test_git_takes_a_branch_of_the_longest_kind():
    branch = branch_name(TargetName(path="a.py", qualname="x..lock." * 30), patch())
    assert subprocess.run(["git", "check-ref-format", "--branch", branch], check=False, capture_output=True).returncode == 0


def test_a_new_function_may_be_offered():
    assert quota().refusal(KEY) is None
    assert quota(own(1, OTHER_FUNCTION)).refusal(KEY) is None
    assert quota(own(1, OTHER_CHANGE, PullRequestState.CLOSED), own(2, OTHER_CHANGE, PullRequestState.MERGED)).refusal(KEY) is None


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [
        (OTHER_CHANGE, PullRequestState.OPEN, "#9 is open for this function"),
        (KEY, PullRequestState.OPEN, "#9 with this very change is open"),
        (KEY, PullRequestState.CLOSED, "#9 with this very change was closed; codeopt does not open it again"),
        (KEY, PullRequestState.MERGED, "#9 with this very change was merged"),
    ],
)
def test_what_was_offered_before_is_not_offered_again(key, state, said):
    assert quota(own(12, OTHER_FUNCTION), own(9, key, state)).refusal(KEY) == said


def test_a_repeat_finds_the_pull_request_that_it_opened():
    mine = own(9, KEY, days=0)
    assert quota(own(8, OTHER_CHANGE), mine, week=1, at_a_time=1).existing(KEY) is mine
    assert quota(own(9, KEY, PullRequestState.CLOSED), own(8, None)).existing(KEY) is None


def test_the_week_is_seven_days_and_the_answer_tells_when_it_goes_on():
    # Opened on Friday 27 November at 15:00 UTC, and later.
    first, second = own(1, None, PullRequestState.CLOSED, days=4.875), own(2, OTHER_FUNCTION, PullRequestState.MERGED, days=1)
    said = "2 of 2 pull requests of this week are used, the next may be opened on Friday 4 December 15:00 UTC"
    assert quota(first, second, own(3, None, days=8), week=2).refusal(KEY) == said
    assert quota(first, second, week=3).refusal(KEY) is None


def test_after_a_smaller_limit_was_set_all_above_it_must_age():
    pulls = [own(number, None, PullRequestState.CLOSED, days=number) for number in (1, 2, 3)]
    assert (quota(*pulls, week=1).refusal(KEY) or "").startswith("3 of 1 ")
    assert (quota(*pulls, week=1).refusal(KEY) or "").endswith("on Tuesday 8 December 12:00 UTC")


@given(st.lists(st.floats(0, 10, exclude_min=True), min_size=1, max_size=8), st.integers(1, 5))
def test_the_time_that_is_told_is_the_first_minute_at_which_it_may(days, week):
    pulls = [own(number, None, PullRequestState.CLOSED, days=day) for number, day in enumerate(days)]
    policy = Policy(pull_requests_per_week=week)
    within = sorted(pull.created_s for pull in pulls if pull.created_s > NOW_S - 7 * DAY_S)
    refusal = Quota(pulls, policy, NOW_S).refusal(KEY)
    assert (refusal is None) == (len(within) < week)
    if refusal is not None:
        free_s = within[-week] + 7 * DAY_S
        assert Quota(pulls, policy, free_s).refusal(KEY) is None
        assert Quota(pulls, policy, free_s - 1).refusal(KEY) is not None


def test_a_clock_that_is_behind_does_not_free_what_is_used():
    assert quota(own(1, None, PullRequestState.CLOSED, days=-1), week=1).refusal(KEY)


def test_so_many_are_open_at_a_time():
    pulls = [own(1, None), own(2, OTHER_FUNCTION), own(3, None, PullRequestState.CLOSED)]
    assert quota(*pulls, at_a_time=2).refusal(KEY) == "2 of 2 pull requests are open; codeopt waits until one is merged or closed"
    assert quota(*pulls, at_a_time=3).refusal(KEY) is None


@pytest.mark.parametrize("limits", [{"week": 0}, {"at_a_time": 0}])
def test_a_repository_may_take_none_at_all(limits):
    assert (quota(**limits).refusal(KEY) or "").startswith("the repository takes no pull requests")


def test_what_was_just_taken_counts():
    room = quota(week=2, at_a_time=20)
    room.taken(KEY)
    assert room.refusal(KEY) == "a pull request with this very change was opened just now"
    assert room.refusal(OTHER_CHANGE) == "a pull request for this function was opened just now"
    assert room.refusal(OTHER_FUNCTION) is None
    room.taken(KEY)
    assert room.refusal(OTHER_FUNCTION) is None
    room.taken("pr:of-another-kind")
    assert "2 of 2 pull requests of this week" in (room.refusal(OTHER_FUNCTION) or "")


def test_what_was_there_already_is_counted_once():
    room = quota(own(1, KEY, days=1), week=2, at_a_time=2)
    room.taken(KEY)
    assert room.refusal(OTHER_FUNCTION) is None


@given(
    st.lists(st.tuples(st.sampled_from([KEY, OTHER_CHANGE, None]), st.sampled_from(list(PullRequestState)), st.floats(0, 20)), max_size=8)
)
def test_more_pull_requests_never_make_more_room(pulls):
    listed = [own(number, key, state, days=days) for number, (key, state, days) in enumerate(pulls)]
    for count in range(len(listed)):
        if quota(*listed[:count], week=3, at_a_time=2).refusal(KEY):
            assert quota(*listed[: count + 1], week=3, at_a_time=2).refusal(KEY)
