"""Plans of calls around the constants that a new version of a function names and the old one does not: where it may branch off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from codeopt.inputs.plans import plans
from codeopt.inputs.signature import Signature
from codeopt.model.plan import Plan

__all__ = ["novel_plans"]

T = TypeVar("T")
# In every function, and among the edges anyway.
COMMON = frozenset({-1, 0, 1, 2})


def novel_plans(
    sketches: Sequence[object], before: Signature, after: Signature, *, most: int, seed: str, unwanted: frozenset[str] = frozenset()
) -> tuple[Plan, ...]:
    """Return that many plans at most, of those that nobody would make for the old version; none where the new one names nothing new."""
    new = replace(
        before,
        numbers=tuple(number for number in _added(before.numbers, after.numbers) if number not in COMMON),
        reals=_added(before.reals, after.reals),
        texts=_added(before.texts, after.texts),
        fragments=_added(before.fragments, after.fragments),
        names_none=after.names_none and not before.names_none,
    )
    if not (new.numbers or new.reals or new.texts or new.fragments or new.names_none):
        return ()
    bare = replace(before, numbers=(), reals=(), texts=(), fragments=(), names_none=False)
    known = frozenset(plans(sketches, bare, most=most, seed=seed, unwanted=unwanted))
    return tuple(plan for plan in plans(sketches, new, most=2 * most, seed=seed, unwanted=unwanted) if plan not in known)[:most]


def _added(before: Sequence[T], after: Sequence[T]) -> tuple[T, ...]:
    known = frozenset(before)
    return tuple(value for value in after if value not in known)
