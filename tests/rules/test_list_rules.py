"""Rules for lists that are searched again and again: membership-set, seen-set, counted, indexed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

HASHABLE = st.one_of(st.integers(-3, 3), st.sampled_from([0.0, 1.0, True, False, None, "a", "b", "", (1,), (1.0,), float("nan")]))
ANY = st.one_of(HASHABLE, st.sampled_from([[], [1], {}]))
LISTS = st.one_of(st.lists(HASHABLE), st.lists(ANY), st.lists(HASHABLE).map(tuple))
OTHERS = st.one_of(LISTS, st.sets(st.integers(-3, 3)), st.dictionaries(st.integers(-3, 3), st.none()), st.just(range(3)), st.just(None))

FILTER = "def f(xs, bad):\n    out = []\n    for x in xs:\n        if x not in bad:\n            out.append(x)\n    return out\n"
SEEN = "def f(xs):\n    seen = []\n    for x in xs:\n        if x not in seen:\n            seen.append(x)\n    return seen\n"
COUNT = "def f(xs, ys):\n    return [xs.count(y) for y in ys]\n"
INDEX = "def f(xs, ys):\n    out = []\n    for y in ys:\n        out.append(xs.index(y))\n    return out\n"


def test_a_set_is_made_before_the_loop(rewrite):
    assert rewrite("membership-set", FILTER) == (
        "def f(xs, bad):\n    out = []\n"
        "    try:\n        bad_set = set(bad) if type(bad) in (list, tuple) and bad else bad\n"
        "    except TypeError:\n        bad_set = bad\n"
        "    for x in xs:\n        if x not in bad_set:\n            out.append(x)\n    return out\n"
    )


def test_a_set_is_made_before_the_outermost_loop_in_which_the_list_stays(rewrite):
    source = "def f(g, bad):\n    for a in g:\n        bad.append(a)\n        for x in a:\n"
    source += "            while x in bad:\n                x = x + 1\n"
    after = rewrite("membership-set", source)
    assert "        bad.append(a)\n        try:\n            bad_set = set(bad)" in after
    assert "while x in bad_set:" in after


def test_names_that_exist_are_avoided(rewrite):
    assert "bad_set_2 = set(bad)" in rewrite("membership-set", "bad_set = 1\n\n" + FILTER)


def test_the_body_keeps_its_layout(rewrite):
    head, rest = (
        "class A:\n\tdef f(self, xs, bad):\n",
        "\t\t# first\n\n\t\t# then\n\t\treturn [x for x in xs if x in bad]  # so\n\n\tb = 1\n",
    )
    made = "\t\ttry:\n\t\t\tbad_set = set(bad) if type(bad) in (list, tuple) and bad else bad\n"
    made += "\t\texcept TypeError:\n\t\t\tbad_set = bad\n"
    expected = head + made + rest.replace("in bad]", "in bad_set]")
    assert rewrite("membership-set", (head + rest).replace("\n", "\r\n")) == expected.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "source",
    [
        FILTER.replace("out.append", "bad.append"),
        FILTER.replace("            out", "            bad = x\n            out"),
        FILTER.replace("            out", "            del bad[0]\n            out"),
        FILTER.replace("            out", "            bad += [x]\n            out"),
        FILTER.replace("            out", "            g(bad)\n            out"),
        FILTER.replace("            out", "            yield x\n            out"),
        FILTER.replace("            out", "            xs.remove(x)\n            out"),
        FILTER.replace("            out", "            self.items.append(x)\n            out"),
        FILTER.replace("x not in bad", "[x] not in bad"),
        FILTER.replace("x not in bad", "a < x in bad"),
        FILTER.replace("bad):", "bad: str):"),
        FILTER.replace("out = []", "out = locals()"),
        FILTER.replace("out = []", "bad = {}"),
        FILTER.replace("    out = []", "    global out\n    out = []"),
        FILTER.replace("            out", "            other = bad\n            out"),
        "from sets import set\n" + FILTER,
        "from sets import *\n" + FILTER,
        "def f(x, bad):\n    return x in bad\n",
        "def f(xs, bad):\n    return (x for x in xs if x in bad)\n",
        "def f(xs, bad):\n    return [lambda: x in bad for x in xs]\n",
        "def f(xs):\n    for x in xs:\n        if x in bad:\n            return x\n",
        "def f(xs):\n    for x in xs:\n        bad = g(x)\n        if x in bad:\n            return x\n",
        "def f(xs):\n    if xs:\n        bad = g(xs)\n    for x in xs:\n        if x in bad:\n            return x\n",
        "def f(g, bad):\n    for x in [a for a in g] if 1 in bad else g:\n        print(x)\n",
    ],
)
def test_a_list_that_may_change_or_is_no_list_keeps_its_test(rewrite, source):
    assert rewrite("membership-set", source) is None


def test_a_builtin_that_an_enclosing_function_rebinds_is_not_used(rewrite):
    inner = "".join(f"    {line}\n" for line in FILTER.splitlines())
    assert rewrite("membership-set", f"def outer(set):\n{inner}    return f\n") is None
    assert rewrite("membership-set", f"def outer(sets):\n{inner}    return f\n") is not None
    assert rewrite("membership-set", f"def other(set):\n    return set\n\n{FILTER}") is not None


def test_a_generator_that_is_consumed_at_once_counts_as_a_loop(rewrite):
    assert "any(x in bad_set for x in xs)" in rewrite("membership-set", "def f(xs, bad):\n    return any(x in bad for x in xs)\n")


@given(st.lists(HASHABLE), OTHERS)
def test_membership_set_changes_no_result(versions, outcome, xs, bad):
    old, new = versions("membership-set", FILTER)
    assert outcome(old, xs, bad) == outcome(new, xs, bad)


@given(st.lists(ANY))
def test_membership_set_takes_anything_for_an_empty_list(versions, outcome, xs):
    old, new = versions("membership-set", FILTER)
    assert outcome(old, xs, []) == outcome(new, xs, [])


def test_a_string_is_still_searched_for_parts(versions):
    _, new = versions("membership-set", FILTER)
    assert new(["ab", "bc", "ac"], "abc") == ["ac"]


def test_a_returned_list_gets_a_set_beside_it(rewrite):
    assert rewrite("seen-set", SEEN) == (
        "def f(xs):\n    seen = []\n    seen_set = set()\n    for x in xs:\n        if x not in seen_set:\n"
        "            seen.append(x)\n            seen_set.add(x)\n    return seen\n"
    )


def test_a_list_that_is_only_asked_becomes_a_set(rewrite):
    source = SEEN.replace("    return seen\n", "            yield x\n")
    assert rewrite("seen-set", source) == source.replace("[]", "set()").replace(".append", ".add")


@pytest.mark.parametrize(
    "source",
    [
        SEEN.replace("[]", "[1]"),
        SEEN.replace("[]", "g()"),
        SEEN.replace("append(x)", "extend(x)"),
        SEEN.replace("append(x)", "append([x])"),
        SEEN.replace("append(x)", "append(g(x))"),
        SEEN.replace("append(x)", "append(x); g(x)"),
        SEEN.replace("x not in seen", "[x] not in seen"),
        SEEN.replace("return seen", "return g(seen)"),
        SEEN.replace("return seen", "seen[0] = 1"),
        SEEN.replace("return seen", "seen.remove(1)"),
        SEEN.replace("return seen", "return lambda: seen"),
        SEEN.replace("return seen", "other = seen"),
        SEEN.replace("            seen.append", "            yield seen\n            seen.append"),
        SEEN.replace("    for x", "    seen = []\n    for x"),
        "def f(x):\n    seen = []\n    if x not in seen:\n        seen.append(x)\n    return seen\n",
        "def f(xs):\n    for x in xs:\n        seen = []\n        if x not in seen:\n            seen.append(x)\n    return seen\n",
    ],
)
def test_a_list_with_another_life_stays_alone(rewrite, source):
    assert rewrite("seen-set", source) is None


@given(st.lists(HASHABLE))
def test_seen_set_changes_no_result(versions, outcome, xs):
    old, new = versions("seen-set", SEEN)
    assert outcome(old, xs) == outcome(new, xs)


@given(st.lists(HASHABLE), st.lists(HASHABLE))
def test_seen_set_of_tuples_changes_no_result(versions, outcome, xs, ys):
    source = SEEN.replace("(xs)", "(xs, ys)").replace("for x", "for x, y").replace("in xs", "in zip(xs, ys)")
    old, new = versions("seen-set", source.replace("if x", "if (x, y)").replace("append(x)", "append((x, y))"))
    assert outcome(old, xs, ys) == outcome(new, xs, ys)


def test_a_list_is_counted_before_the_comprehension(rewrite):
    assert rewrite("counted", COUNT) == (
        "from collections import Counter\n\ndef f(xs, ys):\n"
        "    try:\n        xs_counts = Counter(xs) if type(xs) in (list, tuple) else None\n"
        "    except TypeError:\n        xs_counts = None\n"
        "    return [(xs_counts[y] if xs_counts is not None else xs.count(y)) for y in ys]\n"
    )


def test_an_import_of_the_file_is_used(rewrite):
    after = rewrite("counted", "import collections\n" + COUNT)
    assert "collections.Counter(xs)" in after
    assert after.count("import") == 1


@pytest.mark.parametrize(
    "source",
    [
        "def f(xs):\n    return xs.count(1)\n",
        "def f(xs: str, ys):\n    return [xs.count(y) for y in ys]\n",
        "def f(xs, ys):\n    return [xs.count([y]) for y in ys]\n",
        "def f(xs, ys):\n    return [xs.count(*y) for y in ys]\n",
        "def f(xs, ys):\n    return [xs.index(y) for y in ys]\n",
        "def f(xs, ys):\n    return [xs.count(y, 1) for y in ys]\n",
        "def f(xs):\n    for x in range(3):\n        xs.append(xs.count(x))\n",
        "Counter = collections = 1\n" + COUNT,
    ],
)
def test_what_is_not_counted_again_is_left_alone(rewrite, source):
    assert rewrite("counted", source) is None


@given(st.one_of(LISTS, st.text("ab"), st.just(range(2))), st.lists(HASHABLE))
def test_counted_changes_no_result(versions, outcome, xs, ys):
    old, new = versions("counted", COUNT)
    assert outcome(old, xs, ys) == outcome(new, xs, ys)


def test_positions_are_noted_before_the_loop(rewrite):
    after = rewrite("indexed", INDEX)
    assert "        xs_places = dict(zip(reversed(xs), range(len(xs) - 1, -1, -1))) if type(xs) in (list, tuple) else None\n" in after
    assert "out.append((xs_places[y] if xs_places is not None and y in xs_places else xs.index(y)))" in after


@pytest.mark.parametrize(
    "source", [INDEX.replace("index(y)", "index(y, 1)"), INDEX.replace("index(y)", "index(g(y))"), INDEX.replace("out", "xs")]
)
def test_other_searches_are_left_alone(rewrite, source):
    assert rewrite("indexed", source) is None


@given(st.one_of(LISTS, st.text("ab"), st.just(range(2))), st.lists(HASHABLE))
def test_indexed_changes_no_result_and_no_error(versions, outcome, xs, ys):
    old, new = versions("indexed", INDEX)
    assert outcome(old, xs, ys) == outcome(new, xs, ys)


@given(st.lists(HASHABLE), st.lists(st.integers(0, 50)))
def test_indexed_finds_what_is_there(versions, outcome, xs, picks):
    old, new = versions("indexed", INDEX)
    ys = [xs[pick % len(xs)] for pick in picks if xs]
    assert outcome(old, xs, ys) == outcome(new, xs, ys)
