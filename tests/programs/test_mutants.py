"""Mutants are put through recorded calls, each in a process of its own."""

from __future__ import annotations

import os
import pickle
import sys
import time
import types
from pathlib import Path

import pytest
from codeopt_inside import calls, canon, mutants

LIMIT = 10_000
SILENCE = canon.digest([canon.atom("")])


@pytest.fixture
def tried(tmp_path):
    """Put sources made by replacing texts of a module through calls of one of its functions; returns (fate, position) for each."""

    def trial(text, name, given, *changes, seconds=5.0, budget=60.0, wanted=None, space=None):
        path = tmp_path / "almond.py"
        path.write_text(text)
        space = {"__name__": "almond"} if space is None else space
        exec(compile(text, str(path), "exec", dont_inherit=True), space)
        function = space[name] if name in space else eval(name, space)
        recorded = [pickle.dumps((arguments, {}), 4) for arguments in given]
        wanted = expected(function, recorded) if wanted is None else wanted
        sources = [text.replace(before, after) for before, after in changes]
        return mutants.fates(function, recorded, asked(sources, wanted, each_s=seconds, all_s=budget))

    return trial


def asked(sources, wanted, *, each_s=5.0, all_s=60.0):
    return {"sources": sources, "wanted": wanted, "limit": LIMIT, "each_s": each_s, "all_s": all_s}


def expected(function, recorded):
    """Say what the function does, as a worker that was asked to compare does."""
    found = []
    for number, data in enumerate(recorded):
        printed = mutants.Printed()
        printed.take()
        call = calls.loaded(data)
        result = (call, *calls.make(function, *call))
        printed.leave()
        told = calls.told(number, data, result, printed.taken(), LIMIT)
        found.append((told.get("digest", ""), told["printed"]))
    return found


LARGEST = '''"""A module."""


def largest(values):
    """Return the largest value."""
    best = values[0]
    for value in values[1:]:
        if value > best:
            best = value
    return best
'''


def test_a_mutant_is_killed_by_the_first_call_that_tells_it_from_the_original(tried):
    given = [([1],), ([3, 3],), ([1, 2],), ([5, 4],)]
    assert tried(LARGEST, "largest", given, ("value > best", "value < best")) == [("killed", 2)]


def test_a_mutant_that_no_call_tells_from_the_original_survives(tried):
    given = [([1],), ([2, 1],)]
    changes = [("values[1:]", "values[2:]"), ("value > best", "value >= best")]
    assert tried(LARGEST, "largest", given, *changes) == [("survived", 2), ("survived", 2)]


def test_equal_objects_are_told_apart_by_their_type(tried):
    assert tried(LARGEST, "largest", [([1, True],)], ("value > best", "value >= best")) == [("killed", 0)]


def test_calls_that_are_not_compared_are_made_and_decide_nothing(tried):
    text = "seen = []\n\n\ndef f(x):\n    seen.append(x)\n    return len(seen)\n"
    recorded = [pickle.dumps(((number,), {}), 4) for number in range(2)]
    space = {}
    exec(text, space)
    wanted = expected(space["f"], recorded)
    wanted[0] = ("", "")
    given = [(0,), (1,)]
    changes = [("append(x)", "extend([x])"), ("(x)\n", "(x) if x else 0\n")]
    assert tried(text, "f", given, *changes, wanted=wanted) == [("survived", 2), ("killed", 1)]


def test_where_the_original_does_not_do_what_is_wanted_nothing_is_learnt(tried):
    assert tried(LARGEST, "largest", [([1],)], ("best\n", "0\n"), wanted=[("0" * 64, SILENCE)]) == [("untried", 0)]
    assert tried(LARGEST, "largest", [], ("best\n", "0\n"), wanted=[]) == [("untried", 0)]


@pytest.mark.parametrize("end", ["__import__('os')._exit(0)", "__import__('os').kill(__import__('os').getpid(), 9)"])
def test_a_mutant_that_ends_its_process_has_crashed(tried, end):
    assert tried(LARGEST, "largest", [([1],), ([2, 1],)], ("best = value\n", "pass\n"), ("value > best", end)) == [
        ("survived", 2),
        ("crashed", 1),
    ]


def test_a_mutant_that_takes_too_long_is_ended(tried):
    before = time.monotonic()
    found = tried("def f(n):\n    while n:\n        n -= 1\n    return n\n", "f", [(0,), (3,)], ("n -= 1", "n += 1"), seconds=0.3)
    assert found == [("hung", 1)]
    assert time.monotonic() - before < 5


