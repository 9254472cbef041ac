"""A set of a class of its own, as programs have them."""

from __future__ import annotations

import collections.abc


class Bag(collections.abc.MutableSet):
    """A set that keeps its members in order."""

    def __init__(self, items):
        self.items = list(items)

    def __contains__(self, item):
        return item in self.items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def add(self, item):
        if item not in self.items:
            self.items.append(item)

    def discard(self, item):
        if item in self.items:
            self.items.remove(item)
