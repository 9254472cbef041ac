"""An encoding taken apart into its skeleton and its floats."""

import array
import collections
import dataclasses
import importlib
import importlib.util
import math
import struct
import sys

import pytest
from codeopt_inside import calls, canon
from codeopt_inside import parted as module
from codeopt_inside.parted import NOTHING, parted
from hypothesis import given
from hypothesis import strategies as st

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(max_size=3)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.tuples(inner) | st.dictionaries(st.text(max_size=2), inner))


@dataclasses.dataclass
class Point:
    x: float
    name: str = "f0x1.0000000000000p+0"


@dataclasses.dataclass(frozen=True)
class Place:
    x: float


class Mine(list):
    pass


def apart(*roots):
    skeleton, floats = parted(canon.encode(list(roots)))
    return skeleton, list(struct.unpack(f"<{len(floats) // 8}d", floats))


def skeleton(value):
    return apart(value)[0]


def shifted(value):
    """Return the same value with other floats."""
    if isinstance(value, float):
        return -1.5 if value != -1.5 else math.nan
    if isinstance(value, complex):
        return complex(2.5, value.real)
    if isinstance(value, dict):
        return {key: shifted(item) for key, item in value.items()}
    return type(value)(map(shifted, value)) if isinstance(value, (list, tuple)) else value


def floats_of(value):
    if isinstance(value, float):
        return 1
    if isinstance(value, complex):
        return 2
    return sum(map(floats_of, value.values() if isinstance(value, dict) else value)) if isinstance(value, (list, tuple, dict)) else 0


@given(VALUES)
def test_other_floats_leave_the_skeleton_as_it_is(value):
    assert skeleton(value) == skeleton(shifted(value))
    assert len(apart(value)[1]) == floats_of(value)


@given(VALUES, VALUES)
def test_skeleton_and_floats_tell_all_that_the_encoding_tells(one, other):
    encodings = canon.encode([one]), canon.encode([other])
    assert (parted(encodings[0]) == parted(encodings[1])) == (encodings[0] == encodings[1])


def test_floats_come_in_order():
    assert apart([1.5, [2.5]], 3 + 4j, (-0.5,), {"a": 5.0}, slice(0.25, None)) == (
        skeleton_of([0.0, [0.0]], 0j, (0.0,), {"a": 0.0}, slice(0.0, None)),
        [3.0, 4.0, 1.5, -0.5, 5.0, 0.25, 2.5],
    )


def skeleton_of(*roots):
    return apart(*roots)[0]


def test_special_floats_come_through():
    floats = apart([math.inf, -math.inf, -0.0, math.nan, 5e-324])[1]
    assert floats[:2] == [math.inf, -math.inf]
    assert math.copysign(1, floats[2]) == -1
    assert math.isnan(floats[3])
    assert floats[4] == 5e-324


TWICE = [1.0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 1),
        ([1.0], (1.0,)),
        ([1.0, 2.0], [1.0]),
        ([[1.0], 2.0], [1.0, [2.0]]),
        ([TWICE, TWICE], [[1.0], [1.0]]),
        (1.0, 1j),
        (1.0, "f"),
        ("f0x1.0000000000000p+0", "f0x1.8000000000000p+0"),
        (b"f", b"g"),
        ({1.0: "a"}, {2.0: "a"}),
        ({(1.0, "a"): 0}, {(2.0, "a"): 0}),
        ({Place(1.0): 0}, {Place(2.0): 0}),
        (collections.OrderedDict([(1.0, 0)]), collections.OrderedDict([(2.0, 0)])),
        (collections.OrderedDict([((1.0,), 0)]), collections.OrderedDict([((2.0,), 0)])),
        ({1.0}, {2.0}),
        (frozenset([(1.0,)]), frozenset([(2.0,)])),
        (Point(1.0), Point(1.0, "f0x1.8000000000000p+0")),
        (Point(1.0), Place(1.0)),
        (math.floor, math.frexp),
        ((1.0).hex, (1.0).is_integer),
        (array.array("d", [1.0]), array.array("f", [1.0])),
        ([array.array("d", [1.0]), array.array("d", [1.0, 2.0])], [array.array("d", [1.0, 2.0]), array.array("d", [1.0])]),
        (array.array("l", [1]), array.array("l", [2])),
        (memoryview(b"aaaaaaaa"), memoryview(b"aaaaaaab")),
    ],
)
def test_what_is_no_float_stays_in_the_skeleton(one, other):
    assert skeleton(one) == skeleton(one)
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("one", "other", "floats"),
    [
        (Point(1.0), Point(2.0), [2.0]),
        (Mine([1.0]), Mine([2.0]), [2.0]),
        (collections.OrderedDict(a=1.0), collections.OrderedDict(a=2.0), [2.0]),
        (collections.deque([1.0]), collections.deque([2.0]), [2.0]),
        (ValueError(1.0), ValueError(2.0), [2.0, 2.0]),
        ({"a": {1: 1.0}}, {"a": {1: 2.0}}, [2.0]),
        ((1.0).hex, (2.0).hex, [2.0]),
        (array.array("d", [1, 1]), array.array("d", [2, 0.1]), [2.0, 0.1]),
        (array.array("f", [1]), array.array("f", [2.5]), [2.5]),
        (memoryview(array.array("d", [1, 1])), memoryview(array.array("d", [2, 0.1])), [2.0, 0.1]),
    ],
)
def test_floats_are_taken_out_of_what_holds_them(one, other, floats):
    assert skeleton(one) == skeleton(other)
    assert apart(other)[1] == floats


