"""Names for parametrized tests that are the same in every process: workers must agree on what there is to run."""

from __future__ import annotations

import re

__all__ = ["stable"]

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def stable(value: object) -> str:
    """Return the start of a value's text without addresses; of a set, whose order differs from process to process, its type."""
    return type(value).__name__ if isinstance(value, set | frozenset) and value else _ADDRESS.sub("", repr(value))[:20]
