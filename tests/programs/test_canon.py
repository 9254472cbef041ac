"""The encoding that old and new results are compared by."""

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import json
import math
import pathlib
import re
import threading
from pathlib import Path

import pytest
from codeopt_inside import canon
from hypothesis import given
from hypothesis import strategies as st


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: int
    y: object = None


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Agreeable(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Child(list):
    pass


def name(value):
    return canon.digest(canon.encode([value]))


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner) | st.frozensets(scalars, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_rebuilt_value_has_the_same_encoding(value):
    again = eval(repr(value), {"inf": math.inf})
    assert name(again) == name(value)


@given(values)
def test_an_encoding_is_plain_json(value):
    nodes = canon.encode([value])
    assert json.loads(json.dumps(nodes)) == nodes


DIFFERENT = [
    (0, False),
    (1, 1.0),
    (0.0, -0.0),
    (0j, -0j),
    (complex(0, 1), complex(1, 0)),
    (1, True),
    ("1", 1),
    ("a", b"a"),
    (b"a", bytearray(b"a")),
    ([1], (1,)),
    ([1, 2], [2, 1]),
    ({1: 2}, {1: 3}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({1}, frozenset({1})),
    ({1, 2}, {1, 3}),
    (None, Ellipsis),
    (range(3), [0, 1, 2]),
    (range(0, 10, 2), range(0, 10, 3)),
    (Colour.RED, Colour.BLUE),
    (Point(1, 2), Point(1, 3)),
    (Slotted(1, 2), Slotted(2, 1)),
    (Agreeable(3), 3),
    (Agreeable(3), Agreeable(4)),
    (Child([1]), [1]),
    (ValueError("a"), ValueError("b")),
    (ValueError("a"), TypeError("a")),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
    (fractions.Fraction(1, 2), 0.5),
    (dt.date(2020, 1, 1), dt.date(2020, 1, 2)),
    (pathlib.PurePosixPath("a"), "a"),
    (collections.OrderedDict(a=1), {"a": 1}),
    (collections.defaultdict(int), collections.defaultdict(list)),
    (collections.deque([1]), collections.deque([1], 5)),
    (collections.Counter("aab"), {"a": 2, "b": 1}),
    (re.compile("a"), re.compile("a", re.IGNORECASE)),
    (array.array("i", [1]), array.array("l", [1])),
    (len, max),
    (int, float),
    (iter([1]), iter((1,))),
    (float("inf"), float("-inf")),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT, ids=lambda value: repr(value)[:20])
def test_different_values_differ(first, second):
    assert name(first) != name(second)


def test_nan_equals_nan():
    assert name([math.nan]) == name([float("nan")])


def test_sets_have_no_order():
    assert name(set("abcdef")) == name(set("fedcba"))


def test_attributes_have_no_order():
    first, second = Point(1), Point(2)
    first.a, first.b = 1, 2
    second.b, second.a, second.x = 2, 1, 1
    assert name(first) == name(second)


def test_aliased_rows_differ_from_equal_rows():
    row = [0]
    assert name([row, row]) != name([[0], [0]])


def test_a_result_that_is_its_argument_differs_from_a_copy():
    argument = [1]
    assert canon.encode([argument, argument]) != canon.encode([[1], argument])


def test_identity_of_equal_tuples_and_strings_does_not_show():
    part = (1, "ab")
    assert name([part, part]) == name([(1, "ab"), (1, "a" + "b")])


def test_a_value_that_holds_itself_ends():
    first: list = []
    first.append(first)
    second: list = []
    second.append(second)
    assert name(first) == name(second)
    assert name(first) != name([[]])


def test_a_long_chain_ends():
    first = second = None
    for number in range(5000):
        first, second = Point(number, first), Point(number, second)
    assert name(first) == name(second)


def test_what_iterators_would_yield_is_compared():
    assert name(iter([1, 2])) == name(iter([1, 2]))
    assert name(map(str, [1])) != name(map(str, [2]))


@pytest.mark.parametrize("value", [threading.Lock(), lambda: 1, Path(__file__).open()], ids=["lock", "lambda", "file"])  # noqa: SIM115
def test_what_cannot_be_compared_is_said(value):
    with pytest.raises(canon.OpaqueError):
        canon.encode([value])
    if hasattr(value, "close"):
        value.close()


def test_too_many_values_are_said():
    with pytest.raises(canon.OpaqueError, match="more than 10 values"):
        canon.encode([[[] for _ in range(20)]], 10)


def test_a_tuple_that_would_explode_is_said():
    value: tuple = ()
    for _ in range(60):
        value = (value, value)
    with pytest.raises(canon.OpaqueError):
        canon.encode([value], 10_000)


def test_huge_integers_are_encoded():
    assert name(10**6000) != name(10**6000 + 1)