def test_what_an_iterator_holds_is_taken_out_too():
    assert apart(iter([1.0])) == (skeleton(iter([2.0])), [1.0])
    assert skeleton(iter([1.0])) != skeleton(iter([1.0, 1.0]))


def test_what_holds_too_many_floats_stays_whole(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    assert parted(canon.encode([1.0, 2.0])) != NOTHING
    assert parted(canon.encode([1.0, 2.0, 3.0])) == NOTHING


def test_a_tensor_s_floats_are_read_by_its_type():
    data = canon.base64.b64encode(struct.pack("=2f", 1.5, 2.5)).decode()
    nodes = [["roots", [1]], ["tensor", "torch.float32", [2], "cpu", False, data]]
    assert struct.unpack("<2d", parted(nodes)[1]) == (1.5, 2.5)
    nodes[1][1] = "torch.int32"
    assert parted(nodes)[1] == b""


def test_only_what_returned_is_taken_apart():
    call = (([1.0],), {})
    digest, part = calls.named(call, False, 2.0, 1000, True)
    assert digest == calls.digest(call, False, 2.0, 1000)
    assert part == parted(calls.encoded(*call, False, 2.0, 1000))
    assert calls.named(call, True, ValueError(2.0), 1000, True)[1] == NOTHING
    assert calls.named(call, False, 2.0, 1000, False)[1] == NOTHING
    assert calls.named(call, False, object.__new__, 1000, True)[0] == calls.digest(call, False, object.__new__, 1000)
    assert calls.named(call, False, sys._getframe(), 1000, True) == ("", NOTHING)


WITH_NUMPY = pytest.mark.parametrize("library", ["numpy"] if importlib.util.find_spec("numpy") else [])


@WITH_NUMPY
@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", ">f4", "<f2", ">f2", "<c16", ">c8"])
def test_the_floats_of_arrays_are_widened(library, kind):
    np = importlib.import_module(library)
    values = np.array([[1.5, -2.0], [0.25, 8.0]], kind)
    assert skeleton(values) == skeleton(np.zeros_like(values))
    assert skeleton(values) != skeleton(values.reshape(4))
    assert skeleton(values) != skeleton(values.astype("g" if values.dtype.kind == "f" else "G"))
    assert skeleton(values) != skeleton(np.asfortranarray(values))
    want = [1.5, -2.0, 0.25, 8.0] if values.dtype.kind == "f" else [1.5, 0, -2.0, 0, 0.25, 0, 8.0, 0]
    assert apart(values)[1] == want
    assert apart(values[0, 0])[1] == want[: 1 + (values.dtype.kind == "c")]
    assert apart(values.T)[1] != want


@WITH_NUMPY
@pytest.mark.parametrize("kind", ["i8", "u1", "?", "g", "G", "M8[s]", "f8,i4"])
def test_arrays_of_anything_else_stay_whole(library, kind):
    np = importlib.import_module(library)
    one, other = np.zeros(2, kind), np.ones(2, "i8").astype(kind)
    assert skeleton(one) != skeleton(other)
    assert apart(one)[1] == []
    assert skeleton(one[0]) != skeleton(other[0])


@WITH_NUMPY
@pytest.mark.parametrize("start", [b"f", b"c"])
def test_bytes_of_whole_numbers_are_not_read_as_the_encoding_of_a_float(library, start):
    np = importlib.import_module(library)
    for rest in (b"AAA", b"fff", b"zzz"):
        pixels = np.frombuffer(canon.base64.b64decode(start + rest), np.uint8)
        assert apart(pixels)[1] == []
        assert skeleton(pixels) != skeleton(pixels[::-1].copy())


@WITH_NUMPY
def test_arrays_keep_what_they_share_and_what_they_may(library):
    np = importlib.import_module(library)
    base = np.arange(4.0)
    shared, copied = [base[:2], base], [base[:2].copy(), base]
    assert skeleton(shared) != skeleton(copied)
    assert apart(shared)[1] == apart(copied)[1] == [0.0, 1.0, 0.0, 1.0, 2.0, 3.0]
    fixed = base.copy()
    fixed.flags.writeable = False
    assert skeleton(fixed) != skeleton(base)
    assert skeleton(np.array([1.0, "a"], object)) == skeleton(np.array([2.0, "a"], object))
    assert skeleton(np.array([1.0, "a"], object)) != skeleton(np.array([1.0, "b"], object))
