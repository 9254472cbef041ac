"""Holds programs to some of the cores, from their first instruction on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["last_cores"]


@contextmanager
def last_cores(count: int | None) -> Iterator[None]:
    """Have programs that this thread starts meanwhile share the last `count` cores that it may use; None means all of them.

    A program inherits the cores of the thread that starts it, so that there is no moment at which it runs elsewhere, and no other thread
    is touched. Where a system holds nobody to cores, nothing happens.
    """
    if count is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(usual)[-count:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)
