"""The encoding that old and new results are compared by."""

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import importlib
import importlib.util
import json
import math
import pathlib
import re
import sys
import threading
import types
from pathlib import Path

import pytest
from codeopt_inside import canon
from hypothesis import given
from hypothesis import strategies as st

from tests.ids import stable


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


class SlottedError(Exception):
    __slots__ = ("v",)


class Hiding:
    """Leaves what it holds out of its pickle."""

    def __init__(self, kept, other=None):
        self.kept, self.other = kept, other

    def __getstate__(self):
        return {}

    def method(self):
        return self.kept


class Nameless:
    def __reduce__(self):
        return "Nameless"


class HidingSlots:
    __slots__ = ("kept",)

    def __init__(self, kept):
        self.kept = kept

    def __reduce__(self):
        return (HidingSlots, (0,))


def having(value, **attributes):
    for key, item in attributes.items():
        setattr(value, key, item)
    return value


def caused(cause):
    return having(ValueError("a"), __cause__=cause)


def local_class(number):
    class Local:
        def __init__(self):
            self.number = number

        def method(self):
            return number

    return Local


def renamed(number):
    def inner():
        return number

    return functools.wraps(plain)(inner)


def plain():
    return 0


def decorated(function):
    @functools.wraps(function)
    def outer():
        return function()

    return outer


@decorated
def wrapper():
    return 1


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
    ([1].append, [2].append),
    (",".join, ";".join),
    (Hiding(1).method, Hiding(2).method),
    (Hiding(1).method, Slotted(1, 2).__init__),
    (OSError(2, "x"), OSError(2, "x", "file")),
    (OSError(2, "x"), having(OSError(2, "x"), errno=3)),
    (ImportError("m", name="a"), ImportError("m", name="b")),
    (having(SlottedError("m"), v=1), having(SlottedError("m"), v=2)),
    (having(ValueError("m"), __notes__=["a"]), having(ValueError("m"), __notes__=["b"])),
    (ValueError("a"), caused(KeyError(1))),
    (caused(KeyError(1)), caused(KeyError(2))),
    (Hiding(1), Hiding(2)),
    (Hiding([1, {2: "a"}]), Hiding([1, {2: "b"}])),
    (Hiding(1, threading.Lock()), Hiding(2, threading.Lock())),
    (Hiding(1, threading.Lock()), Hiding(1, threading.Event())),
    (HidingSlots(1), HidingSlots(2)),
    (local_class(1)(), local_class(2)()),
    (memoryview(b"ab"), memoryview(bytearray(b"ab"))),
    (memoryview(bytes(4)), memoryview(bytes(4)).cast("b", (2, 2))),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT, ids=stable)
def test_different_values_differ(first, second):
    assert name(first) != name(second)


EQUAL = [
    ([1].append, list((1,)).append),  # noqa: C410 - built in another way
    (",".join, chr(44).join),
    (Hiding(1).method, Hiding(1).method),
    (OSError(2, "x", "f"), having(OSError(2, "x"), filename="f")),
    (ImportError("m", name="a"), having(ImportError("m"), name="a")),
    (having(SlottedError("m"), v=1), having(SlottedError("m"), v=1)),
    (having(ValueError("m"), __notes__=["a"]), having(ValueError("m"), __notes__=["a"])),
    (caused(KeyError(1)), caused(KeyError(1))),
    (ValueError("a"), having(ValueError("a"), __context__=KeyError(1))),
    (Hiding({1: [2]}, threading.Lock()), Hiding({1: [2]}, threading.Lock())),
    (HidingSlots(1), HidingSlots(1)),
    (local_class(1)(), local_class(1)()),
    (local_class(1)().method, local_class(1)().method),
    (memoryview(b"xab")[1:], memoryview(b"ab")),
    (list[int], list[int]),
    (functools.partial(plain, 1), functools.partial(plain, 1)),
    (plain, plain),
    (wrapper, wrapper),
    (Hiding.method, Hiding.method),
    (type(None), type(None)),
    (dict.fromkeys, dict.fromkeys),
]


