"""Generators among the arguments of recorded calls: what was taken of them is copied, and stands in for them."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from codeopt_inside import byvalue, calls, passing
from codeopt_inside.smaller import smaller

SITE = Path(__file__).resolve().parents[2] / "sandbox" / "programs" / "site"


def recorded(function, *arguments, **keywords):
    """Make a call as the recorder does; returns its result and its pickle, or what it raised."""
    given, named, logs = passing.tapped(arguments, keywords)
    data = passing.dumps((given, named), False, logs, None)
    try:
        result = function(*given, **named)
    except Exception as error:  # noqa: BLE001 - whatever it is, the replay must raise it
        result = error
    assert [log.reason for log in logs.values()] == [""] * len(logs)
    return result, passing.whole(data, list(logs.values()))


def replayed(function, data):
    """Make a recorded call again; returns (status, digest, result)."""
    call = calls.loaded(data)
    raised, value = calls.make(function, *call)
    told = calls.told(0, data, (call, raised, value), "", 10_000)
    return told["status"], told.get("digest"), value


def words():
    yield from ["c", "a", "b"]
    return "end"


def rows():
    for number in range(4):
        yield [number]


def failing():
    yield 1
    raise KeyError("gone")


def take(count):
    def function(items):
        return list(itertools.islice(items, count))

    return function


def spoil(items):
    for row in items:
        row.append("spoilt")


def returned(items):
    return (yield from items)


def first_even(items):
    return next(item for item in items if item[0] and item[0] % 2 == 0)


@pytest.mark.parametrize(("function", "source"), [(sorted, words), (take(2), words), (take(0), words), (list, rows), (first_even, rows)])
def test_a_replay_takes_what_the_call_took(function, source):
    result, data = recorded(function, source())
    status, digest, again = replayed(function, data)
    assert (status, again) == ("returned", result)
    assert replayed(function, data)[1] == digest


def test_what_a_generator_returns_and_raises_is_the_same():
    result, data = recorded(lambda items: list(returned(items)), words())
    assert result == replayed(lambda items: list(returned(items)), data)[2] == ["c", "a", "b"]
    stand_in = pickle.loads(data)[0][0]
    assert [*itertools.islice(stand_in, 3)] == ["c", "a", "b"]
    with pytest.raises(StopIteration) as ended:
        next(stand_in)
    assert ended.value.value == "end"
    result, data = recorded(list, failing())
    status, _, error = replayed(list, data)
    assert (status, repr(error)) == ("raised", repr(result))


def test_taking_more_than_the_call_took_is_no_answer():
    _, data = recorded(take(2), words())
    for greedy in (take(3), list, lambda items: [*items]):
        assert replayed(greedy, data)[0] == "opaque"


def test_no_one_can_hide_that_more_was_asked_for():
    def hides(items):
        try:
            return take(3)(items)
        except Exception:  # noqa: BLE001 - what is tested
            return ["c", "a"]

    _, data = recorded(take(2), words())
    assert replayed(hides, data)[0] == "opaque"


def test_how_much_was_taken_shows():
    def takes_one_more(items):
        return take(3)(items)[:2]

    def asks_for_the_end(items):
        return list(items)

    _, data = recorded(list, words())
    digests = [replayed(function, data)[1] for function in (take(2), takes_one_more, take(3), asks_for_the_end)]
    assert len(set(digests)) == 4


def test_items_are_copied_as_they_were_yielded_and_compared_as_they_are_left():
    _, data = recorded(spoil, rows())
    assert list(pickle.loads(data)[0][0]) == [[0], [1], [2], [3]]
    assert replayed(spoil, data)[1] != replayed(lambda items: [None for _ in items] and None, data)[1]


def test_one_generator_given_twice_stays_one():
    def pairs(first, second):
        return list(zip(first, second, strict=False))

    same = rows()
    result, data = recorded(pairs, same, second=same)
    assert result == [([0], [1]), ([2], [3])]
    assert replayed(pairs, data)[2] == result


def test_a_generator_is_closed_with_what_passes_it_on():
    closed = []

    def source():
        try:
            yield 1
        finally:
            closed.append(True)

    log = passing.Log()
    passing_on = passing.passed(source(), log)
    assert next(passing_on) == 1
    passing_on.close()
    assert closed == [True]
    assert (log.items, log.ending, log.reason) == ([(True, 1)], "more", "")


def test_what_is_sent_and_thrown_arrives_and_is_said():
    def echo():
        got = yield "ready"
        try:
            yield got
        except ValueError:
            yield "caught"

    log = passing.Log()
    passing_on = passing.passed(echo(), log)
    assert (next(passing_on), passing_on.send(5)) == ("ready", 5)
    assert "sent to" in log.reason
    assert passing_on.throw(ValueError()) == "caught"
    assert "thrown into" in log.reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ((number for number in range(20_000)), "more than"),
        ((print for _ in range(1)), ""),
        ((threading.Lock() for _ in range(1)), "copied"),
    ],
)
def test_what_cannot_be_told_again_is_said(source, reason):
    log = passing.Log()
    items = list(passing.passed(source, log))
    assert reason in log.reason
    assert bool(reason) == bool(log.reason)
    if hasattr(items[0], "close"):
        items[0].close()


def test_a_stand_in_can_be_copied_until_it_has_begun():
    _, data = recorded(sorted, words(), key=None)
    call = pickle.loads(data)
    again = pickle.loads(byvalue.dumps(call))
    assert list(again[0][0]) == ["c", "a", "b"]
    assert {tuple(keywords) for _, keywords in map(pickle.loads, smaller(data))} == {()}
    next(call[0][0])
    with pytest.raises(TypeError, match="generator"):
        byvalue.dumps(call)


PROGRAM = """
import mod, threading
def numbers(n):
    yield from range(n)
