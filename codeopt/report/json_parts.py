"""What all JSON objects of codeopt share: comparisons, machines, and text and numbers that any parser takes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from codeopt.model.evidence import Comparison, Machine

__all__ = ["SCHEMA", "JsonObject", "comparison_json", "is_unicode", "machine_json", "number", "text", "texts"]

SCHEMA = 1

_SURROGATES = re.compile(r"[\ud800-\udfff]")

JsonObject = dict[str, object]


def comparison_json(comparison: Comparison | None) -> JsonObject | None:
    """Return old against new: `ratio` is old time over new time, times are seconds by `clock`."""
    if comparison is None:
        return None
    return {
        "ratio": comparison.ratio,
        "low": comparison.low,
        "high": comparison.high,
        "confidence": comparison.confidence,
        "rounds": comparison.rounds,
        "clock": str(comparison.clock),
        "old_seconds": number(comparison.old_seconds),
        "new_seconds": number(comparison.new_seconds),
    }


def machine_json(machine: Machine) -> JsonObject:
    """Return what was measured on."""
    return {"cpu": text(machine.cpu), "cores": machine.cores, "system": text(machine.system), "python": text(machine.python)}


def number(value: float) -> float | None:
    """Return `value`, or None for NaN and infinity, which are not JSON."""
    return value if math.isfinite(value) else None


def text(value: str) -> str:
    """Return `value` as Unicode text: strict parsers refuse half of a surrogate pair."""
    return _SURROGATES.sub("\ufffd", value)


def texts(values: Iterable[str]) -> list[str]:
    """Return each of `values` as Unicode text."""
    return [text(value) for value in values]


def is_unicode(value: str) -> bool:
    """Whether `text` returns `value` as it is."""
    return not _SURROGATES.search(value)
