"""The page's drawings, each of what a run really kept: knows what is drawn and how it is told to those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from codeopt.model.evidence import Comparison
from codeopt.model.report import CandidateReport
from codeopt.report.check_prose import clock_words
from codeopt.report.evidence.plots import Band, Mark, Side, bands, bars, spread
from codeopt.report.evidence.shares import Share
from codeopt.report.figures import duration, interval, percent, ratio
from codeopt.report.proof import SizeLine
from codeopt.report.visible import one_line

__all__ = ["Drawing", "forest", "pairs_drawing", "shares_drawing", "sizes_drawing"]

_MOST = 60
_LABEL = 30
_TOLD = 12
_DRAWN = 1e6  # ratios beyond that, either way, are told and not drawn
_AXIS = "speed-up: old time over new time (logarithmic); right of 1x is faster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An SVG element, and the sentence below it."""

    svg: Markup
    caption: str


def forest(candidates: Sequence[CandidateReport], *, name: str, target: str) -> Drawing | None:
    """Draw the intervals of every candidate that was measured, the best first; None when none was."""
    measured = [one for one in candidates if _can_be_drawn(one.verdict.comparison) or _can_be_drawn(one.verdict.workload)]
    measured.sort(key=lambda one: -(one.verdict.comparison or one.verdict.workload or _NONE).ratio)
    shown = measured[:_MOST]
    if not shown:
        return None
    rows = [Band(label=f"{one.key[:8]} {one.verdict.outcome}", marks=tuple(_marks(one))) for one in shown]
    cut = f" The best {_MOST} of {len(measured)} are drawn." if len(measured) > _MOST else ""
    svg = bands(
        rows,
        name=name,
        title=f"Speed-up of every measured candidate for {one_line(target)}",
        description=f"{len(shown)} candidates. {'; '.join(map(_figures, shown[:_TOLD]))}. All figures stand in the list of candidates.",
        axis=_AXIS,
    )
    return Drawing(
        svg=Markup(svg),  # noqa: S704 - made of escaped text by `svg.embedded`
        caption=f"Speed-up of every measured candidate with its interval: dots are the function, squares the whole workload.{cut}",
    )


_NONE = Comparison(ratio=1.0, low=1.0, high=1.0, confidence=0.0, rounds=0, old_seconds=0.0, new_seconds=0.0)


def _marks(one: CandidateReport) -> list[Mark]:
    found = ((one.verdict.comparison, False), (one.verdict.workload, True))
    return [
        Mark(low=seen.low, middle=seen.ratio, high=seen.high, whole=whole)
        for seen, whole in found
        if seen is not None and _can_be_drawn(seen)
    ]


def _figures(one: CandidateReport) -> str:
    function, whole = one.verdict.comparison, one.verdict.workload
    parts = [f"function {interval(function)}"] if function else []
    parts += [f"whole workload {interval(whole)}"] if whole else []
    return f"{one.key[:8]} {one.verdict.outcome}: {', '.join(parts)}"


def _can_be_drawn(seen: Comparison | None) -> bool:
    return seen is not None and seen.low > 1 / _DRAWN and seen.high < _DRAWN


def pairs_drawing(seen: Comparison, *, name: str, what: str) -> Drawing | None:
    """Draw the times of all pairs, old and new; None where the run did not keep them."""
    times = [seconds for pair in seen.pairs for seconds in pair]
    if not times or not all(math.isfinite(seconds) and seconds > 0 for seconds in times):
        return None
    olds, news = (tuple(side) for side in zip(*seen.pairs, strict=True))
    clock = clock_words(seen)
    svg = spread(
        [Side(label="old code", seconds=olds, new=False), Side(label="new code", seconds=news, new=True)],
        name=name,
        title=f"Times of old and new code: {what}",
        description=f"{len(olds)} pairs. Old: {_range(olds)}. New: {_range(news)}.",
        axis=f"{clock} per call" if what == "the function" else f"{clock} of a run",
    )
    return Drawing(
        svg=Markup(svg),  # noqa: S704 - made of escaped text by `svg.embedded`
        caption=f"Times of {what}, {len(olds)} pairs of fresh processes, by {clock}: every dot is one side of a pair,"
        " boxes span the quartiles, the thick line is the median. The verdict rests on the ratios within pairs.",
    )


def _range(times: Sequence[float]) -> str:
    return f"{duration(min(times))} to {duration(max(times))}"


def sizes_drawing(sizes: Sequence[SizeLine], *, name: str) -> Drawing | None:
    """Draw what small and large inputs gain; None where that is not told."""
    if not sizes or any(not 1 / _DRAWN < one.low <= one.ratio <= one.high < _DRAWN for one in sizes):
        return None
    svg = bands(
        [Band(label=f"a call takes {one.call}", marks=(Mark(low=one.low, middle=one.ratio, high=one.high),)) for one in sizes],
        name=name,
        title="Speed-up by size of the inputs",
        description="; ".join(f"where a call takes {one.call}, {ratio(one.ratio)}" for one in sizes),
        axis=_AXIS,
    )
    return Drawing(svg=Markup(svg), caption="Speed-up by size of the inputs, the smallest at the top, as the timing check tells it.")  # noqa: S704 - as above


def shares_drawing(found: Sequence[Share]) -> Drawing | None:
    """Draw the parts of the workload, before and after; None when no share is known."""
    shown = found[:_MOST]
    if not shown:
        return None
    svg = bars(
        [(one_line(one.target.name.qualname, limit=_LABEL), one.before, one.after) for one in shown],
        name="shares",
        title="Share of the workload of each target",
        description="; ".join(_told(one) for one in shown),
        axis="share of the workload's time, callees included",
    )
    return Drawing(
        svg=Markup(svg),  # noqa: S704 - made of escaped text by `svg.embedded`
        caption="Share of the workload's time: above by the profile of the original, below as computed with the accepted patch.",
    )


def _told(one: Share) -> str:
    return f"{one_line(str(one.target.name))}: {percent(one.before)} before" + (
        f", {percent(one.after)} after" if one.after is not None else ""
    )
