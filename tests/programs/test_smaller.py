"""Simpler relatives of one call, from which the host works its way down to the simplest that still shows a difference."""

from __future__ import annotations

import collections
import dataclasses
import enum
import importlib
import importlib.util
import math
import pickle

import pytest
from codeopt_inside.smaller import smaller
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ids import stable


class Colour(enum.Enum):
    RED = (1, 2)


@dataclasses.dataclass(frozen=True)
class Table:
    rows: list
    name: str = "name"


@dataclasses.dataclass(slots=True)
class Slotted:
    rows: list


class Particular:
    def __init__(self, rows):
        self.rows = rows

    def __getstate__(self):
        return self.__dict__


Pair = collections.namedtuple("Pair", "first second")  # noqa: PYI024 - as old code has it


def relatives(*arguments, most=1000, **keywords):
    return [pickle.loads(data) for data in smaller(pickle.dumps((arguments, keywords), 4), most)]


def values_of(value):
    """Return what a single argument becomes."""
    return [arguments[0] for arguments, _ in relatives(value)]


def shrunk(shows, *arguments, most=40, **keywords):
    """Go down as the host does: on with the first relative that still shows it, until none does."""
    data, tried = pickle.dumps((arguments, keywords), 4), 0
    while True:
        for made in smaller(data, most):
            tried += 1
            arguments, keywords = pickle.loads(made)
            if shows(*arguments, **keywords):
                data = made
                break
        else:
            return (*pickle.loads(data), tried)


atoms = st.none() | st.booleans() | st.integers(-99, 99) | st.floats() | st.text(max_size=6) | st.binary(max_size=6)
things = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.tuples(inner, inner)
        | st.sets(st.integers(-99, 99) | st.text(max_size=3), max_size=4)
    ),
    max_leaves=10,
)


@given(st.tuples(things, things), st.integers(0, 2**32))
def test_asking_again_and_again_ends(call, choice):
    data = pickle.dumps((call, {"k": call[0]}), 4)
    for _ in range(2000):
        found = smaller(data)
        if not found:
            break
        data = found[choice % len(found)]
    assert found == []


@given(st.tuples(things, things))
def test_relatives_are_no_larger_and_each_is_there_once(call):
    data = pickle.dumps(pickle.loads(pickle.dumps((call, {}), 4)), 4)
    found = smaller(data)
    assert found == smaller(data)
    assert len(found) == len(set(found)) <= 40
    assert data not in found
    assert all(len(made) <= len(data) for made in found)


@given(st.lists(st.integers(-1000, 1000), max_size=60), st.integers(-1000, 1000))
@settings(max_examples=30)
def test_what_is_left_at_the_end_is_all_that_it_takes(items, bound):
    (found,), _, _ = shrunk(lambda x: any(item > bound for item in x), [*items, bound + 1])
    assert found == [max(0, bound + 1)]


def test_a_large_number_is_near_its_end():
    (found,), _, tried = shrunk(lambda x: x > 10**9, 10**80)
    assert found == 10**9 + 1
    assert tried < 2000


def test_two_equal_things_stay_equal_while_they_get_simpler():
    words = [f"word {number}" for number in range(500)]
    (found,), _, tried = shrunk(lambda x: len(set(x)) < len(x), [*words, "twice", *words, "twice"])
    assert found in (["a", "a"], ["", ""])
    assert tried < 100


def test_the_simplest_come_first():
    data = [relative[0] for relative, _ in relatives(list(range(100)))]
    assert [len(items) for items in data[:3]] == [0, 50, 50]


def test_few_relatives_hold_simple_numbers_too():
    found = [arguments for arguments, _ in relatives(list(range(300)), [["a"] * 9] * 30, 7, most=20)]
    assert len(found) == 20
    assert {len(items) for items, _, _ in found} >= {0, 150}
    _, _, seven = zip(*found, strict=True)
    assert set(seven) | {7} != {7}


