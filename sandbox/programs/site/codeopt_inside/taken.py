"""Sees how much a lazy result has taken of the arguments that can be gone through once, when its first items come."""

import operator
import types

from codeopt_inside import values

_FIRST = 8


class _Hinted:
    """An iterator that knows how many items it has left."""

    def __init__(self, iterator):
        self.iterator = iterator
        self.all = operator.length_hint(iterator)

    def taken(self):
        return self.all - operator.length_hint(self.iterator)


class _Standing:
    """A generator that stands in for a recorded one."""

    def __init__(self, state):
        self.state = state

    def taken(self):
        return self.state.taken


def sources(arguments):
    """Return what tells of those arguments how much was taken of them: generators that stand in for others, iterators of lists."""
    found = []
    for argument in arguments:
        cls = type(argument)
        if cls is types.GeneratorType:
            state = values.standing.get(argument)
            if state is not None:
                found.append(_Standing(state))
        elif cls is _LIST_ITERATOR:
            found.append(_Hinted(argument))
    return found


_LIST_ITERATOR = type(iter([]))


def first_items(iterator, found, items, trail):
    """Take the first items, and note after each how much of the arguments was taken; both lists hold what came before an exception."""
    for _ in range(_FIRST):
        for item in iterator:
            items.append(item)
            break
        else:
            return
        trail.append([source.taken() for source in found])
