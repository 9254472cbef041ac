"""Whether a gain on inputs that were met before is borne out by inputs that were not: a memory gains nothing there."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from codeopt.model.evidence import Clock, Comparison, Measurement
from codeopt.stats.compare import compare

__all__ = ["contradiction", "is_telling"]

FIRST_TIME_SHARE = 0.25
LARGE_GAIN = 1.5
DOUBT = 0.8  # the confidence at which a small gain is doubted: to doubt wrongly costs less than to believe wrongly
TELLING_SHARE = 0.3
LIKE_SHARE = 0.25


def is_telling(series: Sequence[Measurement], empty: Sequence[float], *, per_call_s: float = 0.0, calls: int = 1) -> bool:
    """Whether a series that cannot be repeated can be seen beside the pipe's own cost (`empty`), and its calls do like work.

    `per_call_s` is what a recorded call takes on the original: made calls that fall through in no time say nothing about it.
    """
    if not series or not empty:
        return False
    old_s = statistics.median(pair.old_seconds for pair in series)
    return old_s > TELLING_SHARE * statistics.median(empty) and old_s / max(1, calls) >= LIKE_SHARE * per_call_s


def contradiction(series: Sequence[Measurement], warm: Comparison, confidence: float) -> Comparison | None:
    """Return the comparison of a series of new inputs where it shows so little of the gain that the rest must come from remembering.

    Honest code gains somewhat less there as well: the interpreter has not adapted to it yet. So a quarter of the gain is enough, and
    a small gain is doubted only where its figure lies outside the series' own interval. The clock is that of `warm`, where it was read.
    """
    clock = warm.clock if all(pair.by(warm.clock) for pair in series) else Clock.WALL
    other, narrow = (compare(series, asked, clock=clock) for asked in (confidence, DOUBT))
    if other is None or narrow is None or warm.ratio <= 1:
        return None
    little = 1 + (warm.ratio - 1) * FIRST_TIME_SHARE
    return other if other.ratio < little and (warm.ratio > LARGE_GAIN or narrow.high < warm.ratio) else None
