"""What a candidate does beside answering: settings that it leaves changed, deeds that the original does not do, work outside the clock."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from codeopt.model.calls import Deed
from codeopt.model.evidence import Check, CheckKind, SpanPair
from codeopt.stats.intervals import median_interval

__all__ = ["hidden_work", "import_problem", "judge_conduct", "world_difference"]

Settings = Sequence[tuple[str, str]]

# Told only where they are not as the library sets them: their absence is the library's own setting, or no library.
TOLD_WHEN_CHANGED = frozenset({"numpy.geterr", "torch.default_dtype"})
SHOWN = 60
HALF = 0.5
CONFIDENCE = 0.95
NOTICEABLE_S = 0.005
FEW_BYTES = 65_536
BYTES_A_CALL = 2_048


def world_difference(before: Settings, after: Settings) -> str:
    """Say which setting a candidate leaves otherwise than the original; empty when none.

    Settings of a library that only one of them loads are no difference, unless it changed them.
    """
    old, new = dict(before), dict(after)
    for name in sorted(old.keys() | new.keys()):
        if (name in old and name in new) or name in TOLD_WHEN_CHANGED:
            was, is_now = old.get(name, "the library's default"), new.get(name, "the library's default")
            if was != is_now:
                return f"it leaves {name} at {is_now[:SHOWN]}, where the original leaves {was[:SHOWN]}"
    return ""


def judge_conduct(before: Sequence[Deed], after: Sequence[Deed], *, kept: int = 0, calls: int = 0) -> Check:
    """Say whether the candidate does anything beside computing that the original does not do.

    `kept` says how many more bytes than the original's stayed in memory after so many `calls` that had all been made before.
    """
    known = {deed.kind for deed in before}
    new = [deed for deed in after if deed.kind not in known]
    if new:
        deeds = "; ".join(f"{deed.kind} ({deed.what})" for deed in new[:3])
        return Check(kind=CheckKind.CONDUCT, passed=None, detail=f"the new code {deeds}, which the original does not")
    if kept > max(FEW_BYTES, calls * BYTES_A_CALL):
        detail = (
            f"memory grows from call to call: {kept:,} bytes more than the original's stay after {calls} calls that had been made before"
        )
        return Check(kind=CheckKind.CONDUCT, passed=None, detail=detail)
    aside = f", which {', '.join(sorted(known))} as well" if known else ""
    return Check(kind=CheckKind.CONDUCT, passed=True, detail=f"does nothing beside computing that the original does not do{aside}")


def hidden_work(spans: Sequence[SpanPair]) -> str:
    """Say that work is done outside the timed part; empty when that cannot be shown.

    Whoever answers rightly has done the work between the inputs and the last answer. So what the timed part claims to save must be seen in
    the whole span too, by half at least.
    """
    saved = [pair.old.seconds - pair.new.seconds for pair in spans]
    if not spans or statistics.median(saved) <= 0:
        return ""
    excess = [pair.old.total_s - pair.new.total_s - HALF * claimed for pair, claimed in zip(spans, saved, strict=True)]
    interval = median_interval(excess, CONFIDENCE)
    if interval is None or interval.high >= 0:
        return ""
    seen = statistics.median(pair.old.total_s - pair.new.total_s for pair in spans)
    return (
        f"the timed part saves {statistics.median(saved) * 1e3:.3g} ms a batch, but from the inputs to the answers it saves "
        f"{seen * 1e3:.3g} ms: the work is done outside the timed part"
    )


def import_problem(imports: Sequence[tuple[float, float]], *, saved_s: float) -> str:
    """Say that loading the new code costs more than its calls save; empty when it does not, or when that cannot be shown.

    `imports` are seconds of old and new in pairs of fresh processes, `saved_s` what all calls of the workload save together.
    """
    added = [new - old for old, new in imports]
    interval = median_interval(added, CONFIDENCE)
    if interval is None or interval.low < NOTICEABLE_S or interval.low < saved_s:
        return ""
    return f"importing the new code takes {interval.median:.3g} s more, and all calls of the workload together save {max(saved_s, 0):.3g} s"
