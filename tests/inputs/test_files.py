"""Plans that change the files of a call: which there are, what they break, and that only calls with text files have them."""

from __future__ import annotations

import json
from random import Random

import pytest
from codeopt_inside.varied_files import CHANGES

from codeopt.inputs.files import file_plans
from codeopt.inputs.plans import plans
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import Call, read_calls
from tests.inputs.making import sketched

QUIET = {"none", "one", "two", "reversed", "doubled", "unended"}
WITH = frozenset({1, 3, 4})


@pytest.fixture
def sketches():
    """Sketches of six calls, three of which came with text files."""
    found = sketched([(("a" * number, [number]), {}) for number in range(6)])
    return [{**sketch, "files": [] if sketch["call"] in WITH else None} for sketch in found]


@pytest.fixture
def calls(sketches) -> tuple[Call, ...]:
    return read_calls(sketches)


def names(found):
    """Return what plans do to files."""
    return {name for plan in found for change in plan.changes if change.place == ("files",) for name in json.loads(change.value)}


def test_every_change_is_made_and_no_other(calls):
    assert names(file_plans(calls, Random(1))) == set(CHANGES)


def test_changes_that_leave_lines_as_they_are_break_nothing(calls):
    found = file_plans(calls, Random(1))
    assert names(plan for plan in found if not plan.breaks) == QUIET
    assert names(plan for plan in found if plan.breaks == "lines") == set(CHANGES) - QUIET
    assert {plan.breaks for plan in found} == {"", "lines"}


def test_only_calls_that_came_with_text_files_are_changed(calls):
    found = [plan for seed in range(20) for plan in file_plans(calls, Random(seed))]
    assert {plan.call for plan in found} == WITH


def test_each_change_is_made_to_different_calls(calls):
    found = file_plans(calls, Random(1))
    assert len(set(found)) == len(found)
    assert len(found) > len(CHANGES)


def test_calls_of_one_mode_are_no_more_than_one_of_each_change_where_there_are_others():
    calls = [((f"in{number}.txt", max(0, number - 40)), {}) for number in range(60)]
    told = read_calls([{**sketch, "files": []} for sketch in sketched(calls)])
    found = file_plans(told, Random(1))
    assert all(sum(plan.call <= 40 for plan in found if plan.files == json.dumps([name])) <= 1 for name in CHANGES)
    assert any(plan.call <= 40 for plan in found)


def test_one_call_with_files_is_enough(sketches):
    found = file_plans(read_calls(sketches[:2]), Random(1))
    assert {plan.call for plan in found} == {1}
    assert names(found) == set(CHANGES)


def test_what_some_recorded_files_look_like_breaks_nothing(sketches):
    seen = [{**sketch, "files": ["gap", "foreign", 7] if sketch["call"] == 3 else sketch["files"]} for sketch in sketches]
    found = file_plans(read_calls(seen), Random(1))
    assert names(plan for plan in found if not plan.breaks) == QUIET | {"gap", "foreign"}
    assert names(found) == set(CHANGES)
    assert {plan.call for plan in found if "gap" in plan.files} == WITH


@pytest.mark.parametrize("told", [False, None, "yes", 1, {}])
def test_without_files_nothing_is_planned_for_them(sketches, told):
    without = [{**sketch, "files": told} for sketch in sketches]
    assert file_plans(read_calls(without), Random(1)) == []
    assert names(plans(without, Signature(), most=100, seed="s")) == set()


def test_all_plans_have_those_of_files_among_the_first(sketches):
    found = plans(sketches, Signature(), most=400, seed="s")
    assert names(found) == set(CHANGES)
    assert names(found[:100])


def test_lines_that_need_not_hold_are_not_broken(sketches):
    found = plans(sketches, Signature(), most=400, seed="s", unwanted=frozenset({"lines"}))
    assert names(found) == QUIET
    assert "lines" not in {plan.breaks for plan in found}


def test_a_plan_says_what_it_does_to_files(calls, sketches):
    assert {json.loads(plan.files)[0] for plan in file_plans(calls, Random(1))} == set(CHANGES)
    others = plans([{**sketch, "files": None} for sketch in sketches], Signature(), most=50, seed="s")
    assert {plan.files for plan in others} == {""}


def test_plans_for_files_come_early(sketches):
    found = plans(sketches, Signature(), most=1400, seed="s")
    places = [at for at, plan in enumerate(found) if plan.files]
    assert len(places) > len(CHANGES)
    assert max(places) < len(found) / 2
