"""Finds the commit of a range that made a benchmark slower, by halving the range: each half costs one race."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from codeopt.app.check.lanes import Lane
from codeopt.app.check.races import Ready, attempt
from codeopt.config import Settings
from codeopt.errors import SandboxUnavailable, UsageError
from codeopt.model.check import BenchmarkReport
from codeopt.model.evidence import Comparison
from codeopt.ports import Reporter

__all__ = ["LaneAt", "first_bad"]

TRIES = 2

LaneAt = Callable[[str, Path], AbstractContextManager[Lane]]
"""Writes a commit into a folder, and opens a sandbox on it."""


def first_bad(
    commits: Sequence[str], report: BenchmarkReport, one: Ready, settings: Settings, *, base: Lane, lane_at: LaneAt, reporter: Reporter
) -> str:
    """Return the first of `commits`, the oldest first, at which at least half of the slowdown is there.

    A commit that does not run is passed over; where that leaves several, the answer names them and says why. A commit whose figure
    may lie on either side of half is raced again; if it still may, the estimate decides, and a note says so.
    """
    assert report.comparison is not None  # noqa: S101 - only a regression is looked for
    half = math.sqrt(report.comparison.ratio)
    good, bad = -1, len(commits) - 1
    dead: set[int] = set()
    unsure = 0
    while alive := [at for at in range(good + 1, bad) if at not in dead]:
        at = alive[len(alive) // 2]
        reporter.stage("bisect", f"{bad - good} commits left: {commits[at][:12]}")
        found = _at(commits[at], one, settings, half, base=base, lane_at=lane_at)
        if found is None:
            dead.add(at)
            continue
        unsure += not _tells(found, half)
        if found.ratio <= half:
            bad = at
        else:
            good = at
    if unsure:
        reporter.note(
            f"the first slower commit is likely, not certain: {unsure} of those tried may be slow or not; give more time with --budget"
        )
    if bad - good == 1:
        return commits[bad]
    return f"one of {', '.join(commit[:12] for commit in commits[good + 1 : bad + 1])}: the benchmark does not run at all of them"


def _at(commit: str, one: Ready, settings: Settings, half: float, *, base: Lane, lane_at: LaneAt) -> Comparison | None:
    """Return how a commit compares with the base, raced again where that does not tell; None where it does not run."""
    found: Comparison | None = None
    with tempfile.TemporaryDirectory(prefix="codeopt-bisect-") as folder:
        try:
            with lane_at(commit, Path(folder) / "tree") as lane:
                for number in range(TRIES):
                    part = f"bisect {commit} {number}"
                    report = attempt(one, settings, sides=(base, lane), confidence=settings.confidence, part=part)
                    found = report.comparison or found
                    if report.comparison is None or _tells(report.comparison, half):
                        break
        except (UsageError, SandboxUnavailable):
            # A commit without code, or one whose dependencies cannot be installed any more.
            return None
    return found


def _tells(found: Comparison, half: float) -> bool:
    return not found.low < half < found.high
