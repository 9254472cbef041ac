"""Rules for taking and finding: smallest, first-item, dict-membership, equality-join."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

EQUALS = st.one_of(st.integers(-2, 2), st.booleans(), st.sampled_from([0.0, 1.0, -0.0]))
KEYS = st.one_of(st.integers(0, 3), st.sampled_from(["a", None, 1.0, float("nan")]))

JOIN = """def f(xs, ys):
    out = []
    for x in xs:
        for y in ys:
            if x["k"] == y["k"] and y["v"] > 0:
                out.append((x["k"], y["v"]))
                if y["v"] > 2:
                    break
    return out
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("sorted(xs)[0]", "nsmallest(1, xs)[0]"),
        ("sorted(xs, key=len)[0]", "nsmallest(1, xs, key=len)[0]"),
        ("sorted(xs, reverse=True)[0]", "nlargest(1, xs)[0]"),
        ("sorted(xs, reverse=False, key=len)[:3]", "nsmallest(3, xs, key=len)"),
        ("sorted(xs, key=len, reverse=True)[:10]", "nlargest(10, xs, key=len)"),
    ],
)
def test_the_first_of_a_sorted_list_is_found_without_sorting(rewrite, code, expected):
    name = "nlargest" if "nlargest" in expected else "nsmallest"
    assert rewrite("smallest", f"def f(xs):\n    return {code}\n") == f"from heapq import {name}\n\ndef f(xs):\n    return {expected}\n"


@pytest.mark.parametrize("test", ["if not xs:\n        return None\n    return", "if xs:\n        return"])
def test_min_is_used_where_the_list_is_visibly_not_empty(rewrite, test):
    assert rewrite("smallest", f"def f(xs):\n    {test} sorted(xs, key=len)[0]\n") == f"def f(xs):\n    {test} min(xs, key=len)\n"
    assert rewrite("smallest", f"def f(xs):\n    {test} sorted(xs, reverse=True)[0]\n") == f"def f(xs):\n    {test} max(xs)\n"


def test_min_is_not_used_where_the_list_may_have_changed(rewrite):
    assert "nsmallest(1, xs)[0]" in rewrite("smallest", "def f(xs):\n    if xs:\n        xs.pop()\n        return sorted(xs)[0]\n")


@pytest.mark.parametrize(
    "code",
    [
        "sorted(xs)[-1]",
        "sorted(xs)[1]",
        "sorted(xs)[:k]",
        "sorted(xs)[:-1]",
        "sorted(xs)[:11]",
        "sorted(xs)[:0]",
        "sorted(xs)[1:3]",
        "sorted(xs)[::2]",
        "sorted(xs, reverse=r)[0]",
        "sorted(*xs)[0]",
        "sorted(xs, **r)[0]",
        "self.sorted(xs)[0]",
        "sorted(xs)",
    ],
)
def test_other_uses_of_a_sorted_list_are_left_alone(rewrite, code):
    assert rewrite("smallest", f"def f(xs, k, r):\n    return {code}\n") is None


@given(st.lists(EQUALS))
def test_smallest_changes_no_result(versions, outcome, xs):
    for code in ("sorted(xs)[0]", "sorted(xs, reverse=True)[0]", "sorted(xs)[:3]", "sorted(xs, key=lambda x: -x, reverse=True)[:2]"):
        old, new = versions("smallest", f"def f(xs):\n    return {code}\n")
        assert repr(outcome(old, xs)) == repr(outcome(new, xs))


@given(st.lists(EQUALS))
def test_min_and_max_find_the_same_object(versions, outcome, xs):
    for code in ("sorted(xs)[0]", "sorted(xs, reverse=True)[0]"):
        old, new = versions("smallest", f"def f(xs):\n    if not xs:\n        raise KeyError\n    return {code}\n")
        assert repr(outcome(old, xs)) == repr(outcome(new, xs))


@pytest.mark.parametrize("code", ["d", "d.keys()", "d.values()", "d.items()"])
def test_the_first_item_is_taken_without_a_copy(rewrite, versions, outcome, code):
    source = f"def f(d: dict):\n    return list({code})[0]\n"
    assert f"list(islice({code}, 1))[0]" in rewrite("first-item", source)
    old, new = versions("first-item", source)
    for value in ({}, {1: 2}, {3: 4, 1: 2}):
        assert outcome(old, value) == outcome(new, value)


def test_next_is_used_where_there_is_an_item(rewrite):
    source = "def f(d: dict):\n    if not d:\n        return None\n    return list(d.values())[0]\n"
    assert rewrite("first-item", source) == source.replace("list(d.values())[0]", "next(iter(d.values()))")


