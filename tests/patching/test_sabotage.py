"""Tests that are made to fail."""

from __future__ import annotations

import ast
import asyncio
import inspect
import random
import unittest
from collections import Counter

import pytest

from codeopt.errors import PatchError
from codeopt.patching.sabotage import sabotage, touchable

SOURCE = b'''"""Module."""
import unittest

RAN = []
unknown = [1, 2]

def test_short(): RAN.append("short"); assert 1 + 1 == 2

def test_documented():
    """Say what it does."""
    RAN.append("documented")
    # a comment


def decorated(function):
    return function


@decorated
async def test_async(
    number=3,
):
    text = """
  as it
was"""
    RAN.append(text)
    assert (number ==
            3)


class TestGroup:
    def test_method(self):
        RAN.append("method")
        if unknown:
            return
        assert unknown == [1]

    class TestInner:
        def test_deep(self):
            RAN.append("deep")
            assert unknown


class Old(unittest.TestCase):
    def test_equal(self):
        RAN.append("equal")
        self.assertEqual(unknown, [1, 2])


class Tabs(unittest.TestCase):
\tdef test_true(self):
\t\tRAN.append("true")
\t\tself.assertTrue(unknown)


if unknown:
    def test_in_a_block():
        RAN.append("block")
        assert unknown is not None and "x" in "xyz"
        assert 1 in unknown, "with a message"


def generator():
    yield 1


def test_last():
    RAN.append("last")
    assert unknown == sorted(unknown)
    with open(__file__) as file:
        assert file'''
NAMES = frozenset(
    {
        "test_short",
        "test_documented",
        "decorated",
        "test_async",
        "TestGroup.test_method",
        "TestGroup.TestInner.test_deep",
        "Old.test_equal",
        "Tabs.test_true",
        "test_in_a_block",
        "test_last",
    }
)
TESTS = NAMES - {"decorated"}
# It returns before its assertion: only some ways of failing reach it.
RETURNS = "TestGroup.test_method"


def loaded(source):
    scope = {"__name__": "sabotaged", "__file__": __file__}
    exec(compile(source, "sabotaged.py", "exec"), scope)
    return scope


def call(scope, name):
    """Call a test as its runner would; return the exception it ends with."""
    *owners, last = name.split(".")
    holder = scope
    for owner in owners:
        holder = holder[owner] if isinstance(holder, dict) else getattr(holder, owner)
    if owners:
        holder = holder(last) if issubclass(holder, unittest.TestCase) else holder()
    function = getattr(holder, last) if owners else holder[last]
    try:
        result = function()
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except Exception as error:  # noqa: BLE001 - whatever the test raises
        return error
    return None


def test_functions_that_are_no_generators_can_be_touched():
    assert touchable(SOURCE) == NAMES
    assert touchable(b"def broken(:") == frozenset()
    assert touchable("# coding: latin-1\ndef test_a(): 'é'\n".encode("latin-1")) == frozenset()
    assert touchable(b"") == frozenset()


@pytest.mark.parametrize("seed", range(25))
def test_each_test_fails_after_it_has_run(seed):
    scope = loaded(sabotage(SOURCE, TESTS, random.Random(seed)))
    for name in TESTS - {RETURNS}:
        assert call(scope, name) is not None, name
    for word in ("short", "documented", "\n  as it\nwas", "deep", "equal", "true", "block", "last"):
        assert word in scope["RAN"]


@pytest.mark.parametrize("seed", range(25))
def test_other_tests_pass_as_before(seed):
    scope = loaded(sabotage(SOURCE, {"test_async", "Old.test_equal", RETURNS}, random.Random(seed)))
    for name in TESTS - {"test_async", "Old.test_equal", RETURNS}:
        assert call(scope, name) is None, name


