"""Sketches tell what recorded values look like, in JSON, whatever the values."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import json
import math
import pathlib
import pickle
from typing import NamedTuple

import pytest
from codeopt_inside import byvalue, change_flow, passing
from codeopt_inside.sketch import LONGEST, MOST_MEMBERS, MOST_NODES, sketches
from hypothesis import given
from hypothesis import strategies as st


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: int
    tags: list


class Loud:
    """An object whose class has opinions."""

    def __init__(self):
        self.size = 3

    def __len__(self):
        raise RuntimeError

    def __getattr__(self, name):
        raise AttributeError(name)

    def __reduce__(self):
        return Loud, ()


class Pair(NamedTuple):
    left: object
    right: object


def sketch(*arguments, **keywords):
    (found,) = json.loads(json.dumps(sketches([pickle.dumps((arguments, keywords), 4)], 9)))
    return found


def node(value):
    return sketch(value)["args"][0]


def test_atoms_have_their_value():
    assert node(5) == {"type": "int", "value": 5, "lacks": []}
    assert node(True) == {"type": "bool", "value": True, "lacks": []}
    assert node(None) == {"type": "NoneType", "value": None, "lacks": ["none"]}
    assert node(1 << 80)["hex"] == hex(1 << 80)
    assert float.fromhex(node(-0.1)["hex"]) == -0.1
    assert math.isnan(float.fromhex(node(math.nan)["hex"]))
    assert node(b"abc") == {"type": "bytes", "value": "YWJj", "len": 3, "lacks": []}
    assert node(3j)["hex"] == [(0.0).hex(), (3.0).hex()]


def test_long_texts_are_cut_and_keep_their_length():
    found = node("x" * 5000)
    assert (len(found["value"]), found["len"]) == (LONGEST, 5000)


def test_surrogates_pass_the_wire():
    assert node("\ud83d") == {"type": "str", "value": "\ud83d", "len": 1, "lacks": ["ascii", "encodable"]}


def test_containers_have_a_length_and_their_first_members():
    found = node(list(range(100)))
    assert (found["type"], found["len"], len(found["items"])) == ("list", 100, MOST_MEMBERS)
    assert node({"a": 1})["keys"][0]["value"] == "a"
    assert [node(kind([1]))["type"] for kind in (tuple, set, frozenset, collections.deque)] == [
        *("tuple", "set", "frozenset", "collections.deque")
    ]


@pytest.mark.parametrize(
    ("value", "lacks"),
    [
        ([], set()),
        ([1, 2, 2], {"descending", "unique"}),
        ([3, 1], {"sorted"}),
        ([1.0, math.nan], {"sorted", "descending", "nan", "finite"}),
        ([math.inf], {"finite"}),
        ([0, 3], {"positive", "descending"}),
        ([[1], [2, 3]], {"descending", "rows"}),
        ([[1], 2], {"sorted", "descending", "nested"}),
        ([None], {"none"}),
        (["\xe9"], {"ascii"}),
        ([-(1 << 31)], {"small", "positive", "nonnegative"}),
        ([{"deep": [(-1,)]}], {"positive", "nonnegative"}),
        ({"k": -1}, {"positive", "nonnegative"}),
    ],
)
def test_what_does_not_hold_is_named(value, lacks):
    assert set(node(value)["lacks"]) == lacks


def test_one_row_twice_is_told():
    row = [1]
    assert "separate" in node([row, row])["lacks"]


def test_arguments_that_are_one_object_are_told():
    one = [1]
    assert sketch(one, [1], key=one)["alias"] == [[["args", 0], ["kwargs", "key"]]]
    assert sketch(5, 5)["alias"] == []


def test_objects_have_a_class_and_attributes_and_are_not_asked():
    found = node(Point(3, [1]))
    assert (found["kind"], found["attrs"]["x"]["value"]) == ("dataclass", 3)
    assert node(Pair(1, 2))["kind"] == "namedtuple"
    assert node(Color.BLUE) == {"type": f"{__name__}.Color", "kind": "enum", "text": "BLUE", "len": 2}
    assert node(Loud())["attrs"]["size"]["value"] == 3
    assert node(len) == {"type": "builtin_function_or_method", "kind": "callable"}
    assert node(Point) == {"type": "type", "kind": "callable", "text": "class"}
    texts = [dt.date(2020, 1, 2), dt.timedelta(3), decimal.Decimal("1.50"), fractions.Fraction(1, 3), pathlib.PurePosixPath("a/b")]
    assert [node(value)["text"] for value in texts] == ["2020-01-02", "3 days, 0:00:00", "1.50", "1/3", "a/b"]


def test_ranges_have_their_ends():
    assert node(range(2, 9, 3)) == {"type": "range", "kind": "range", "value": [2, 9, 3], "len": 3, "lacks": ["descending"]}
    assert set(node(range(3, -2, -1))["lacks"]) == {"sorted", "positive", "nonnegative"}
    assert node(range(1 << 70))["kind"] == "opaque"


def test_what_yields_items_is_left_as_it_is():
    arguments = (iter([1, 1]), iter("abc"), iter({"k": 1}.items()), passing.standing([5, None], passing.MORE, None))
    (found,) = json.loads(json.dumps(sketches([byvalue.dumps((arguments, {}))], 9)))
    assert [(made["kind"], made["len"]) for made in found["args"]] == [("flow", 2), ("flow", 3), ("flow", 1), ("flow", 2)]
    assert [item["value"] for item in found["args"][3]["items"]] == [5, None]
    assert "unique" in found["args"][0]["lacks"]
    once = iter([1, 2])
    assert change_flow.items(once) == [1, 2] == list(once)


def test_what_runs_code_to_yield_is_not_asked():
    assert node(map(str, [1])).get("kind") != "flow"


def test_what_refers_to_itself_or_is_deep_ends():
    ring = []
    ring.append(ring)
    assert node(ring)["type"] == "list"
    deep = []
    for _ in range(50):
        deep = [deep] * 3
    assert len(json.dumps(node(deep))) < 200 * MOST_NODES


def test_calls_that_cannot_be_loaded_are_left_out_and_numbers_stay():
    pickles = [b"nonsense", pickle.dumps(((1,), {}), 4), b"", pickle.dumps(((2,), {}), 4)]
    assert [found["call"] for found in sketches(pickles, 9)] == [1, 3]


def test_a_limit_spreads_over_all_calls():
    pickles = [pickle.dumps(((number,), {}), 4) for number in range(100)]
    assert [found["call"] for found in sketches(pickles, 4)] == [0, 25, 50, 75]


def test_arrays():
    numpy = pytest.importorskip("numpy")
    found = node(numpy.asfortranarray(numpy.array([[1.0, 2.0], [-3.0, numpy.inf]])))
    assert (found["kind"], found["dtype"], found["shape"], found["f"], found["writable"]) == ("array", "<f8", [2, 2], True, True)
    assert set(found["lacks"]) == {"positive", "nonnegative", "finite"}
    assert set(node(numpy.array([3, 1, 1]))["lacks"]) == {"sorted", "unique"}
    assert "nan" in node(numpy.array([numpy.nan]))["lacks"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
        lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner) | st.frozensets(st.integers()),
        max_leaves=20,
    )
)
def test_any_value_can_be_sketched(value):
    assert node(value)["type"] == type(value).__name__