@pytest.mark.parametrize(
    ("value", "simpler"),
    [
        ([1, 2, 3, 4], [[1, 2], [3, 4], [1, 2, 4], [1, 2, 3, 3], [1, 0, 3, 4], []]),
        ((7, "b"), [(7,), ("b",), (3, "b"), (6, "b"), (0, "b"), (7, "a"), (7, "")]),
        ({"a": 1, "b": [2]}, [{"a": 1}, {"b": [2]}, {"a": 1, "b": []}, {"a": 0, "b": [2]}]),
        ({3, 5}, [{3}, {5}, {3, 2}, set()]),
        (frozenset({3}), [frozenset(), frozenset({1})]),
        ("words", ["a", "", "wor", "ds", "ords", "word", "aaaaa"]),
        (b"xyz", [b"a", b"", b"yz", b"aaa"]),
        (bytearray(b"xyz"), [bytearray(b"yz"), bytearray()]),
        (100, [0, 50, 99]),
        (-9, [0, -4, -8, 9]),
        (1 << 90, [0, 1 << 89, (1 << 90) - 1]),
        (2.75, [0.0, 1.0, 2.0]),
        (math.inf, [0.0, 1.0]),
        (-0.0, [0.0]),
        (collections.deque([1, 2], 2), [collections.deque([2], 2)]),
        (collections.OrderedDict(a=1, b=2), [collections.OrderedDict(b=2)]),
        (collections.Counter("aab"), [collections.Counter("b"), collections.Counter("ab")]),
        (Pair(3, [1, 2]), [Pair(3, [1]), Pair(1, [1, 2])]),
        (Table([1, 2]), [Table([1]), Table([]), Table([1, 1])]),
        (Slotted([1, 2]), [Slotted([1]), Slotted([])]),
        ([[["ab", 5]]], [[[["ab", 2]]], [[["a", 5]]], [[[5]]]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_has_its_relatives(value, simpler):
    found = values_of(value)
    for wanted in simpler:
        assert any(type(got) is type(wanted) and repr(got) == repr(wanted) for got in found), wanted


@pytest.mark.parametrize("value", [None, True, 0, 0.0, 1.0, "", b"", [], (), {}, set(), len, Colour.RED, Particular([1, 2])], ids=stable)
def test_what_is_simple_or_has_ideas_of_its_own_has_none(value):
    assert values_of(value) == []


def test_keywords_are_left_out_and_positions_are_not():
    found = relatives([], [], a=[], b=[])
    assert sorted(sorted(keywords) for _, keywords in found) == [[], ["a"], ["b"]]
    assert all(arguments == ([], []) for arguments, _ in found)


def test_a_named_tuple_keeps_its_fields_and_a_type_stays_with_its_value():
    assert all(len(value) == 2 for value in values_of(Pair([1], "abc")))
    assert all(type(value) is collections.defaultdict and value.default_factory is list for value in values_of(_grouped()))


def _grouped():
    groups = collections.defaultdict(list)
    groups["a"].append(1)
    return groups


def test_what_is_shared_in_a_call_stays_shared():
    row = [5, 6, 7]
    found = relatives([row, row], row)
    assert ([[6, 7], [6, 7]], [6, 7]) in [arguments for arguments, _ in found]
    assert all(row is part for (rows, row), _ in found for part in rows)


def test_a_value_that_holds_itself_has_relatives_and_an_end():
    loop = [3, 4]
    loop.append(loop)
    (found,), _, _ = shrunk(lambda x: any(item is x for item in x), loop)
    assert len(found) == 1
    assert found[0] is found


def test_a_call_that_cannot_be_rebuilt_has_none():
    assert smaller(b"nonsense") == []
    assert smaller(pickle.dumps(((Colour,), {}), 4).replace(b"Colour", b"Coloor")) == []


@pytest.mark.parametrize("library", ["numpy"] if importlib.util.find_spec("numpy") else [])
def test_arrays_are_cut_along_their_first_axis(library):
    np = importlib.import_module(library)
    found = values_of(np.asfortranarray(np.arange(12.0).reshape(4, 3)))
    assert {value.shape for value in found} >= {(0, 3), (2, 3), (3, 3)}
    assert {value.shape[1] for value in found} == {3}
    assert all(value.flags.f_contiguous for value in found)
    assert values_of(np.float64(2.5)) == values_of(np.array(3)) == []
