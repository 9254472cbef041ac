"""Collections of a program's own classes are looked at and changed by their own methods."""

from __future__ import annotations

import collections
import collections.abc
import pickle
from typing import NamedTuple

import pytest
from codeopt_inside import own

from tests.programs.bag import Bag


class Counted(collections.abc.MutableMapping):
    """A mapping that counts what it holds, and knows what was asked for last."""

    def __init__(self, pairs=()):
        self.held, self.count, self.last = {}, 0, None
        self.update(pairs)

    def __getitem__(self, key):
        self.last = key
        return self.held[key]

    def __setitem__(self, key, value):
        self.count += key not in self.held
        self.held[key] = value

    def __delitem__(self, key):
        del self.held[key]
        self.count -= 1

    def __iter__(self):
        return iter(self.held)

    def __len__(self):
        return self.count


class Row(collections.abc.Sequence):
    """A persistent sequence."""

    def __init__(self, items):
        self.items = tuple(items)

    def __getitem__(self, at):
        return self.items[at]

    def __len__(self):
        return len(self.items)

    def set(self, at, value):
        return Row([*self.items[:at], value, *self.items[at + 1 :]])

    def delete(self, at):
        return Row([*self.items[:at], *self.items[at + 1 :]])

    def append(self, value):
        return Row([*self.items, value])


class Stubborn(Bag):
    """A set that keeps everything."""

    def discard(self, item):
        """Do nothing."""


class Endless(Bag):
    """A set without end."""

    def __iter__(self):
        return iter(int, 1)


class Pair(NamedTuple):
    """A record."""

    left: int
    right: int


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Counted(), "mapping"),
        (Row([]), "sequence"),
        (Bag([]), "set"),
        ({}, ""),
        ([], ""),
        (collections.Counter(), ""),
        (collections.OrderedDict(), ""),
        (range(3), ""),
        (Text("a"), ""),
        (Pair(1, 2), ""),
        (object(), ""),
    ],
)
def test_only_collections_of_a_program_s_own_have_a_form(value, form):
    assert own.form(value) == form


def changed(value, name, *words, others=()):
    value = pickle.loads(pickle.dumps(value))
    return own.WITH_OTHERS[name](value, others, *words) if name in own.WITH_OTHERS else own.OPERATIONS[name](value, *words)


def test_a_mapping_is_changed_by_its_own_methods():
    pairs = Counted({"a": 1, "b": 2, "c": 3})
    assert (own.keys(pairs), own.items(pairs)) == (["a", "b", "c"], [1, 2, 3])
    assert dict(changed(pairs, "own drop", 1)) == {"a": 1, "c": 3}
    assert changed(pairs, "own keep", 1).count == 1
    assert changed(pairs, "own use", 0).last == "a"
    assert dict(changed(pairs, "own swap", 0, 2)) == {"a": 3, "b": 2, "c": 1}
    assert dict(changed(pairs, "own other", 0, 5, others=[Counted({"z": 9})])) == {"a": 9, "b": 2, "c": 3}
    assert dict(changed(pairs, "own more", 5, others=[Counted({"a": 8, "z": 9})])) == {"a": 1, "b": 2, "c": 3, "z": 9}


def test_a_persistent_sequence_answers_with_a_new_one():
    row = Row("abc")
    assert changed(row, "own drop", 0).items == ("b", "c")
    assert changed(row, "own keep", 0).items == ()
    assert own.with_item(row, 1, "z").items == ("a", "z", "c")
    assert changed(row, "own more", 1, others=[Row("d")]).items == ("a", "b", "c", "d")
    assert row.items == ("a", "b", "c")


def test_a_set_has_no_places():
    assert changed(Bag("abc"), "own drop", 1).items == ["a", "c"]
    assert changed(Bag("ab"), "own more", 1, others=[Bag("c")]).items == ["a", "b", "c"]
    with pytest.raises(TypeError, match="places"):
        own.with_item(Bag("abc"), 0, "z")


@pytest.mark.parametrize("value", [Stubborn("ab"), Endless("ab")])
def test_what_does_not_lose_what_it_is_told_to_makes_no_call(value):
    with pytest.raises(ValueError, match=r"does not lose|too much"):
        own.OPERATIONS["own drop"](value, 0)


def test_nothing_to_lend_makes_no_call():
    with pytest.raises(IndexError):
        own.WITH_OTHERS["own more"](Bag("a"), [], 1)
