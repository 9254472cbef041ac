"""Compares floats within what the user allows, and says how far off they are at worst: knows packed doubles, not what they belong to."""

from __future__ import annotations

import itertools
import math
import operator
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from codeopt.model.tolerance import Parted, Tolerance

__all__ = ["Error", "agreement", "float_note", "is_near", "is_within", "unlike", "worst_error"]

# Digests of results, and the same results with their floats apart where that was asked for.
Digests = tuple[Sequence[str], Sequence[Parted]]

DOUBLE_BYTES = 8
CHUNK_BYTES = 4096 * DOUBLE_BYTES
SLIGHT = 1e-9  # another order of the same sum makes less; more is worth no hint


class Error(NamedTuple):
    """The largest relative and the largest absolute difference among floats; infinite where no bound would do."""

    relative: float = 0.0
    absolute: float = 0.0


def worst_error(want: bytes, got: bytes) -> Error:
    """Return how far doubles are from those that are wanted, at worst; the two figures may be of two different ones."""
    if len(want) != len(got):
        return Error(math.inf, math.inf)
    return _worst(Error(max(map(_ratio, gaps, wanted)), max(gaps)) for wanted, gaps in _gaps(want, got))


def is_within(want: bytes, got: bytes, tolerance: Tolerance) -> bool:
    """Whether each double is off by no more than `atol` and `rtol` times what is wanted.

    NaN is only NaN, an infinite number only itself, and both zeros are the same.
    """
    return len(want) == len(got) and all(
        not gap or (gap <= tolerance.atol + tolerance.rtol * abs(number) and gap < math.inf)
        for wanted, gaps in _gaps(want, got)
        for number, gap in zip(wanted, gaps, strict=True)
    )


def is_near(want: Parted | None, got: Parted | None, tolerance: Tolerance | None) -> bool:
    """Whether two results differ in floats alone, and within the tolerance; never where there is none."""
    if tolerance is None or want is None or got is None or not _is_alike(want, got):
        return False
    return is_within(want.floats, got.floats, tolerance)


def unlike(want: Digests, got: Digests, tolerance: Tolerance | None) -> list[bool]:
    """Say of each result whether its digest is another than is wanted, and that not by floats within the tolerance alone."""
    digests = zip(want[0], got[0], strict=True)
    parted = itertools.chain(zip(want[1], got[1], strict=True), itertools.repeat((None, None)))
    return [one != other and not is_near(*pair, tolerance) for (one, other), pair in zip(digests, parted, strict=False)]


def agreement(pairs: Iterable[tuple[Parted | None, Parted | None]], tolerance: Tolerance | None) -> str:
    """Say what floats were allowed to be off by, and how far off they are at worst in results that are near; empty without tolerance."""
    if tolerance is None:
        return ""
    worst = _worst(worst_error(want.floats, got.floats) for want, got in pairs if want and got and _is_alike(want, got))
    return f"floats within {_bounds(tolerance)} ({_figures(worst, tolerance)})"


def float_note(want: Parted | None, got: Parted | None, tolerance: Tolerance | None) -> str:
    """Say that two results differ in floats alone: slightly, where nothing is allowed, or by more than is; empty otherwise.

    Of results whose floats are too many to be taken out, say that whatever is allowed does not count.
    """
    if tolerance is not None and want is not None and got is not None and not want.skeleton and not got.skeleton:
        return "a result with more than a million floats is compared to the bit, whatever is allowed: try a workload with smaller ones"
    if want is None or got is None or not _is_alike(want, got):
        return ""
    worst = worst_error(want.floats, got.floats)
    if tolerance is not None:
        return f"only floats differ, and not within {_bounds(tolerance)} ({_figures(worst, tolerance)})"
    if worst.relative >= SLIGHT:
        return ""
    return f"only floats differ, by {worst.relative:.2g} relative at worst: --float-rtol allows that"


def _is_alike(want: Parted, got: Parted) -> bool:
    return bool(want.skeleton) and want.skeleton == got.skeleton


def _gaps(want: bytes, got: bytes) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    """Yield wanted doubles, and by how much others differ from them, in pieces; those that are equal to the bit are passed over."""
    for begin in range(0, len(want), CHUNK_BYTES):
        piece, other = want[begin : begin + CHUNK_BYTES], got[begin : begin + CHUNK_BYTES]
        if piece != other:
            wanted, found = _doubles(piece), _doubles(other)
            gaps = list(map(abs, map(operator.sub, found, wanted)))
            # Numbers that are none, or infinite, show in the sum; few results hold any.
            yield wanted, gaps if math.isfinite(sum(gaps)) else list(map(_gap, wanted, found))


def _doubles(data: bytes) -> array[float]:
    doubles = array("d", data)
    if sys.byteorder == "big":
        doubles.byteswap()
    return doubles


def _gap(want: float, got: float) -> float:
    if want == got or (math.isnan(want) and math.isnan(got)):
        return 0.0
    gap = abs(got - want)
    return math.inf if math.isnan(gap) else gap


def _ratio(gap: float, want: float) -> float:
    if not gap:
        return 0.0
    return gap / abs(want) if want and math.isfinite(gap) else math.inf


def _worst(errors: Iterable[Error]) -> Error:
    found = [Error(), *errors]
    return Error(max(error.relative for error in found), max(error.absolute for error in found))


def _bounds(tolerance: Tolerance) -> str:
    return f"rtol {tolerance.rtol:g}, atol {tolerance.atol:g}"


def _figures(worst: Error, tolerance: Tolerance) -> str:
    """Say what is worst: beside a number that is nearly zero only an absolute difference means something."""
    if not worst.absolute:
        return "none differs"
    return f"worst: {worst.relative:.2g} relative" + (f", {worst.absolute:.2g} absolute" if tolerance.atol else "")