def test_a_mutant_that_takes_all_memory_is_killed(tried):
    text = "def f(n):\n    return len(bytearray(n))\n"
    assert tried(text, "f", [(1,)], ("bytearray(n)", "bytearray(n << 40)")) == [("killed", 0)]


def test_what_a_mutant_leaves_running_neither_holds_up_nor_outlives_the_trial(tried, tmp_path):
    note = tmp_path / "pid"
    text = "import os\nimport time\n\n\ndef f(n):\n    n += 1\n    return n\n"
    fork = f"if os.fork() == 0: open({str(note)!r}, 'w').write(str(os.getpid())), time.sleep(600)"
    ended = f"{fork}\n    while not os.path.exists({str(note)!r}): pass\n    os._exit(0)"
    thread = "__import__('threading').Thread(target=time.sleep, args=(600,)).start()"
    (fate, _), killed = tried(text, "f", [(1,)], ("n += 1", ended), ("n += 1", thread), seconds=1.0)
    assert fate in ("crashed", "hung")
    assert killed == ("killed", 0)
    stat = Path("/proc", note.read_text(), "stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


def test_a_call_that_comes_back_twice_is_heard_once(tried):
    text = "import os\n\n\ndef f(n):\n    return n + 1\n"
    fork = "return n + 1 + (os.fork() == 0)"
    assert tried(text, "f", [(1,), (2,)], ("return n + 1", fork), ("return n + 1", "return 1 + n")) == [
        ("survived", 2),
        ("survived", 2),
    ]


def test_what_is_printed_counts(tried):
    text = "def f(n):\n    print('got', n)\n"
    assert tried(text, "f", [(0,), (1,)], ("n)\n", "n % 1)\n")) == [("killed", 1)]


def test_what_is_left_in_the_module_counts(tried, monkeypatch):
    text = "KEPT = []\n\n\ndef f(n):\n    KEPT.append(n)\n    return n\n"
    module = types.ModuleType("almond")
    monkeypatch.setitem(sys.modules, "almond", module)
    changes = [("KEPT.append(n)", "KEPT.append(-n)"), ("KEPT.append(n)", "KEPT.insert(0, n)"), ("KEPT.append(n)", "KEPT[len(KEPT):] = [n]")]
    assert tried(text, "f", [(0,), (1,)], *changes, space=vars(module)) == [("killed", 2), ("killed", 2), ("survived", 2)]


def test_what_the_original_does_not_repeat_decides_nothing(tried, tmp_path):
    note = tmp_path / "note"
    note.write_text("")
    grown = f"    with open({str(note)!r}, 'a+') as file:\n        size = file.write('x') + file.seek(0, 1)\n"
    # It has run twice when it is known what is wanted, four times when that is learnt, and six times when it is confirmed.
    text = f"def f(n):\n{grown}    return n and size > 5\n"
    assert tried(text, "f", [(0,), (1,)], ("> 5", "> 0"), ("n and", "n or")) == [("survived", 2), ("killed", 0)]


def test_where_the_original_does_not_come_to_its_end_nothing_is_learnt(tried):
    text = "import os\n\n\ndef f(n):\n    return os._exit(0) if n else n\n"
    wanted = [(calls.told(0, b"", (((0,), {}), False, 0), "", LIMIT)["digest"], SILENCE), ("", "")]
    assert tried(text, "f", [(0,), (1,)], ("else n", "else 1"), wanted=wanted) == [("untried", 0)]


def test_what_arguments_are_afterwards_counts(tried):
    text = "def f(x):\n    return sorted(x)\n"
    changes = [("sorted(x)", "x.sort() or list(x)"), ("sorted(x)", "x.sort() or x")]
    assert tried(text, "f", [([1, 2],), ([2, 1],)], *changes) == [("killed", 1), ("killed", 0)]


def test_random_numbers_are_the_same_in_each_trial(tried):
    text = "import random\n\n\ndef f(n):\n    return [random.random() for _ in range(n)]\n"
    made = ("random.random() for _ in range(n)", "random.random() for _ in range(n + 1)")
    recorded = [pickle.dumps(((number,), {}), 4) for number in (2, 3)]
    space = {}
    exec(text, space)
    calls.seed()
    wanted = expected(space["f"], recorded)
    given = [(2,), (3,)]
    assert tried(text, "f", given, ("range(n)", "range(0, n)"), made, wanted=wanted) == [("survived", 2), ("killed", 0)]


EXCEPTIONS = "def f(table, key):\n    if key < 0:\n        raise ValueError('negative')\n    return table[key]\n"


def test_the_words_of_an_exception_count_only_where_a_statement_says_them(tried):
    given = [({}, 1), ({}, -1)]
    changes = [
        ("table[key]", "table.pop(key)"),
        ("table[key]", "[0][key]"),
        ("'negative'", "'below zero'"),
        ("ValueError", "TypeError"),
    ]
    assert tried(EXCEPTIONS, "f", given, *changes) == [("survived", 2), ("killed", 0), ("killed", 1), ("killed", 1)]


SHAPES = '''from __future__ import annotations

import functools


class Total:
    """Sums."""

    def __init__(self, start):
        self.start = start

    def __eq__(self, other: Missing) -> bool:
        return super().__eq__(other) or self.start == other.start

    @staticmethod
    def double(x):
        return x * 2

    class Inner:
        def double(self, x):
            return x * 3


def double(x):
    return x * 4


def outer(scale):
    def double(x):
        return x * scale

    def sign(x):
        return double(x) - scale

    return sign, double


sign, scaled = outer(5)


def pairs(values):
    for value in values:
        yield value, value * 6
    return len(values)


async def waits(value):
    return value * 7
'''
CASES = {
    "Total.double": ([(3,)], "x * 2", "x + 2"),
    "Total.Inner.double": ([(None, 3)], "x * 3", "x + 3"),
    "double": ([(3,)], "x * 4", "x + 4"),
    "scaled": ([(3,)], "x * scale", "x + scale"),
    "sign": ([(3,)], "double(x) - scale", "double(x) + scale"),
    "pairs": ([([1],), ([],)], "return len(values)", "return len(values) + 1"),
    "waits": ([(3,)], "value * 7", "value + 7"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_right_one_of_functions_of_one_name_is_exchanged(tried, name):
    given, before, after = CASES[name]
    others = [other[1:] for key, other in CASES.items() if key != name]
    found = tried(SHAPES, name, given, (before, after), *others)
    assert found[0] == ("killed", 0)
    assert {fate for fate, _ in found[1:]} <= {"survived", "killed" if name in ("sign", "scaled") else "survived"}


def test_methods_that_use_their_class_can_be_exchanged(tried):
    given = [(None, None)]
    text = SHAPES.replace("super().__eq__(other) or self.start == other.start", "(__class__.__name__, self)")
    assert tried(text, "Total.__eq__", given, ("(__class__.__name__, self)", "(__class__.__name__, [])")) == [("killed", 0)]


@pytest.mark.parametrize("change", [("x * scale", "x"), ("def double", "def  double("), ("def double", "\n    def double")])
def test_code_that_has_no_place_in_the_function_is_unfit(tried, change):
    assert tried(SHAPES, "scaled", [(3,)], change) == [("unfit", 0)]


def test_a_file_of_another_encoding_and_line_ending_is_read_as_python_does(tried, tmp_path):
    text = "# coding: latin-1\r\nNAME = 'é'\r\n\r\n\r\ndef f(x):\r\n    return x + 'é'\r\n"
    space = {}
    exec(compile(text.encode("latin-1"), str(tmp_path / "m.py"), "exec"), space)
    recorded = [pickle.dumps((("a",), {}), 4)]
    changed = [text.replace("x + 'é'", change).encode("latin-1") for change in ("x + '\\xe9'", "x + 'è'")]
    sources = [data.decode("utf-8", "surrogateescape") for data in changed]
    found = mutants.fates(space["f"], recorded, asked(sources, expected(space["f"], recorded)))
    assert found == [("survived", 1), ("killed", 0)]


def test_mutants_that_the_budget_does_not_suffice_for_stay_untried(tried):
    text = "def f(n):\n    while n:\n        n -= 1\n    return n\n"
    found = tried(text, "f", [(3,)], ("n -= 1", "n += 1"), ("return n", "return 1"), seconds=60.0, budget=0.5)
    assert found == [("untried", 0), ("untried", 0)]


def test_this_process_stays_as_it_is(tried):
    stdout, group = sys.stdout, os.getpgrp()
    tried(LARGEST, "largest", [([1, 2],)], ("value > best", "value < best"))
    assert sys.stdout is stdout
    assert os.getpgrp() == group
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_fifty_mutants_of_a_cheap_function_take_about_a_second(tried):
    given = [([*range(number), 0],) for number in range(50)]
    before = time.monotonic()
    found = tried(LARGEST, "largest", given, *[("return best", f"return best + {number + 1}") for number in range(50)])
    assert found == [("killed", 0)] * 50
    assert time.monotonic() - before < 10
