"""Nouns of the oracle: how many small faults in the original the compared calls find."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Power", "Survivor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A mutant that no compared call told from the original: at `line`, `after` stood for `before`."""

    line: int
    operator: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What became of the mutants of one function.

    `made` counts all of them, `untried` those that time did not suffice for, or that could not be put in the original's place. The rest
    was either `killed`, or is among the `survivors`. `problem` says why none could be tried.
    """

    made: int
    killed: int
    survivors: tuple[Survivor, ...] = ()
    untried: int = 0
    problem: str = ""

    def __post_init__(self) -> None:
        """Restore the tuple."""
        object.__setattr__(self, "survivors", tuple(self.survivors))

    @property
    def tried(self) -> int:
        """How many mutants were put through the calls."""
        return self.made - self.untried

    @property
    def share(self) -> float:
        """The part of the tried mutants that was killed; 0 when none was tried."""
        return self.killed / self.tried if self.tried > 0 else 0.0
