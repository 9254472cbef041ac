"""Nouns of floats that may differ: how much the user allows, and results whose floats lie apart."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Parted", "Tolerance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What the user allows of a float: to be off by `atol`, and by `rtol` times what is wanted."""

    rtol: float = 0.0
    atol: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A result taken apart: `skeleton` is the digest of all but its floats, `floats` are these in order, as little-endian doubles.

    Where it cannot be taken apart (it raised, or holds too many floats), `skeleton` is empty, and the result is compared exactly.
    """

    skeleton: str = ""
    floats: bytes = b""
