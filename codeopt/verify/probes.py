"""Chooses among calls that nobody made before those that tell most of the original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Tried", "fitting", "telling"]

_OF_A_KIND = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the original made of a call: `outcome` is `returned`, `raised` and the type, or empty where it did not end well.

    `size` is that of the call's pickle in bytes, `breaks` what all recorded calls have in common and this one has not, `files` what was
    done to the files that it came with.
    """

    outcome: str
    arcs: frozenset[tuple[int, int]]
    size: int = 0
    breaks: str = ""
    files: str = ""


def telling(tried: Sequence[Tried], *, most: int, most_bytes: int) -> tuple[int, ...]:
    """Return the positions of at most so many calls: those first that end, or pass through the code, as none before them did.

    Then come a few that break each of the properties, or find files changed in each way: what they ask, no other call asks. Calls that
    raise what many others raise tell little: they get a quarter of the places. All together are of at most so many bytes.
    """
    usable = [at for at, each in enumerate(tried) if each.outcome]
    new = _new(tried, usable)
    new += [at for at in (*_odd(tried, usable), *_filed(tried, usable)) if at not in new]
    rest = [at for at in usable if at not in new]
    raised = [at for at in rest if tried[at].outcome != "returned"][: most // 4]
    returned = [at for at in rest if tried[at].outcome == "returned"]
    sizes = [each.size for each in tried]
    return tuple(sorted(fitting(sizes, [*new, *raised, *returned], most_bytes=most_bytes, most=most)))


def _new(tried: Sequence[Tried], usable: Sequence[int]) -> list[int]:
    """Return the positions of calls that show something that no smaller call shows."""
    ends: set[str] = set()
    arcs: set[tuple[int, int]] = set()
    found: list[int] = []
    for at in sorted(usable, key=lambda at: tried[at].size):
        if tried[at].outcome not in ends or not tried[at].arcs <= arcs:
            found.append(at)
            ends.add(tried[at].outcome)
            arcs |= tried[at].arcs
    return found


def _odd(tried: Sequence[Tried], usable: Sequence[int]) -> list[int]:
    """Return the positions of the first calls that break each property and return something."""
    counts = Counter[str]()
    found: list[int] = []
    for at in usable:
        breaks = tried[at].breaks
        if breaks and not tried[at].files and tried[at].outcome == "returned" and counts[breaks] < _OF_A_KIND:
            found.append(at)
            counts[breaks] += 1
    return found


def _filed(tried: Sequence[Tried], usable: Sequence[int]) -> list[int]:
    """Return the positions of calls that find files changed in each way and return something: those that pass through most of the code."""
    ways: dict[str, list[int]] = {}
    for at in usable:
        if tried[at].files and tried[at].outcome == "returned":
            ways.setdefault(tried[at].files, []).append(at)
    return [at for way in ways.values() for at in _spread(tried, way)]


def _spread(tried: Sequence[Tried], left: list[int]) -> Iterator[int]:
    """Yield a few positions, each of the call that passes through most of what the ones before it did not; then of those with most."""
    arcs: set[tuple[int, int]] = set()
    for _ in range(min(_OF_A_KIND, len(left))):
        best = max(left, key=lambda at: (len(tried[at].arcs - arcs), len(tried[at].arcs)))
        arcs |= tried[best].arcs
        left = [at for at in left if at != best]
        yield best


def fitting(sizes: Sequence[int], order: Iterable[int], *, most_bytes: int, least: int = 0, most: int | None = None) -> list[int]:
    """Return positions in an order, as long as their sizes add up to at most so many bytes; at least `least`, and at most `most`."""
    taken, total = list[int](), 0
    for at in order:
        if len(taken) == most:
            break
        if len(taken) < least or total + sizes[at] <= most_bytes:
            taken.append(at)
            total += sizes[at]
    return taken
