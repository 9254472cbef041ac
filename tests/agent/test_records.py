from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.agent.records import experience, has_record, history, keep_note, keep_proposals, notes, records
from codeopt.agent.summary import candidate_reports
from codeopt.errors import StoreError
from codeopt.model.evidence import Outcome
from codeopt.model.proposal import Experience
from tests.agent.fakes import SOURCE, FakeStore, faster, label_of, make_candidate, make_target, proposal, useless, wrong

NAME = "pkg/mod.py::f"


@given(st.text(), st.text(), st.integers(0, 10**6))
def test_what_a_proposer_answered_comes_back(problem: str, answer: str, tokens: int) -> None:
    store = FakeStore()
    keep_proposals(
        store, make_target(), [proposal("a", prompt_tokens=tokens), useless(problem, answer)], number=1, proposer="model", place=0, files={}
    )
    (record,) = records(store)
    good, bad = record.answers
    assert (record.target, record.round, record.proposer) == (make_target(), 1, "model")
    assert (good.key, good.prompt_tokens) == (make_candidate("a").key, tokens)
    assert (bad.key, bad.problem, bad.text) == ("", problem, answer)


def test_a_record_is_found_by_its_question() -> None:
    store = FakeStore()
    keep_proposals(store, make_target(), [], number=1, proposer="model", place=0, files={})
    assert has_record(store, NAME, number=1, proposer="model")
    assert not has_record(store, NAME, number=2, proposer="model")
    assert not has_record(store, NAME, number=1, proposer="rules")


def test_rounds_are_in_order_of_number_then_of_place_and_count_a_candidate_once() -> None:
    store = FakeStore()
    for number, proposer, place, labels in [
        (10, "model", 1, "ade"),
        (2, "model", 1, "bc"),
        (2, "rules", 0, "cb"),
        (1, "model", 1, "aa"),
    ]:
        keep_proposals(store, make_target(), [proposal(x) for x in labels], number=number, proposer=proposer, place=place, files={})
    found = history(store, NAME)
    keys = {make_candidate(x).key: x for x in "abcde"}
    assert [(one.number, "".join(keys[key] for key in one.keys)) for one in found.rounds] == [(1, "a"), (2, "cb"), (10, "de")]
    assert found.known == 5


def test_a_target_whose_name_begins_like_anothers_is_kept_apart() -> None:
    store = FakeStore()
    keep_proposals(store, make_target("f"), [proposal("a")], number=1, proposer="model", place=0, files={})
    keep_proposals(store, make_target("fg"), [proposal("b")], number=1, proposer="model", place=0, files={})
    assert history(store, NAME).known == 1
    assert len(records(store)) == 2


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"target": 1}', b"\xff"])
def test_a_damaged_record_is_an_error_that_names_it(damage: bytes) -> None:
    store = FakeStore()
    store.put_value(f"proposals/{NAME}/1/model", damage)
    with pytest.raises(StoreError, match=r"proposals/pkg/mod\.py::f/1/model in the run's store is damaged"):
        records(store)


def test_a_note_is_kept_once_per_topic() -> None:
    store = FakeStore()
    assert keep_note(store, "b", "second")
    assert keep_note(store, "a", "first")
    assert not keep_note(store, "a", "again")
    assert notes(store) == ("first", "second")


def test_a_candidate_of_an_interrupted_question_is_not_reported_until_something_is_known_of_it() -> None:
    store, left = FakeStore(), make_candidate("left")
    store.put_candidate(left)
    assert candidate_reports(store, label_of) == ()
    store.put_verdict(left.key, "full", faster(2.0))
    assert [one.diff for one in candidate_reports(store, label_of)] == ["left"]


def test_a_candidate_that_was_not_reached_says_that_the_run_was_interrupted() -> None:
    store = FakeStore()
    keep_proposals(store, make_target(), [proposal("a")], number=1, proposer="model", place=0, files={})
    (report,) = candidate_reports(store, label_of)
    assert (report.verdict.outcome, report.verdict.reason) == (Outcome.UNVERIFIABLE, "not judged: the run was interrupted")


def test_reports_do_not_depend_on_the_order_in_which_candidates_were_kept() -> None:
    def told(first: str, second: str) -> tuple[object, ...]:
        store = FakeStore()
        for name in (first, second):
            target = make_target(name, 0.5)
            keep_proposals(store, target, [proposal(f"{name}{n}") for n in range(3)], number=1, proposer="model", place=0, files={})
        return candidate_reports(store, label_of)

    assert told("f", "g") == told("g", "f")


FILES = {"pkg/mod.py": SOURCE}


def test_what_is_the_same_code_is_judged_once_and_told_once() -> None:
    store = FakeStore()
    keep_proposals(store, make_target(), [proposal("x = 1"), proposal("x = (1)  # one")], number=1, proposer="model", place=1, files=FILES)
    keep_proposals(store, make_target(), [proposal("x  =  1"), proposal("x = 2")], number=1, proposer="rules", place=0, files=FILES)
    keep_proposals(store, make_target(), [proposal("x = 1\n")], number=2, proposer="model", place=1, files=FILES)
    # the rules' answer counts as the first, whoever was quicker
    expected = [make_candidate(label).key for label in ("x  =  1", "x = 2")]
    assert [key for one in history(store, NAME).rounds for key in one.keys] == expected
    reasons = [one.verdict.reason for one in candidate_reports(store, label_of)]
    assert sum(f"the same code as {expected[0]}" in reason for reason in reasons) == 3
    assert len(reasons) == 5


def test_the_same_answer_again_is_no_repeat() -> None:
    store = FakeStore()
    for number in (1, 2):
        keep_proposals(store, make_target(), [proposal("x = 1")], number=number, proposer="model", place=0, files=FILES)
    assert len(candidate_reports(store, label_of)) == 1


def test_an_answer_that_changes_nothing_but_layout_is_no_candidate() -> None:
    store = FakeStore()
    text = "# quick\n" + SOURCE.decode()
    keep_proposals(store, make_target(), [proposal(text)], number=1, proposer="model", place=0, files=FILES)
    assert history(store, NAME).known == 0
    (report,) = candidate_reports(store, label_of)
    assert report.verdict.reason == "no usable patch: the answer is the original code, but for its layout"


def test_experience_counts_what_answers_came_to_by_way_and_temperature() -> None:
    store = FakeStore()
    first = [proposal("x = 1"), proposal("x = 2"), proposal("x  =  1"), useless("no code"), proposal("x = 3")]
    answers = [replace(one, origin=replace(one.origin, prompt="optimize/loops", temperature=0.7)) for one in first]
    keep_proposals(store, make_target(), answers, number=1, proposer="model", place=0, files=FILES)
    store.put_verdict(make_candidate("x = 1").key, "screen", faster(8.0))
    store.put_verdict(make_candidate("x = 2").key, "screen", wrong())
    refined = replace(proposal("x = 4"), origin=replace(proposal("x = 4").origin, prompt="refine", temperature=0.3))
    keep_proposals(store, make_target(), [refined], number=2, proposer="model", place=0, files=FILES)
    store.put_verdict(make_candidate("x = 4").key, "screen", faster(2.0))
    # the fifth has no verdict yet; the third repeats the first, and earns nothing
    assert experience(store, "model", before=2) == (Experience(way="loops", temperature=0.7, tried=4, reward=1.0),)
    assert [(one.way, one.tried) for one in experience(store, "model", before=3)] == [("loops", 4), ("refine", 1)]
    assert experience(store, "rules", before=3) == ()
