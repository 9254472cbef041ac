"""What replayed calls prove."""

from dataclasses import replace

import pytest

from codeopt.model.calls import CallAnswer, Deed, Expected, Probe, Replay
from codeopt.model.evidence import Check, CheckKind
from codeopt.verify.calls import agreed, difference_between, judge_calls, judge_seeded, settle, still, unsteady, with_seeded, within_bounds


def answer(call=0, digest="d", **fields):
    return CallAnswer(**{"call": call, "status": "returned", "digest": digest, "printed": "p", "given": "1, 2", "shown": "3", **fields})


def replay(*answers, **fields):
    return Replay(answers=answers, **fields)


def test_calls_on_which_the_original_agrees_with_itself_are_kept():
    expected = settle([answer(0), answer(1)], [answer(0), answer(1)])
    assert expected.calls == (0, 1)
    assert expected.dropped == ()


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (answer(), answer(digest="e"), "does not repeat"),
        (answer(), answer(printed="q"), "does not repeat"),
        (answer(), None, "does not repeat"),
        (answer(status="opaque", digest="", note="a lock"), answer(), "a lock"),
        (answer(status="unloadable", digest="", note="gone"), answer(), "gone"),
    ],
)
def test_calls_that_prove_nothing_are_dropped_with_the_reason(first, second, reason):
    expected = settle([first], [second] if second else [])
    assert expected.answers == ()
    assert reason in expected.dropped[0][0]


def test_a_replay_that_ends_otherwise_than_the_run_proves_nothing():
    got = answer(status="raised", outcome="raised FileNotFoundError")
    expected = settle([got], [got], outcomes=("returned",))
    assert expected.answers == ()
    assert "raised FileNotFoundError where the run returned" in expected.dropped[0][0]
    assert settle([got], [got], outcomes=("raised FileNotFoundError",)).answers == (got,)
    assert settle([got], [got], outcomes=("",)).answers == (got,)


def test_what_the_original_no_longer_does_is_not_held_against_a_patch():
    expected = Expected(answers=(answer(0), answer(1)))
    left = still(expected, replay(answer(0), answer(1, digest="tomorrow")))
    assert left.calls == (0,)
    assert judge_calls(left, replay(answer(0), answer(1, digest="tomorrow")), seen=2).passed is True
    assert judge_calls(still(expected, replay()), replay(answer(0)), seen=2).passed is None


def test_equal_answers_pass_and_say_how_many():
    check = judge_calls(Expected(answers=(answer(0), answer(1))), replay(answer(1), answer(0)), seen=7)
    assert check.passed is True
    assert "2 recorded calls (of 7 made)" in check.detail


@pytest.mark.parametrize(
    ("got", "text"),
    [
        ([], "was not answered"),
        ([answer(call=1)], "was not answered"),
        ([answer(digest="e", shown="4")], "expected it returned 3, got: it returned 4"),
        ([answer(digest="e")], "differ"),
        ([answer(digest="")], "differ"),
        ([answer(status="raised", digest="e", shown="KeyError()")], "raised KeyError()"),
        ([answer(printed="q")], "output, or what is warned of, differs"),
        ([answer(status="opaque", digest="", note="a lock")], "a lock"),
        ([answer(status="unloadable", digest="", note="no class")], "no class"),
    ],
)
def test_any_difference_fails_and_is_told(got, text):
    check = judge_calls(Expected(answers=(answer(),)), replay(*got), seen=1)
    assert check.passed is False
    assert text in check.detail


@pytest.mark.parametrize(
    ("want", "got", "text"),
    [
        ({"files": "a: 'x'"}, {"files": "a: 'y'"}, "both returned 3, but expected are the files a: 'x', got: a: 'y'"),
        ({"files": "a: 'x'"}, {"files": ""}, "both returned 3, but expected are the files a: 'x', got: none"),
        ({"files": ""}, {"files": "a: 'x'"}, "both returned 3, but expected are the files none, got: a: 'x'"),
        ({"files": "a: 'x'", "status": "raised"}, {"files": "a: 'y'", "status": "raised"}, "both raised 3, but expected are the files"),
        ({"files": "a: 'x'"}, {"files": "a: 'y'", "shown": "4"}, "expected it returned 3, got: it returned 4"),
        ({"files": "a: 'x'"}, {"files": "a: 'x'"}, "both returned 3, but what files hold, types, details, identity"),
    ],
)
def test_files_that_differ_are_told_where_the_results_look_alike(want, got, text):
    difference = difference_between(answer(**want), answer(digest="e", **got))
    assert difference is not None
    assert text in difference.text


