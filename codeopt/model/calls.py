"""Nouns of replay: what one recorded call did when it was made again."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CallAnswer", "Expected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """What a worker tells of one call.

    `status` is `returned`, `raised`, `opaque` (the result cannot be compared as data) or `unloadable` (the arguments cannot be
    rebuilt). `outcome` is `returned`, or `raised` and the type. `digest` covers result or exception and the arguments afterwards;
    `printed` the standard output. `given`, `shown` and `note` are short texts for people.
    """

    call: int
    status: str
    outcome: str = ""
    digest: str = ""
    printed: str = ""
    given: str = ""
    shown: str = ""
    note: str = ""
    random: bool = False

    def agrees(self, other: CallAnswer) -> bool:
        """Whether both did the same, as far as it can be seen."""
        return bool(self.digest) and (self.status, self.digest, self.printed) == (other.status, other.digest, other.printed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the original does with the recorded calls.

    `answers` are those that can be compared, `dropped` counts the others by reason. `replayed` are all calls that were made to learn
    it, in order: a candidate has to make them all, since later ones may rest on what earlier ones left behind.
    """

    answers: tuple[CallAnswer, ...]
    dropped: tuple[tuple[str, int], ...] = ()
    replayed: tuple[int, ...] = ()

    @property
    def calls(self) -> tuple[int, ...]:
        """The numbers of the comparable calls."""
        return tuple(answer.call for answer in self.answers)

    @property
    def random(self) -> bool:
        """Whether any of the calls draws random numbers."""
        return any(answer.random for answer in self.answers)
