"""Candidates that are right one call at a time, where calls are made at the same time."""

from __future__ import annotations

import pytest

from codeopt.model.evidence import CheckKind
from codeopt.model.patch import Candidate
from codeopt.trial.crowding import spread

POOLED = '''"""Words, counted by many threads."""

from concurrent.futures import ThreadPoolExecutor


def longest(words):
    """Return the longest words, in order."""
    best = []
    for word in words:
        if best and len(word) > len(best[0]):
            best = []
        if not best or len(word) == len(best[0]):
            best.append(word)
    return best


def all_longest(texts):
    """Return the longest words of each text."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(longest, texts))
'''
PLAIN = POOLED[: POOLED.index("def all_longest")].replace("from concurrent.futures import ThreadPoolExecutor\n", "import math\n")
AWAITED = '''"""Numbers, fetched as tasks."""

import asyncio

_LIMIT = 3


async def total(numbers):
    """Return the sum, with a pause."""
    found = []
    for number in numbers:
        await asyncio.sleep(0)
        found.append(number)
    return sum(found)
'''
BENCH = """
import things

texts = [[f"{'w' * (n * k % 7)}{n}" for k in range(n)] for n in range(1, 12)]
for text in texts:
    things.longest(text)
"""
AWAITED_BENCH = """
import asyncio
import things


async def main():
    await asyncio.gather(*(things.total(list(range(n))) for n in range(1, 12)))


asyncio.run(main())
"""
TESTS = "import things\n\n\ndef test_it_is_there():\n    assert things\n"
BUFFERED = """    _BEST.clear()
    for word in words:
        if _BEST and len(word) > len(_BEST[0]):
            _BEST.clear()
        if not _BEST or len(word) == len(_BEST[0]):
            _BEST.append(word)
    return list(_BEST)
"""
BODY = POOLED[POOLED.index("    best = []") : POOLED.index("\n\ndef all_longest")]


@pytest.fixture(scope="module")
def pooled(staged):
    return staged(("longest",), module=POOLED, bench=BENCH, tests=TESTS)


@pytest.fixture(scope="module")
def plain(staged):
    return staged(("longest",), module=PLAIN, bench=BENCH, tests=TESTS)


@pytest.fixture(scope="module")
def awaited(staged):
    return staged(("total",), module=AWAITED, bench=AWAITED_BENCH, tests=TESTS)


def rewritten(stage, qualname, *changes) -> Candidate:
    text = stage.module
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return stage.candidate(qualname, stage.module, text)


def calls(stage, candidate):
    return next(check for check in stage.judge.behaviour(candidate) if check.kind is CheckKind.CALLS)


def test_a_buffer_of_the_module_is_wrong_where_threads_meet_in_it(pooled):
    (expected,) = pooled.expected.values()
    assert any(expected.crowd)
    check = calls(pooled, rewritten(pooled, "longest", (BODY, BUFFERED), ("def longest", "_BEST = []\n\n\ndef longest")))
    assert check.passed is False
    assert check.detail.endswith("it answers differently when several calls are made at the same time")


def test_a_buffer_of_the_call_is_right(pooled):
    candidate = rewritten(pooled, "longest", (BODY, BUFFERED.replace("_BEST.clear()\n    for", "_BEST = []\n    for")))
    assert calls(pooled, candidate).passed is True


def test_a_buffer_under_a_lock_is_right(pooled):
    inner = "    with _LOCK:\n" + "".join(f"    {line}" for line in BUFFERED.splitlines(keepends=True))
    head = "import threading\n\n_BEST, _LOCK = [], threading.Lock()\n\n\ndef longest"
    assert calls(pooled, rewritten(pooled, "longest", (BODY, inner), ("def longest", head))).passed is True


def test_where_nothing_starts_threads_calls_are_made_one_at_a_time(plain):
    (expected,) = plain.expected.values()
    assert expected.crowd == ()
    candidate = rewritten(plain, "longest", (BODY, BUFFERED), ("def longest", "_BEST = []\n\n\ndef longest"))
    assert calls(plain, candidate).passed is True


@pytest.mark.parametrize(("held", "passed"), [("_BEST = []\n\n\n", False), ("", True)])
def test_a_patch_that_brings_threads_has_its_calls_made_at_the_same_time(plain, held, passed):
    body = BUFFERED if held else BODY
    candidate = rewritten(
        plain, "longest", (BODY, body), ("import math\n", "import math\nimport threading\n"), ("def longest", f"{held}def longest")
    )
    assert calls(plain, candidate).passed is passed


def test_a_buffer_that_lives_across_an_await_is_wrong(awaited):
    check = calls(
        awaited,
        rewritten(
            awaited,
            "total",
            ("_LIMIT = 3\n", "_LIMIT = 3\n_FOUND = []\n"),
            ("    found = []\n", "    _FOUND.clear()\n"),
            ("found.append", "_FOUND.append"),
            ("sum(found)", "sum(_FOUND)"),
        ),
    )
    assert check.passed is False
    assert "at the same time" in check.detail


def test_the_same_tasks_otherwise_spelled_are_right(awaited):
    assert calls(awaited, rewritten(awaited, "total", ("    found = []\n", "    found = list()\n"))).passed is True


@pytest.mark.parametrize(
    ("count", "calls_", "seconds", "left"), [(0, 0, 0.0, 0), (5, 5, 0.0, 5), (300, 300, 0.1, 60), (300, 300, 60.0, 5), (10, 10, 100.0, 2)]
)
def test_a_few_calls_stand_for_all(count, calls_, seconds, left):
    chosen = spread(range(count), calls=calls_, seconds=seconds)
    assert len(chosen) == left
    assert chosen == sorted(set(chosen))