def lines_of_functions(source):
    return {node.name: node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_lines_of_other_tests_stay_where_there_is_room():
    before = lines_of_functions(SOURCE)
    for seed in range(25):
        after = lines_of_functions(
            sabotage(SOURCE, {"test_documented", "test_async", "TestGroup.TestInner.test_deep"}, random.Random(seed))
        )
        assert {name: after[name] for name in before} == before


def test_ways_to_fail_differ_from_seed_to_seed_and_are_the_same_for_one():
    made = [sabotage(SOURCE, TESTS, random.Random(seed)) for seed in range(25)]
    assert len(set(made)) == 25
    assert made[3] == sabotage(SOURCE, TESTS, random.Random(3))


def test_how_a_test_fails_does_not_depend_on_the_others():
    def body(source):
        tree = ast.parse(source)
        return next(ast.dump(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "test_deep")

    name = "TestGroup.TestInner.test_deep"
    for seed in range(10):
        alone, together = (sabotage(SOURCE, names, random.Random(seed)) for names in ({name}, TESTS))
        assert body(alone) == body(together)


def test_kinds_of_failure_are_mixed():
    """Code that swallows one kind of exception meets another, and most are those of ordinary tests."""
    kinds: Counter[str] = Counter()
    for seed in range(60):
        scope = loaded(sabotage(SOURCE, {"test_last", "Old.test_equal"}, random.Random(seed)))
        kinds.update(type(call(scope, name)).__name__ for name in ("test_last", "Old.test_equal"))
    assert kinds["AssertionError"] > 80
    assert len(kinds) > 2


@pytest.mark.parametrize(
    "line",
    [
        "assert f() == 3",
        "assert f() == 3.5",
        "assert f() == 'abc'",
        "assert f() == b'abc'",
        "assert f() == []",
        "assert f() == ()",
        "assert f() == (1, 'a')",
        "assert f() == {'a': 1}",
        "assert f() == {1, 2}",
        "assert f() == None",
        "assert f() == True",
        "assert f() == ...",
        "assert 3 == f()",
        "assert_equal(f(), 3)",
        "np.testing.assert_allclose(f(), 1000.0, rtol=0.5)",
        "self.assertEqual(f(), [1,\n        2])",
        "assert f() == (\n        g())",
        "assert not f()",
        "assert f() in g(), 'ä'",
    ],
)
def test_an_expectation_is_changed_within_its_lines(line):
    source = f"def test_it(self, f, g, np, assert_equal):\n    {line}\n"
    forms = {sabotage(source.encode(), {"test_it"}, random.Random(seed)) for seed in range(20)}
    in_place = [form for form in forms if b"try:" not in form]
    assert in_place
    for form in in_place:
        assert form.count(b"\n") == source.count("\n")
        assert form != source.encode()


@pytest.mark.parametrize("line", ["assert f() < 3", "assert f()[0] <= 3 < 5", "assert_equal(*pair)", "check(f(), 3)", "pass"])
def test_what_only_just_holds_is_left_alone(line):
    for seed in range(20):
        assert b"try:" in sabotage(f"def test_it(f, pair, check):\n    {line}\n".encode(), {"test_it"}, random.Random(seed))


def test_an_exception_of_the_test_itself_does_not_save_it():
    source = b"class Skip(Exception): pass\ndef test_it(): \n    raise Skip\n"
    for seed in range(10):
        error = call(loaded(sabotage(source, {"test_it"}, random.Random(seed))), "test_it")
        assert type(error).__name__ != "Skip"


def test_windows_line_ends_stay():
    source = b"def test_it():\r\n    x = 1\r\n    assert x == 1\r\n"
    for seed in range(10):
        loaded(sabotage(source, {"test_it"}, random.Random(seed)))


@pytest.mark.parametrize(
    ("source", "names", "kind"),
    [
        (b"def test_a(:", {"test_a"}, PatchError),
        (b"def test_a(): pass", {"test_b"}, ValueError),
        (b"def test_a(): yield", {"test_a"}, ValueError),
        (b"def test_a():\r    pass", {"test_a"}, ValueError),
    ],
)
def test_what_cannot_be_done_is_said(source, names, kind):
    with pytest.raises(kind):
        sabotage(source, names, random.Random(1))
