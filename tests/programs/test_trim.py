"""Large calls are made small."""

from __future__ import annotations

import pickle

from codeopt_inside.trim import LARGE, trimmed

from tests.programs.bag import Bag


class Shelf(Bag):
    """A set that also knows how much it holds."""

    def __init__(self, items):
        super().__init__(items)
        self.total = sum(self.items)

    def add(self, item):
        super().add(item)
        self.total = sum(self.items)

    def discard(self, item):
        super().discard(item)
        self.total -= item


def cut(*arguments):
    (data,) = trimmed([pickle.dumps((arguments, {}))])
    return pickle.loads(data)[0]


def test_a_large_list_keeps_its_first_items():
    (items,) = cut(list(range(5_000)))
    assert items == list(range(len(items)))
    assert 0 < len(items) < 100


def test_a_small_call_stays_as_it_is():
    assert len(pickle.dumps(list(range(100)))) < LARGE
    assert cut(list(range(100))) == (list(range(100)),)


def test_a_collection_of_a_program_s_own_is_asked_to_leave_things_out():
    (shelf,) = cut(Shelf(range(5_000)))
    assert 0 < len(shelf) < 100
    assert shelf.total == sum(shelf)
