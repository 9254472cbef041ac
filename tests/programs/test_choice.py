"""What a call looks like from outside, and which calls are kept."""

from __future__ import annotations

import collections
import pickle

import pytest
from codeopt_inside import choice
from codeopt_inside.choice import Choice, Kept
from codeopt_inside.signature import short, signed

from tests.ids import stable


class Holder:
    def __init__(self, *parts):
        self.first, self.second = parts


class Silent:
    """Fails when anything is asked of it."""

    asked = 0

    def __getattribute__(self, name):
        Silent.asked += 1
        raise RuntimeError(name)

    def __len__(self):
        Silent.asked += 1
        raise RuntimeError("len")


class Meta(type):
    __hash__ = None

    def __eq__(cls, other):
        raise RuntimeError("eq")

    @property
    def __mro__(cls):
        raise RuntimeError("mro")


class Strange(metaclass=Meta):
    pass


def kind(*arguments, **keywords):
    return signed(arguments, keywords)[0]


SHARED = [1]

DIFFERENT = [
    ((0,), (1,)),
    ((1,), (-1,)),
    ((1,), (1 << 70,)),
    ((1,), (True,)),
    ((True,), (False,)),
    ((None,), (False,)),
    ((1,), (1.0,)),
    ((1.0,), (float("nan"),)),
    ((1.0,), (float("inf"),)),
    (("",), ("a",)),
    (("a",), (b"a",)),
    (("a",), ("\N{EURO SIGN}",)),
    (([],), ([1],)),
    (([1],), ((1,),)),
    (([1],), (["a"],)),
    (([1, 2],), ([1, "a"],)),
    (([1] * 3,), ([1] * 4,)),
    (({},), ({1: 1},)),
    (({1: 1},), ({1: "a"},)),
    ((set(),), ({1},)),
    ((set(),), (frozenset(),)),
    ((collections.deque(),), (collections.deque([1]),)),
    ((Holder([], 1),), (Holder([1], 1),)),
    ((Holder(None, 1),), (Holder([], 1),)),
    ((Holder(None, 1),), (Holder(None, 0),)),
    ((1,), (1, None)),
    ((SHARED, SHARED), ([1], [1])),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT, ids=stable)
def test_calls_that_look_different_have_different_signatures(first, second):
    assert kind(*first) != kind(*second)
    assert short(kind(*first)) != short(kind(*second))


def test_calls_that_look_alike_have_one_signature():
    assert kind(5, [1, 2], key=None) == kind(7, [3, 4], key=None)
    assert kind(Holder([1], 5)) == kind(Holder([2], 7))
    assert kind(a=1, b=2) == kind(b=2, a=1)
    assert kind(a=1) != kind(b=1) != kind(1)


def test_only_what_no_call_can_change_is_fixed():
    assert signed((1, "a", None, 2.5, b"x"), {"k": True})[2]
    assert not any(signed((value,), {})[2] for value in ([], {}, (), bytearray(), Holder(1, 2)))


def test_what_misbehaves_is_asked_nothing():
    found = [kind(Silent(), [1]), kind(Strange()), kind(Strange)]
    assert len(set(found)) == 3
    assert Silent.asked == 0


def kept(choices, calls):
    """Give each (kind, content) to the choice as a recorder does, and return the contents that are kept."""
    for number, (name, content) in enumerate(calls):
        place = choices.place(name, 0)
        if place is not None:
            choices.keep(Kept(content, name, number), place)
    return [call.data for call in choices.calls()]


def text(number):
    return b"%d" % number


def test_kinds_share_the_room():
    calls = [("common", text(number)) for number in range(5000)] + [("rare", b"r%d" % number) for number in range(40)]
    found = kept(Choice(), calls)
    assert len(found) == choice.GROUPED
    assert sum(content.startswith(b"r") for content in found) == choice.GROUPED // 2
    assert found[:2] == [b"0", b"r0"]
    assert {text(number) for number in range(choice.FEW)} <= set(found)


def test_a_kind_is_sampled_from_end_to_end():
    found = [int(content) for content in kept(Choice(), [("k", text(number)) for number in range(100_000)])]
    assert sum(number < 50_000 for number in found[choice.FEW :]) in range(8, 38)
    assert max(found) > 80_000


def test_of_too_many_kinds_each_stays_with_one_call_by_chance():
    found = [int(content) for content in kept(Choice(), [(f"k{number}", text(number)) for number in range(1000)])]
    assert len(found) == choice.GROUPED
    assert sum(number < 500 for number in found) in range(10, 39)


def test_a_rare_kind_finds_room_where_large_calls_have_taken_all():
    choices = Choice()
    large = choice.TOTAL_BYTES // 6
    found = kept(choices, [*(("large", bytes(large + number)) for number in range(12)), ("rare", b"r" * large), ("rare", b"s" * large)])
    assert choices.bytes == sum(map(len, found)) <= choice.TOTAL_BYTES
    assert {content[:1] for content in found} == {b"\0", b"r"}


def test_failures_have_a_place_of_their_own():
    choices = Choice()
    kept(choices, [("k", text(number)) for number in range(100)])
    stored = choices.groups["k"][-1]
    for number in range(10):
        call = stored if number == 0 else Kept(b"f%d" % number, "k", 1000 + number)
        if choices.wants_failure("way"):
            choices.keep_failure(call, "way")
    after = kept(choices, [("k", text(number)) for number in range(100, 50_000)])
    assert stored.data in after
    assert [content for content in after if content.startswith(b"f")] == [b"f1"]
    assert choices.bytes == sum(map(len, after))


def test_the_largest_calls_are_kept():
    choices = Choice()
    for number in range(1, 3000):
        place = choices.place("k", number % 2000)
        if place is not None:
            choices.keep(Kept(pickle.dumps(number), "k", number), place)
    assert max(pickle.loads(call.data) for call in choices.largest) > 1500
    assert len(choices.calls()) <= choice.GROUPED + choice.LARGEST
