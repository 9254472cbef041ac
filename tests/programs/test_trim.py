"""Large calls are made small."""

from __future__ import annotations

import collections.abc
import pickle

from codeopt_inside.trim import LARGE, trimmed


class Shelf(collections.abc.MutableSet):
    """A set that also knows how much it holds."""

    def __init__(self, items):
        self.items, self.total = list(items), sum(items)

    def __contains__(self, item):
        return item in self.items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def add(self, item):
        self.items.append(item)
        self.total += item

    def discard(self, item):
        self.items.remove(item)
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
