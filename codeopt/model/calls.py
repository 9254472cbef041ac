"""Nouns of replay: what recorded calls did when they were made again, and what the process was like that made them."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.model.oracle import Power
from codeopt.model.tolerance import Parted

__all__ = ["CallAnswer", "Deed", "Difference", "Expected", "Probe", "Replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """What a worker tells of one call.

    `status` is `returned`, `raised`, `opaque` (the result cannot be compared as data) or `unloadable` (the arguments cannot be
    rebuilt). `outcome` is `returned`, or `raised` and the type. `digest` covers result or exception and the arguments afterwards;
    `printed` the standard output. `given`, `shown`, `files` (what it left in files that it was given by name) and `note` are short texts
    for people. Of an exception `explicit` says whether a `raise`
    statement made it, and `loose` is the digest without what its message says. `taken` says for the first items of a lazy result how many
    items of each argument that is taken from bit by bit were taken until then. `parted` is the same result with its floats apart, where
    that was asked for.
    """

    call: int
    status: str
    outcome: str = ""
    digest: str = ""
    printed: str = ""
    given: str = ""
    shown: str = ""
    files: str = ""
    note: str = ""
    explicit: bool = True
    loose: str = ""
    taken: tuple[tuple[int, ...], ...] = ()
    parted: Parted | None = None

    @property
    def alone(self) -> str:
        """The digest of what the call did, without the words of an exception: what is shown of a call of which nothing is told."""
        return self.loose if self.status == "raised" else self.digest

    def agrees(self, other: CallAnswer) -> bool:
        """Whether the other did the same, as far as it can be seen, every float to the bit.

        The message of an exception that the interpreter raised by itself (of a missing key, a division by zero) is no behaviour.
        """
        if not self.digest or (self.status, self.printed) != (other.status, other.printed):
            return False
        if self.status == "raised" and not self.explicit and self.loose:
            return self.loose == other.loose
        return self.digest == other.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A call that nobody made, planned by the host and built on the original's side; `data` is opaque to the host.

    `breaks` names what all recorded calls have in common and this one has not (`sorted`, `finite`, ...); empty where there is nothing.
    """

    data: bytes
    breaks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a candidate behaved otherwise than the original: `call` is its number, None where it is no single call's; `text` says how."""

    text: str
    call: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that the tree's code did beside computing: `kind` completes "the code ...", `what` says what and where."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of making all calls again in one process.

    `worn` are the digests of a second time, on worn objects (see `worn.py`), by position; empty texts prove nothing. `worn_parted` are
    the same with their floats apart, where that was asked for. `crowd` are the digests of calls that were made at the same time (see
    `crowd.py`). `world` holds settings of the interpreter and of libraries afterwards, by name. `arcs` holds the pairs of lines of the
    target's file that ran one after the other (0 is outside), `kept` counts the bytes that making the same calls once more left in memory,
    both in another child. `seconds` is the time of the first round.
    """

    answers: tuple[CallAnswer, ...]
    worn: tuple[str, ...] = ()
    worn_parted: tuple[Parted, ...] = ()
    crowd: tuple[str, ...] = ()
    world: tuple[tuple[str, str], ...] = ()
    deeds: tuple[Deed, ...] = ()
    kept: int = 0
    arcs: tuple[tuple[int, int], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the original does with the recorded calls, and with calls that were made out of them.

    Calls are numbered through: the recorded ones first, then those in `varied` (pickles, opaque to the host), then the `probes`. `answers`
    are those that can be compared, `dropped` counts the others by reason. `seeded` are those that come out otherwise under another hash
    seed, as they are under the first of the seeds. `replayed` are all calls that were made to learn it, in order: a
    candidate has to make them all, since later ones may rest on what earlier ones left behind. `power` says how many faults in the
    original these calls find; None where that was not tried. The other fields are those of `Replay`, as far as the original agrees
    with itself.
    """

    answers: tuple[CallAnswer, ...]
    dropped: tuple[tuple[str, int], ...] = ()
    seeded: tuple[CallAnswer, ...] = ()
    replayed: tuple[int, ...] = ()
    varied: tuple[bytes, ...] = ()
    probes: tuple[Probe, ...] = ()
    recorded: int = 0
    worn: tuple[str, ...] = ()
    worn_parted: tuple[Parted, ...] = ()
    crowd: tuple[str, ...] = ()
    world: tuple[tuple[str, str], ...] = ()
    deeds: tuple[Deed, ...] = ()
    kept: int = 0
    arcs: tuple[tuple[int, int], ...] = ()
    seconds: float = 0.0
    power: Power | None = None

    @property
    def calls(self) -> tuple[int, ...]:
        """The numbers of the comparable calls that were recorded."""
        made = bool(self.varied or self.probes)
        return tuple(answer.call for answer in self.answers if not made or answer.call < self.recorded)

    @property
    def fresh(self) -> tuple[int, ...]:
        """The numbers of the comparable calls that are near relatives of recorded ones, and that nobody made before."""
        known = range(self.recorded, self.recorded + len(self.varied))
        return tuple(answer.call for answer in self.answers if answer.call in known)

    @property
    def probed(self) -> tuple[int, ...]:
        """The numbers of the comparable calls that were planned to be unlike what was recorded."""
        known = range(self.recorded + len(self.varied), self.recorded + len(self.varied) + len(self.probes))
        return tuple(answer.call for answer in self.answers if answer.call in known)

    def breaks(self, call: int) -> str:
        """Return what all recorded calls have in common and this one has not; empty where there is nothing."""
        at = call - self.recorded - len(self.varied)
        return self.probes[at].breaks if 0 <= at < len(self.probes) else ""
