"""Nouns of replay: what recorded calls did when they were made again, and what the process was like that made them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CallAnswer", "Deed", "Expected", "Replay"]


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

    def agrees(self, other: CallAnswer) -> bool:
        """Whether both did the same, as far as it can be seen."""
        return bool(self.digest) and (self.status, self.digest, self.printed) == (other.status, other.digest, other.printed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that the tree's code did beside computing: `kind` completes "the code ...", `what` says what and where."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of making all calls again in one process.

    `worn` are the digests of a second time, on worn objects (see `worn.py`), by position; empty texts prove nothing. `world` holds
    settings of the interpreter and of libraries afterwards, by name. `lines` holds the lines of the target's file that
    ran, `kept` counts the bytes that making the same calls once more left in memory, both in another child. `seconds` is the time of the
    first round.
    """

    answers: tuple[CallAnswer, ...]
    worn: tuple[str, ...] = ()
    world: tuple[tuple[str, str], ...] = ()
    deeds: tuple[Deed, ...] = ()
    kept: int = 0
    lines: tuple[int, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the original does with the recorded calls, and with calls that were made out of them.

    Calls are numbered through: the recorded ones first, then those in `varied` (pickles, opaque to the host). `answers` are those that can
    be compared, `dropped` counts the others by reason. `replayed` are all calls that were made to learn it, in order: a candidate
    has to make them all, since later ones may rest on what earlier ones left behind. The other fields are those of `Replay`, as far as the
    original agrees with itself.
    """

    answers: tuple[CallAnswer, ...]
    dropped: tuple[tuple[str, int], ...] = ()
    replayed: tuple[int, ...] = ()
    varied: tuple[bytes, ...] = ()
    recorded: int = 0
    worn: tuple[str, ...] = ()
    world: tuple[tuple[str, str], ...] = ()
    deeds: tuple[Deed, ...] = ()
    kept: int = 0
    lines: tuple[int, ...] = ()
    seconds: float = 0.0

    @property
    def calls(self) -> tuple[int, ...]:
        """The numbers of the comparable calls that were recorded."""
        return tuple(answer.call for answer in self.answers if not self.varied or answer.call < self.recorded)

    @property
    def fresh(self) -> tuple[int, ...]:
        """The numbers of the comparable calls that nobody made before."""
        return tuple(answer.call for answer in self.answers if self.varied and answer.call >= self.recorded)