def test_nothing_comparable_is_no_pass():
    check = judge_calls(Expected(answers=(), dropped=(("a lock", 3),)), replay(), seen=3)
    assert check.passed is None
    assert "3 times: a lock" in check.detail


def test_what_is_left_out_is_counted_by_reason():
    known = Expected(answers=(answer(),), recorded=1)
    assert "left out" not in judge_calls(known, replay(answer()), seen=1).detail
    one = replace(known, dropped=(("a lock", 3),))
    assert judge_calls(one, replay(answer()), seen=4).detail.endswith("; 3 left out: a lock")
    two = replace(known, dropped=(("a lock", 3), ("too large", 2)))
    assert judge_calls(two, replay(answer()), seen=6).detail.endswith("; 5 left out: a lock (3); too large (2)")


def test_an_empty_digest_never_agrees():
    blank = answer(digest="")
    assert not blank.agrees(replace(blank))


def test_made_calls_are_told_apart_and_left_out_without_a_word():
    expected = replace(settle([answer(0), answer(1), answer(2)], [answer(0), answer(1)], recorded=1), varied=(b"", b""))
    assert (expected.calls, expected.fresh, expected.dropped) == ((0,), (1,), ())
    assert "1 recorded calls (of 5 made) and 1 made out of them" in judge_calls(expected, replay(answer(0), answer(1)), seen=5).detail
    assert judge_calls(expected, replay(answer(0)), seen=5).passed is False


def test_made_calls_alone_prove_nothing():
    expected = replace(settle([answer(0), answer(1)], [answer(1)], recorded=1), varied=(b"",))
    assert judge_calls(expected, replay(answer(1)), seen=1).passed is None


def test_what_two_replays_of_the_original_differ_in_is_not_expected():
    first = replay(answer(0), answer(1), worn=("a", "b"), world=(("gc", "on"), ("pid", "1")), kept=3, seconds=1.0)
    second = replay(answer(0), answer(1), worn=("a", "c"), world=(("gc", "on"), ("pid", "2")), kept=5, deeds=(Deed(kind="d", what="w"),))
    expected = agreed(settle(first.answers, second.answers, replayed=(0, 1)), first, second)
    assert (expected.worn, expected.world, expected.kept) == (("a", ""), (("gc", "on"),), 5)
    assert [deed.kind for deed in expected.deeds] == ["d"]


@pytest.mark.parametrize("worn", [("x", "b"), ("a",), ()])
def test_a_different_answer_on_worn_objects_fails(worn):
    expected = Expected(answers=(answer(0), answer(1)), replayed=(0, 1), worn=("a", "b"))
    check = judge_calls(expected, replay(answer(0), answer(1), worn=worn), seen=2)
    assert check.passed is False
    assert "the second time" in check.detail


def test_a_setting_left_changed_fails():
    expected = Expected(answers=(answer(0),), world=(("sys.getrecursionlimit()", "1000"),))
    check = judge_calls(expected, replay(answer(0), world=(("sys.getrecursionlimit()", "9"),)), seen=1)
    assert check.passed is False
    assert "it leaves sys.getrecursionlimit() at 9, where the original leaves 1000" in check.detail


def test_what_just_fails_on_an_input_that_breaks_what_all_recorded_ones_keep_to_is_not_compared():
    failed = {"status": "raised", "outcome": "raised IndexError", "explicit": False, "loose": "l"}
    answers = (answer(0, **failed), answer(1, **failed), answer(2, **failed), answer(3, **{**failed, "explicit": True}), answer(4))
    probes = (Probe(data=b"1"), Probe(data=b"2", breaks="sign"), Probe(data=b"3", breaks="sign"), Probe(data=b"4", breaks="sign"))
    expected = within_bounds(Expected(answers=answers, recorded=1, probes=probes))
    assert [each.call for each in expected.answers] == [0, 1, 3, 4]
    assert expected.probed == (1, 3, 4)


