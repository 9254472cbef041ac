"""Calls that are made at the same time, by threads or as tasks."""

from __future__ import annotations

import pickle
import sys
import types

import pytest
from codeopt_inside import calls, crowd

CALLS = [pickle.dumps(((list(range(first, first + 6)),), {}), 4) for first in range(8)]
EVERY = list(range(len(CALLS)))


def function(body, name="f"):
    module = types.ModuleType("m")
    exec(compile(body, f"{name}.py", "exec"), module.__dict__)
    return module.f


def together(body, looked=EVERY, seconds=60.0):
    return crowd.answered(function(body), CALLS, looked, 10_000, seconds)


def one_by_one(body):
    made = [(call, *calls.make(function(body), *call)) for call in map(calls.loaded, CALLS)]
    return [calls.digest(*each, 10_000) for each in made]


HONEST = {
    "a function": "def f(items):\n    kept = []\n    for item in items:\n        kept.append(item * 2)\n    return kept\n",
    "arguments that change": "def f(items):\n    total = 0\n    while items:\n        total += items.pop()\n    return total\n",
    "an exception": "def f(items):\n    return items[99]\n",
    "a way out of the process": "def f(items):\n    raise SystemExit(len(items))\n",
    "a generator": "def f(items):\n    for item in items:\n        yield item\n",
    "a table under a lock": (
        "import threading\nlock, table = threading.Lock(), {}\n\n\ndef f(items):\n    with lock:\n        table.clear()\n"
        "        for item in items:\n            table[item] = item\n        return list(table)\n"
    ),
    "a coroutine": "import asyncio\n\n\nasync def f(items):\n    await asyncio.sleep(0)\n    return sum(items)\n",
    "a coroutine that fails": "async def f(items):\n    raise KeyError(items[0])\n",
    "a coroutine that leaves": "async def f(items):\n    raise SystemExit(3)\n",
    "an asynchronous generator": "async def f(items):\n    for item in items:\n        yield item\n",
    "a function that makes a coroutine": "async def g(items):\n    return items\n\n\ndef f(items):\n    return g(items)\n",
}


@pytest.mark.parametrize("name", HONEST)
def test_what_shares_nothing_answers_as_it_does_alone(name):
    digests = together(HONEST[name])
    assert all(digests)
    assert digests == one_by_one(HONEST[name])


SHARING = {
    "a buffer of the module": (
        "S = []\n\n\ndef f(items):\n    S.clear()\n    for item in items:\n        S.append(item)\n    return list(S)\n"
    ),
    "a number of the module": "T = 0\n\n\ndef f(items):\n    global T\n    T = items[0]\n    twice = T * 2\n    return twice + T\n",
    "a default value": "def f(items, kept=[]):\n    kept[:] = items\n    kept.reverse()\n    return kept[0]\n",
    "a buffer across an await": (
        "import asyncio\nS = []\n\n\nasync def f(items):\n    S[:] = items\n    await asyncio.sleep(0)\n    return list(S)\n"
    ),
}


@pytest.mark.parametrize("name", SHARING)
def test_what_keeps_its_work_where_others_reach_it_is_not_stable(name):
    assert len(set(one_by_one(SHARING[name]))) == len(CALLS)
    assert together(SHARING[name]) != one_by_one(SHARING[name])


def test_what_the_first_call_makes_for_all_is_made_anew_in_each_process():
    body = "T = None\n\n\ndef f(items):\n    global T\n    if T is None:\n        T = {}\n"
    body += "        for n in range(50):\n            T[n] = n\n    return [T.get(item) for item in items]\n"
    assert "" in [digest for _ in range(3) for digest in together(body)]


def test_only_calls_at_the_looked_positions_are_made():
    body = HONEST["a function"]
    digests = together(body, looked=[1, 4])
    assert [at for at, digest in enumerate(digests) if digest] == [1, 4]


@pytest.mark.parametrize(
    "end", ["while True:\n        pass", "__import__('os')._exit(0)", "__import__('os').kill(__import__('os').getpid(), 9)"]
)
def test_what_does_not_get_through_answers_nothing(end, capfd):
    assert together(f"def f(items):\n    {end}\n", seconds=0.5) == [""] * len(CALLS)
    capfd.readouterr()


def test_a_deadlock_answers_nothing():
    body = "import threading\nbarrier = threading.Barrier(5)\n\n\ndef f(items):\n    barrier.wait()\n"
    assert together(body, seconds=0.5) == [""] * len(CALLS)


def test_arguments_that_cannot_be_rebuilt_answer_nothing():
    assert crowd.answered(function(HONEST["a function"]), [CALLS[0], b"no pickle"], [0, 1], 10_000, 60.0)[1] == ""


def test_the_own_process_stays_as_it_is():
    before = sys.getswitchinterval(), sys.gettrace(), sys.stdout
    together("S = []\n\n\ndef f(items):\n    print(items)\n    S.append(items)\n")
    assert (sys.getswitchinterval(), sys.gettrace(), sys.stdout) == before