@pytest.mark.parametrize(("first", "second"), EQUAL, ids=stable)
def test_equal_values_built_in_two_ways_agree(first, second):
    assert name(first) == name(second)


@pytest.mark.parametrize(
    "value",
    [renamed(1), wrapper.__wrapped__, local_class(1), type("X", (), {"a": 1}), type("Point", (), {"__module__": __name__})],
    ids=["wraps", "wrapped", "local class", "dynamic class", "forged class"],
)
def test_a_function_or_class_is_compared_only_if_its_name_leads_to_it(value):
    with pytest.raises(canon.OpaqueError, match="that its name does not lead to"):
        canon.encode([value])


def test_a_function_bound_under_a_name_that_it_stole_is_opaque():
    with pytest.raises(canon.OpaqueError, match="a function that its name does not lead to"):
        canon.encode([types.MethodType(having(renamed(1), __name__="method"), Hiding(1))])


def test_a_value_that_claims_a_global_name_it_does_not_have_is_opaque():
    with pytest.raises(canon.OpaqueError, match="Nameless"):
        canon.encode([Nameless()])


@pytest.mark.parametrize("claimed", ["__main__", "__mp_main__"])
def test_what_a_script_defines_is_found_under_both_names_of_a_script(claimed, monkeypatch):
    script = types.ModuleType("__mp_main__")
    script.job = types.FunctionType(plain.__code__, {"__name__": claimed}, "job")
    script.job.__qualname__ = "job"
    monkeypatch.setitem(sys.modules, "__mp_main__", script)
    assert canon.encode([script.job])[1] == ["function", claimed, "job"]


def test_attributes_whose_name_is_no_text_are_compared():
    first, second = Point(1), Point(1)
    first.__dict__[1], second.__dict__[1] = 5, 6
    assert name(first) != name(second)
    second.__dict__[1] = 5
    assert name(first) == name(second)


def test_an_exception_that_causes_itself_ends():
    assert name(having(error := ValueError("a"), __cause__=error)) != name(ValueError("a"))


def test_a_view_of_an_argument_differs_from_a_view_of_a_copy():
    argument = bytearray(b"aaaa")
    copied = canon.encode([memoryview(bytearray(argument))[:2], argument])
    assert canon.encode([memoryview(argument)[:2], argument]) != copied
    assert canon.encode([memoryview(argument)[:2], argument]) != canon.encode([memoryview(argument)[1:3], argument])
    assert canon.encode([memoryview(bytearray(b"aa")), argument]) == copied


WITH_NUMPY = pytest.mark.parametrize("library", ["numpy"] if importlib.util.find_spec("numpy") else [])


@WITH_NUMPY
def test_an_array_that_shows_an_argument_differs_from_a_copy(library):
    np = importlib.import_module(library)
    argument = np.zeros(6)
    part = canon.encode([argument[:3], argument])
    assert part != canon.encode([argument[:3].copy(), argument])
    assert part != canon.encode([argument[1:4], argument])
    assert part == canon.encode([argument[0:3], argument])
    assert name([argument[:3], argument[3:]]) == name([np.zeros(3), np.zeros(3)])
    buffer = bytearray(8)
    assert canon.encode([np.frombuffer(buffer), buffer]) != canon.encode([np.frombuffer(bytearray(8)), buffer])
    assert canon.encode([memoryview(argument), argument]) != canon.encode([memoryview(argument.copy()), argument])


@WITH_NUMPY
def test_arrays_are_compared_by_what_they_hold_and_their_order(library):
    np = importlib.import_module(library)
    grid = np.arange(12.0).reshape(3, 4)
    assert name(np.arange(24.0)[::2]) == name(np.arange(24.0)[::2].copy())
    assert name(grid) == name(np.array(grid.tolist()))
    assert name(grid) != name(np.asfortranarray(grid))
    assert name(grid.T) != name(grid.T.copy("C"))
    assert name(np.zeros(2, "i4,i4")) != name(np.zeros(2, "f4,f4"))
    assert name(np.zeros(0)) == name(np.zeros(3)[:0])
    assert name([np.add, np.sum, np.float64, np.dtype("f8"), np.float64(1)]) == name(
        [np.add, np.sum, np.float64, np.dtype("f8"), np.float64(1)]
    )
    assert name(np.array([[], 1], object)) == name(np.array([[], 1], object))