mod.total(numbers(5))
mod.total(x * x for x in [1, 2, 3])
mod.total(iter([4, 5]))
mod.total(map(abs, [-6, 7]))
mod.total(zip([1], [2]))
mod.head(numbers(100), count=3)
mod.later(numbers(3))
list(mod.later(numbers(3)))
mod.total({threading.Lock(): 1})
mod.total([numbers(2)])
"""
MODULE = """
def total(items):
    return list(items)
def head(items, count):
    return [next(items) for _ in range(count)]
def later(items):
    return (item + 1 for item in items)
"""


def test_calls_with_iterators_are_recorded(tmp_path):
    (tmp_path / "mod.py").write_text(MODULE)
    (tmp_path / "out").mkdir()
    names = ["total", "head", "later"]
    targets = [{"path": "mod.py", "qualname": name, "ordinal": 0} for name in names]
    inside = json.dumps({"mode": "record", "tree": str(tmp_path), "out": str(tmp_path / "out"), "targets": targets})
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{SITE}:{tmp_path}", "CODEOPT_INSIDE": inside}
    subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=tmp_path, check=True)
    found = {}
    for path in (tmp_path / "out").iterdir():
        head, *data = calls.split(path.read_bytes())
        found[names[json.loads(head)["target"]]] = json.loads(head), data
    head, data = found["total"]
    assert sorted(list(pickle.loads(each)[0][0]) for each in data if b"zip" not in each) == [[0, 1, 2, 3, 4], [1, 4, 9], [4, 5], [6, 7]]
    assert len(data) == len(head["signatures"]) == len(head["outcomes"]) == 5
    assert sum(head["skipped"].values()) == 2
    assert any("lock" in reason for reason in head["skipped"])
    [taken] = found["head"][1]
    assert replayed(lambda items, count: [next(items) for _ in range(count)], taken)[::2] == ("returned", [0, 1, 2])
    # The first result of `later` was never looked at: nothing was taken, and a replay that looks has no answer.
    assert sorted(replayed(lambda items: (item + 1 for item in items), each)[0] for each in found["later"][1]) == ["opaque", "returned"]
