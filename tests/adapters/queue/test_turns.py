from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from codeopt.adapters.queue.turns import Turns


class Book:
    """A database that keeps a list, changed by a transaction as a whole; `commits` are the lists as they were kept."""

    def __init__(self, *, full_at: int = 1000) -> None:
        self.kept: list[str] = []
        self.commits: list[list[str]] = []
        self.full_at = full_at

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        draft = list(self.kept)
        yield draft
        if len(draft) > self.full_at:
            raise OSError("full")
        self.kept = draft
        self.commits.append(draft)


def together(turns: Turns, acts: list[Callable[[Any], object]]) -> list[Future[object]]:
    """Have threads wish for all of it while one transaction is under way."""
    under_way, go_on = threading.Event(), threading.Event()

    def first(_: Any) -> None:
        under_way.set()
        go_on.wait()

    with ThreadPoolExecutor(len(acts) + 1) as pool:
        pool.submit(turns.run, first)
        under_way.wait()
        wished = [pool.submit(turns.run, act) for act in acts]
        while len(turns._waiting) < len(acts):
            pass
        go_on.set()
    return wished


def writing(word: str) -> Callable[[Any], str]:
    def act(draft: list[str]) -> str:
        draft.append(word)
        return word.upper()

    return act


def failing(draft: list[str]) -> None:
    draft.append("never kept")
    raise LookupError("not there")


def test_what_is_wished_for_at_the_same_time_is_one_transaction():
    book = Book()
    wished = together(Turns(book.transaction), [writing(word) for word in "abcde"])
    assert sorted(one.result() for one in wished) == list("ABCDE")
    assert sorted(book.kept) == list("abcde")
    assert len(book.commits) == 2


def test_a_wish_that_fails_fails_alone_and_leaves_nothing():
    book = Book()
    good, bad, other = together(Turns(book.transaction), [writing("a"), failing, writing("b")])
    assert (good.result(), other.result()) == ("A", "B")
    with pytest.raises(LookupError, match="not there"):
        bad.result()
    assert sorted(book.kept) == ["a", "b"]


def test_what_cannot_be_committed_is_nobody_s():
    book = Book(full_at=2)
    wished = together(Turns(book.transaction), [writing(word) for word in "abcd"])
    kept = [one.result() for one in wished if one.exception() is None]
    assert sorted(kept) == sorted(word.upper() for word in book.kept)
    assert len(kept) == 2
    assert {type(one.exception()) for one in wished if one.exception()} == {OSError}


def test_wishes_one_after_the_other_are_transactions_of_their_own():
    book = Book()
    turns = Turns(book.transaction)
    for word in "abc":
        assert turns.run(writing(word)) == word.upper()
    assert book.commits == [["a"], ["a", "b"], ["a", "b", "c"]]