@pytest.fixture
def hidden():
    def hide(*places):
        canon.hide(places)

    yield hide
    canon.hide([])


def test_hidden_paths_do_not_show_in_texts_bytes_and_paths(hidden):
    found = []
    for tree in ("/one/tree", "/two/deeper/tree"):
        hidden((tree, "{tree}"), (tree + "/out", "{out}"))
        value = [tree + "/a", f"in {tree}/out/b:{tree}", tree.encode() + b"/a", Path(tree) / "a", {tree: 1}, OSError(2, "x", tree)]
        found.append([name(item) for item in [*value, having(Point(1), y=tree), {tree + "/c"}]])
    assert found[0] == found[1]


def test_hidden_paths_of_two_kinds_differ_from_each_other_and_from_their_placeholders(hidden):
    hidden(("/one", "{tree}"), ("/one/out", "{out}"))
    assert (
        len({name(value) for value in ("/one/out", "/one", "/one/a", "{tree}", "{out}", b"/one", b"{tree}", Path("/one"), Path("{tree}"))})
        == 9
    )


def test_what_is_hidden_no_longer_shows_again(hidden):
    before = name("/one/a")
    hidden(("/one", "{tree}"))
    assert name("/one/a") != before
    hidden()
    assert name("/one/a") == before


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


@pytest.mark.parametrize("value", [threading.Lock(), lambda: 1], ids=["lock", "lambda"])
def test_what_cannot_be_compared_is_said(value):
    with pytest.raises(canon.OpaqueError):
        canon.encode([value])


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


class Persistent(collections.abc.Mapping):
    """A mapping that is a value, and keeps its items in the order in which they came."""

    def __init__(self, pairs):
        self.pairs = dict(pairs)

    def __getitem__(self, key):
        return self.pairs[key]

    def __iter__(self):
        return iter(self.pairs)

    def __len__(self):
        return len(self.pairs)

    def __eq__(self, other):
        return dict(self) == dict(other)

    def __hash__(self):
        return hash(frozenset(self))

    def __reduce__(self):
        return type(self), (self.pairs,)


class Cache(Persistent):
    """One that tells nothing of what equals it: its order may be what it is for."""

    __hash__ = None


def test_the_order_of_what_is_a_value_and_says_what_equals_it_is_no_behaviour():
    pairs = {"a": [1], "b": [2], "c": [3]}
    turned = dict(reversed(pairs.items()))
    assert canon.encode([Persistent(pairs)]) == canon.encode([Persistent(turned)])
    assert canon.encode([Persistent(pairs)]) != canon.encode([Persistent({**pairs, "a": [2]})])
    assert canon.encode([Persistent(pairs)]) != canon.encode([Persistent({"a": [1]})])
    assert canon.encode([Cache(pairs)]) != canon.encode([Cache(turned)])


def test_what_such_a_value_holds_is_still_seen_elsewhere():
    inner = [1]
    assert canon.encode([Persistent({"a": inner}), inner]) != canon.encode([Persistent({"a": inner}), [1]])


class Registry:
    """An object that is made anew from a copy of what it keeps."""

    def __init__(self, held):
        self.held = held

    def __reduce__(self):
        return Registry, (sorted(self.held),)


def test_a_result_that_an_object_keeps_for_itself_differs_from_a_copy():
    kept = {1, 2}
    assert canon.encode([kept, Registry(kept)]) != canon.encode([{1, 2}, Registry(kept)])
    assert canon.encode([{1, 2}, Registry({1, 2})]) == canon.encode([{1, 2}, Registry(kept)])
