"""The noun of mutation: the original with one small fault in it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Mutant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A file with one change in one of its functions.

    `operator` names the kind of fault, `line` (from 1) is where it is, `before` and `after` are short texts of what was changed, for
    people. `source` is the whole file; it has the lines of the original's, and all that was not changed stands where it stood.
    """

    operator: str
    line: int
    before: str
    after: str
    source: bytes