def test_a_difference_on_an_input_that_breaks_something_proves_nothing():
    expected = Expected(answers=(answer(0), answer(1)), recorded=1, probes=(Probe(data=b"1", breaks="sorted"),))
    check = judge_calls(expected, replay(answer(0), answer(1, digest="e")), seen=1)
    assert check.passed is None
    assert "--assume sorted" in check.detail
    assert judge_calls(expected, replay(answer(0, digest="e"), answer(1, digest="e")), seen=1).passed is False


def test_the_words_of_an_exception_count_where_a_raise_statement_made_it():
    implicit = answer(status="raised", explicit=False, loose="l", digest="a")
    explicit = answer(status="raised", explicit=True, loose="l", digest="a")
    other = answer(status="raised", explicit=False, loose="l", digest="b")
    assert implicit.agrees(other)
    assert not explicit.agrees(other)
    assert not implicit.agrees(answer(status="raised", explicit=False, loose="m", digest="a"))


def seeded(*answers, again=None, expected=None, recorded=9):
    """What is expected when these answers come out otherwise under another hash seed."""
    others = [replace(each, digest=f"{each.digest} otherwise") for each in answers]
    settled = expected or settle([answer(8), *answers], [answer(8), *others], recorded=recorded)
    return with_seeded(settled, unsteady(settled, answers), answers if again is None else again)


def test_what_hangs_on_the_hash_seed_alone_is_compared_under_one_seed():
    expected = seeded(answer(0), answer(1), again=[answer(0), answer(1, digest="never the same")])
    assert [each.call for each in expected.seeded] == [0]
    assert expected.dropped == (("the original does not repeat its own result", 1),)
    assert [each.call for each in expected.answers] == [8]


def test_where_every_call_hangs_on_the_seed_they_count_as_left_out():
    expected = seeded(answer(0), expected=settle([answer(0)], [answer(0, digest="e")], recorded=9))
    assert expected.dropped == (("the original does not repeat its own result", 1),)
    assert judge_calls(expected, replay(), seen=1).passed is None


@pytest.mark.parametrize("status", ["opaque", "unloadable"])
def test_what_cannot_be_compared_is_not_seeded(status):
    assert unsteady(Expected(answers=()), [answer(0, status=status, digest="")]) == ()


def judged(got, *, lenient=False, breaks=""):
    expected = Expected(answers=(), seeded=(answer(0, outcome="returned"),), probes=(Probe(data=b"", breaks=breaks),))
    return judge_seeded(Check(kind=CheckKind.CALLS, passed=True, detail="equal"), expected, replay(got), lenient=lenient)


def test_the_same_answer_under_one_seed_passes_and_is_told():
    check = judged(answer(0, outcome="returned"))
    assert check.passed is True
    assert check.detail == "equal; so do 1 whose answers hang on the hash seed, under one seed"


def test_another_order_under_one_seed_is_not_known_to_count():
    check = judged(answer(0, digest="another", outcome="returned"))
    assert check.passed is None
    assert "`hashing`" in check.detail
    assert judged(answer(0, digest="another", outcome="returned"), lenient=True).passed is True


def test_to_end_otherwise_under_one_seed_is_wrong():
    raised = answer(0, status="raised", digest="e", outcome="raised KeyError")
    assert judged(raised).passed is False
    assert judged(raised, lenient=True).passed is False
    assert judged(raised, breaks="sequence").passed is None


@pytest.mark.parametrize(
    ("wanted", "taken", "text"),
    [
        (((1,), (2,)), ((1,), (2,)), ""),
        (((1,), (2,)), ((2,), (3,)), ""),
        (((3,), (3,)), ((1,), (2,)), ""),
        (((1,), (2,)), ((3,), (3,)), "takes 3 items of its argument before it yields item 1, where the original takes 1"),
        (((1, 1), (2, 2)), ((1, 1), (2, 4)), "takes 4 items of its argument before it yields item 2, where the original takes 2"),
        (((1,),), (), ""),
    ],
)
def test_a_lazy_result_that_reads_ahead_differs(wanted, taken, text):
    want = CallAnswer(call=0, status="returned", digest="d", given="<generator>", taken=wanted)
    found = difference_between(want, replace(want, taken=taken))
    assert (found is None) is (not text)
    assert found is None or text in found.text
