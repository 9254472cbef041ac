"""Transactions for a database that has one writer: what several threads want at the same time goes into one, and is written through once.

Writing through to the disk takes milliseconds, whatever was written. So a burst of deliveries, and the claims of many workers, wait for one
another's writes no longer than for one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

__all__ = ["Turns"]

_T = TypeVar("_T")
_Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(slots=True)
class _Wish:
    act: Callable[[Connection], Any]
    done: bool = False
    result: Any = None
    error: BaseException | None = None


class Turns:
    """Does what threads want, each wish wholly or not at all; an act must not depend on being done once only."""

    def __init__(self, transaction: _Transaction) -> None:
        """`transaction` begins one, and commits it at its end, or rolls it back where an exception leaves it."""
        self._transaction = transaction
        self._turn, self._guard = threading.Lock(), threading.Lock()
        self._waiting: list[_Wish] = []

    def run(self, act: Callable[[Connection], _T]) -> _T:
        """Return what `act` returns, once that is committed, or raise what it raises, with nothing of it committed."""
        wish = _Wish(act)
        with self._guard:
            self._waiting.append(wish)
        # Whoever comes first does what all want who came until then; the others find it done.
        with self._turn:
            if not wish.done:
                with self._guard:
                    wishes, self._waiting = self._waiting, []
                self._fulfil(wishes)
        if wish.error is not None:
            raise wish.error
        result: _T = wish.result
        return result

    def _fulfil(self, wishes: list[_Wish]) -> None:
        try:
            self._together(wishes)
        except BaseException as error:  # noqa: BLE001 - it goes to those who wished
            if len(wishes) > 1:
                # One of them is to blame: each by itself, so that it fails alone.
                for wish in wishes:
                    self._fulfil([wish])
                return
            wishes[0].error = error
        for wish in wishes:
            wish.done = True

    def _together(self, wishes: list[_Wish]) -> None:
        with self._transaction() as connection:
            for wish in wishes:
                wish.result = wish.act(connection)
