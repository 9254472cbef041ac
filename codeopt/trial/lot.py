"""Knows what a timed batch is made of."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Lot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Which calls a timed batch makes, how often, and in how many rounds; without `sampled` all answers are looked at."""

    calls: tuple[int, ...]
    repeat: int = 1
    quads: int = 1
    sampled: bool = True
