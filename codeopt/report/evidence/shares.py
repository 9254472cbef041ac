"""What part of the workload a target takes: before by the profile, after by arithmetic from the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from codeopt.model.code import Target
from codeopt.model.evidence import Comparison
from codeopt.model.report import Report
from codeopt.report.prose import accepted_of

__all__ = ["Share", "after", "shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A target's part of the time, callees included (0 to 1), before; and after with its interval, where a patch was accepted."""

    target: Target
    before: float
    after: float | None = None
    low: float | None = None
    high: float | None = None


def after(share: float, ratio: float) -> float:
    """Return the part of a function that becomes `ratio` times as fast, when nothing else changes: (s/r) / (1 - s + s/r)."""
    left = share / ratio
    return left / (1 - share + left) if left > 0 else 0.0


def shares(report: Report) -> tuple[Share, ...]:
    """Return the targets with a known share, the largest first; the best of a target's accepted patches counts, each target alone."""
    best: dict[str, Comparison] = {}
    for one in accepted_of(report):
        found, name = one.verdict.comparison, str(one.target.name)
        if found is not None and (name not in best or found.low > best[name].low):
            best[name] = found
    known = dict.fromkeys(target for target in report.targets if target.share > 0)
    return tuple(sorted((_share(target, best.get(str(target.name))) for target in known), key=lambda one: -one.before))


def _share(target: Target, found: Comparison | None) -> Share:
    if found is None:
        return Share(target=target, before=target.share)
    low, middle, high = (after(target.share, ratio) for ratio in (found.high, found.ratio, found.low))
    return Share(target=target, before=target.share, after=middle, low=low, high=high)
