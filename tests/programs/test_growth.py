"""One call is timed at growing sizes."""

from __future__ import annotations

import pickle

import pytest
from codeopt_inside.growth import LEAST, PARTS, grown


def pickled(*calls):
    return [pickle.dumps((call, {})) for call in calls]


def searched(xs, ys):
    return [x for x in xs if x in ys]


def counted(xs):
    return len(xs)


def picky(xs):
    if len(xs) < 300:
        raise ValueError("too few")
    return xs


def test_the_largest_call_is_cut_and_both_its_arguments_with_it():
    points = grown(searched, pickled(([1], [2]), (list(range(800)), list(range(10_000, 10_800)))), 5.0)
    assert [size for size, _ in points] == [800 // part for part in PARTS]
    assert all(seconds > 0 for _, seconds in points)


@pytest.mark.parametrize(
    ("function", "call"),
    [(counted, ([1] * (LEAST - 1),)), (counted, (5,)), (picky, (list(range(400)),)), (searched, ("not enough",))],
)
def test_what_holds_little_or_fails_when_it_is_smaller_has_no_sizes(function, call):
    assert grown(function, pickled(call), 2.0) == []


def test_a_call_that_cannot_be_read_is_passed_over():
    assert [size for size, _ in grown(counted, [b"nothing" * 900, *pickled(([1] * 80,))], 2.0)] == [80 // part for part in PARTS]