@pytest.mark.parametrize(
    "source",
    [
        "def f(d):\n    return list(d)[0]\n",
        "def f(d: list):\n    return list(d)[0]\n",
        "def f(d: dict):\n    return list(d)[1]\n",
        "def f(d: dict):\n    return list(d)[-1]\n",
        "def f(d: dict):\n    d = g()\n    return list(d)[0]\n",
        "def f(d: dict):\n    return list(d.pop())[0]\n",
        "def f(list, d: dict):\n    return list(d)[0]\n",
    ],
)
def test_what_may_be_no_dict_is_listed(rewrite, source):
    assert rewrite("first-item", source) is None


@pytest.mark.parametrize("code", ["d.keys()", "list(d)", "tuple(d.keys())", "set(d)", "list(d.keys())"])
def test_a_dict_is_asked_itself(rewrite, versions, code):
    source = f"def f(x, d: dict[int, int]):\n    return x in {code}, x not in {code}\n"
    assert rewrite("dict-membership", source) == source.replace(code, "d")
    old, new = versions("dict-membership", source)
    assert all(old(x, {1: 2}) == new(x, {1: 2}) for x in (1, 1.0, True, 2, None))


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, d):\n    return x in d.keys()\n",
        "def f(x, d: str):\n    return x in list(d)\n",
        "def f(x, d: dict):\n    return x in d.values()\n",
        "def f(x, d: dict):\n    return [x] in list(d)\n",
        "def f(x, d: dict):\n    return x < 1 in d.keys()\n",
        "def f(x, d: dict):\n    return x == d.keys()\n",
        "def f(x, *d: dict):\n    return x in d.keys()\n",
    ],
)
def test_what_may_be_no_dict_is_asked_as_before(rewrite, source):
    assert rewrite("dict-membership", source) is None


def test_an_inner_loop_looks_at_matches_alone(rewrite):
    after = rewrite("equality-join", JOIN)
    assert '            for y in ys:\n                ys_by_key.setdefault(y["k"], []).append(y)\n' in after
    assert '        for y in (ys if ys_by_key is None else ys_by_key.get(x["k"], ())):\n            if x["k"] == y["k"] and' in after


@pytest.mark.parametrize(
    "source",
    [
        JOIN.replace("==", "!="),
        JOIN.replace(" and ", " or "),
        JOIN.replace('x["k"] == y["k"]', 'x["k"] == 1'),
        JOIN.replace('x["k"] == y["k"]', 'y["j"] == y["k"]'),
        JOIN.replace('x["k"] == y["k"]', 'x["k"] == y[x]'),
        JOIN.replace('x["k"] == y["k"]', 'x["k"] == y.get("k")'),
        JOIN.replace('x["k"] == y["k"]', 'K == y["k"]'),
        JOIN.replace("out.append", "ys.append"),
        JOIN.replace("out.append", "xs.append"),
        JOIN.replace("out.append", "y.update"),
        JOIN.replace("                    break", '                    y["k"] = 3'),
        JOIN.replace("                    break", "                    x.k = 3"),
        JOIN.replace("                    break", '                    x["k"] = 3'),
        JOIN.replace("                    break", "                    ys = []"),
        JOIN.replace("return out", "return y"),
        JOIN.replace("                    break\n", "                    break\n            else:\n                print()\n"),
        JOIN.replace("                    break\n", "                    break\n            print()\n"),
        JOIN.replace("in ys", "in g(ys)"),
        "def f(x, ys):\n    for y in ys:\n        if x.k == y.k:\n            return y\n",
    ],
)
def test_a_loop_that_is_no_join_is_left_alone(rewrite, source):
    assert rewrite("equality-join", source) is None


_ROWS = st.lists(st.fixed_dictionaries({"k": KEYS, "v": st.integers(0, 4)}) | st.just({"v": 1}), max_size=6)


@given(_ROWS, st.one_of(_ROWS, _ROWS.map(tuple), st.just("ab")))
def test_equality_join_changes_no_result_and_no_error(versions, outcome, xs, ys):
    old, new = versions("equality-join", JOIN)
    assert outcome(old, xs, ys) == outcome(new, xs, ys)


@given(st.lists(KEYS, max_size=6), st.lists(st.one_of(KEYS, st.just([])), max_size=6))
def test_equality_join_of_attributes_changes_no_result(versions, outcome, xs, ys):
    source = "def f(xs, ys):\n    out = []\n    for x in xs:\n        for y in ys:\n"
    source += "            if y.k == x.k:\n                out.append((x, y))\n    return out\n"
    old, new = versions("equality-join", source)
    left, right = ([SimpleNamespace(k=key) for key in keys] for keys in (xs, ys))
    assert outcome(old, left, right) == outcome(new, left, right)


def test_an_iterator_is_still_exhausted_by_the_first_round(versions):
    old, new = versions("equality-join", JOIN)
    xs = [{"k": 1}, {"k": 1}]
    assert old(xs, iter([{"k": 1, "v": 1}])) == new(xs, iter([{"k": 1, "v": 1}])) == [(1, 1)]
