"""Where calls are likely to be made at the same time, and what it proves when they are answered otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeopt.model.calls import CallAnswer, Expected, Replay
from codeopt.verify.calls import agreed, judge_calls, still
from codeopt.verify.concurrency import likely_concurrent

LIKELY = [
    "import threading\n\ndef f(): pass\n",
    "import concurrent.futures as pools\n\ndef f(): pass\n",
    "from concurrent import futures\n\ndef f(): pass\n",
    "def f():\n    from queue import Queue\n",
    "import multiprocessing.pool\n",
    "try:\n    import asyncio\nexcept ImportError:\n    pass\n",
    "async def f(): pass\n",
    "async def f():\n    yield 1\n",
]
UNLIKELY = [
    "def f(): pass\n",
    "from .threading import pool\n\ndef f(): pass\n",
    "async def g(): pass\n\ndef f(): pass\n",
    "class C:\n    async def f(self): pass\n",
    "import threadingx\n",
    "def f(:\n",
]


@pytest.mark.parametrize("source", LIKELY)
def test_what_starts_threads_or_tasks_is_seen(source):
    assert likely_concurrent(source.encode(), "f")


@pytest.mark.parametrize("source", UNLIKELY)
def test_what_does_not_is_left_alone(source):
    assert not likely_concurrent(source.encode(), "f")


def test_methods_and_inner_functions_are_found_by_their_name():
    source = b"class C:\n    async def f(self): pass\n\ndef g():\n    if True:\n        async def f(): pass\n"
    assert likely_concurrent(source, "C.f")
    assert likely_concurrent(source, "g.<locals>.f")


def answer(call, digest="d", **fields):
    return CallAnswer(**{"call": call, "status": "returned", "digest": digest, "given": str(call), **fields})


ANSWERS = (answer(0, "a"), answer(1, "b"), answer(2, "x", status="raised", loose="c"))


def test_only_what_the_original_answers_alike_together_and_alone_is_kept():
    learnt = Expected(answers=ANSWERS, replayed=(0, 1, 2, 3))
    first = Replay(answers=ANSWERS, crowd=("a", "b", "c", "d"))
    assert agreed(learnt, first, first).crowd == ("a", "b", "c", "")
    assert agreed(learnt, first, replace(first, crowd=("a", "", "c", "d"))).crowd == ("a", "", "c", "")
    assert agreed(learnt, first, replace(first, crowd=("x", "x", "x", "x"))).crowd == ()
    assert agreed(learnt, first, replace(first, crowd=())).crowd == ()


EXPECTED = Expected(answers=ANSWERS, replayed=(0, 1, 2), crowd=("a", "", "c"))


@pytest.mark.parametrize("crowd", [("a", "", "c"), ("a", "other", "c")])
def test_the_same_answers_at_the_same_time_pass(crowd):
    assert judge_calls(EXPECTED, Replay(answers=ANSWERS, crowd=crowd), seen=3).passed is True


@pytest.mark.parametrize(("crowd", "call"), [(("", "", "c"), 0), (("b", "", "c"), 0), (("a", "", "x"), 2), (("a",), 2), ((), 0)])
def test_other_answers_at_the_same_time_fail(crowd, call):
    check = judge_calls(EXPECTED, Replay(answers=ANSWERS, crowd=crowd), seen=3)
    assert check.passed is False
    assert check.detail == f"on input ({call}) it answers differently when several calls are made at the same time"


def test_other_words_of_an_interpreters_exception_pass_at_the_same_time_too():
    expected = Expected(answers=(answer(0, "a", status="raised", loose="l", explicit=False),), replayed=(0,), crowd=("l",))
    got = replace(expected.answers[0], digest="b")
    assert judge_calls(expected, Replay(answers=(got,), crowd=("l",)), seen=1).passed is True


def test_what_the_original_no_longer_bears_is_not_held_against_a_patch():
    left = still(EXPECTED, Replay(answers=ANSWERS, crowd=("", "", "c")))
    assert left.crowd == ("", "", "c")
    assert judge_calls(left, Replay(answers=ANSWERS, crowd=("", "", "c")), seen=3).passed is True
