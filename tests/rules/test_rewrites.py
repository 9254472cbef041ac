"""Rules for loops, calls and arrays: each applies where it should, changes no result, and leaves alone what looks like it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.rules.catalogue import RULES
from tests.rules.rule_cases import KEPT, REWRITTEN, Rewritten

NEEDS_NUMPY = ("array-extreme", "array-loop", "array-growth")


@pytest.mark.parametrize("case", REWRITTEN, ids=lambda case: case.rule)
def test_a_rule_rewrites_its_pattern(rewrite, case: Rewritten):
    assert case.has in (rewrite(case.rule, case.source) or "")


@pytest.mark.parametrize("case", [case for case in REWRITTEN if case.rule not in NEEDS_NUMPY], ids=lambda case: case.rule)
@given(st.data())
def test_a_rewrite_changes_no_result(versions, outcome, case: Rewritten, data):
    old, new = versions(case.rule, case.source)
    arguments = data.draw(case.given)
    others = copy.deepcopy(arguments)
    assert told(outcome(old, *arguments)) == told(outcome(new, *others))
    assert arguments == others


NUMBERS = st.lists(st.one_of(st.integers(-5, 5), st.sampled_from([0.5, -0.0, 1e300, float("inf")])), max_size=6)
SOURCES = {case.rule: case.source for case in REWRITTEN}


@given(NUMBERS, st.sampled_from([float, int, bool, "float32"]))
def test_an_array_answers_for_itself(versions, outcome, numbers, dtype):
    # plain zeros: which of 0.0 and -0.0 is the greater, the two do not agree on
    array = np.array([(number if abs(number) < 100 else 3) or 0 for number in numbers], dtype=dtype)
    old, new = versions("array-extreme", SOURCES["array-extreme"])
    assert repr(outcome(old, array)) == repr(outcome(new, array))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(NUMBERS, NUMBERS, st.sampled_from([0.0, -2.5, 3]), st.sampled_from([float, "float32"]))
def test_whole_arrays_give_what_their_elements_give(versions, outcome, first, second, scale, dtype):
    old, new = versions("array-loop", SOURCES["array-loop"])
    arrays = [np.array(numbers, dtype=dtype) for numbers in (first, second)]
    assert repr(outcome(old, *arrays, scale)) == repr(outcome(new, *arrays, scale))


@given(
    st.lists(st.one_of(st.integers(-5, 5), st.floats(allow_nan=False), st.lists(st.integers(0, 3), max_size=3), st.booleans()), max_size=6)
)
def test_an_array_that_grows_ends_the_same(versions, outcome, parts):
    old, new = versions("array-growth", SOURCES["array-growth"])
    assert repr(outcome(old, parts)) == repr(outcome(new, parts))


def test_an_array_part_that_changes_later_was_taken_as_it_was(versions):
    source = SOURCES["array-growth"].replace("        out = np.append(out, x)\n", "        out = np.append(out, x)\n        x[0] = 9\n")
    old, new = versions("array-growth", source)
    assert old([np.array([1.0]), np.array([2.0])]) == new([np.array([1.0]), np.array([2.0])]) == ([1.0, 2.0], "float64")


def told(found):
    """Write an outcome so that 1, 1.0 and True differ; the order of a set is no promise."""
    kind, value = found
    return (kind, value[0], sorted(map(repr, value[1]))) if kind == "returned" and value[0] is set else repr(found)


@pytest.mark.parametrize(("rule", "source"), KEPT)
def test_what_only_looks_alike_is_left_alone(rewrite, rule, source):
    compile(source, "app.py", "exec")
    assert rewrite(rule, source) is None


def test_each_of_these_rules_is_refused_somewhere():
    elsewhere = {"counted", "indexed", "membership-set"}  # test_lookup_rules.py
    assert {case.rule for case in REWRITTEN} - elsewhere == {rule for rule, _ in KEPT}


def test_the_catalogue_has_rules_enough():
    assert len({rule.name for rule in RULES}) >= 30


def test_comments_and_blank_lines_stay_around_a_replaced_loop(rewrite):
    source = "def f(xs):\n    total = 0\n\n    # the sum\n    for x in xs:\n        total += x\n    # done\n    return total\n"
    assert rewrite("totalled", source) == source.replace("for x in xs:\n        total += x", "total = sum(xs, total)")


def test_a_memoised_function_reads_well(rewrite):
    source = 'def f(n: int) -> int:\n    """Doc."""\n    if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)\n'
    assert rewrite("memoised", source) == (
        'def f(n: int) -> int:\n    """Doc."""\n    known = {}\n\n    def f_of(n):\n        key = (n,)\n        if key in known:\n'
        "            return known[key]\n        if n < 2:\n            return known.setdefault(key, n)\n"
        "        return known.setdefault(key, f_of(n - 1) + f_of(n - 2))\n\n    return f_of(n)\n"
    )


@pytest.mark.parametrize("indent", ["  ", "\t"])
def test_new_statements_are_indented_as_the_function_is(rewrite, indent):
    source = "def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n    return out\n".replace("    ", indent)
    assert f"{indent * 2}out.append(x)\n{indent}out.reverse()\n" in rewrite("front-insert", source)


@pytest.mark.parametrize(
    "value", ["np.split(text, 2)", "text.split", "sorted(text)", "text.partition(' ')", "text.split() if text else text", "[text.split()]"]
)
def test_what_may_hold_anything_is_counted_with_care(rewrite, value):
    source = f"import numpy as np\n\n\ndef f(text):\n    ws = {value}\n    return [ws.count(w) for w in ws]\n"
    assert "except TypeError" in rewrite("counted", source)
