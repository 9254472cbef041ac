"""Writes numbers for people: ratios, durations, parts of a whole. Three digits that count, and never a unit to guess."""

from __future__ import annotations

import math

from codeopt.model.evidence import Comparison

__all__ = ["change", "clock", "duration", "interval", "percent", "ratio", "size", "times"]

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))
_SIZES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))
_MINUTE, _HOUR = 60, 3600
_DIGITS = 3
_THREE_WHOLE_DIGITS = 99.95
_FOUR_WHOLE_DIGITS = 999.5


def ratio(value: float) -> str:
    """Write old time over new time: `2.31x` is faster, `0.52x` is slower."""
    return f"{_figure(value)}x"


def interval(comparison: Comparison) -> str:
    """Write a ratio with its interval: `2.31x [2.20, 2.45] at 99%`."""
    low, high = _figure(comparison.low), _figure(comparison.high)
    return f"{ratio(comparison.ratio)} [{low}, {high}] at {percent(comparison.confidence)}"


def change(comparison: Comparison) -> str:
    """Write new against old in words: `1.24x slower [1.20, 1.29]`; `1.02x slower to 1.01x faster` where either may be true."""
    if comparison.low < 1 < comparison.high:
        return f"{ratio(1 / comparison.low)} slower to {ratio(comparison.high)} faster"
    slower = comparison.ratio < 1 or comparison.low < 1
    low, middle, high = comparison.low, comparison.ratio, comparison.high
    if slower:
        low, middle, high = 1 / high, 1 / middle, 1 / low
    return f"{ratio(middle)} {'slower' if slower else 'faster'} [{_figure(low)}, {_figure(high)}]"


def times(comparison: Comparison) -> str:
    """Write both times and what they rest on: `1.20 ms to 520 us, 24 pairs`."""
    pairs = "1 pair" if comparison.rounds == 1 else f"{comparison.rounds} pairs"
    return f"{duration(comparison.old_seconds)} to {duration(comparison.new_seconds)}, {pairs}"


def duration(seconds: float) -> str:
    """Write a time in the unit that suits it: `12.3 ns`, `45.6 us`, `7.89 ms`, `1.23 s`, `12 min 34 s`, `2 h 05 min`."""
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if round(seconds) >= _HOUR:
        minutes = round(seconds / _MINUTE)
        return f"{minutes // _MINUTE} h {minutes % _MINUTE:02d} min"
    if round(seconds) >= 2 * _MINUTE:
        return f"{round(seconds) // _MINUTE} min {round(seconds) % _MINUTE:02d} s"
    return _in_units(seconds)


def _in_units(seconds: float) -> str:
    if seconds == 0:
        return "0 s"
    for size, unit in _UNITS:
        # Half a digit below the unit, rounding would carry into it: 999.9 us is written as 1.00 ms.
        if seconds >= size * (1 - 5e-4):
            return f"{_figure(max(seconds / size, 1.0))} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def percent(part: float) -> str:
    """Write a part of a whole: `42.3%`, `99%`; what is below the whole never reads 100%, what is above nothing never 0%."""
    if not math.isfinite(part):
        return "unknown"
    for digits in range(_DIGITS, 16):
        text = f"{100 * part:.{digits}g}"
        if part >= 1 or float(text) < 100:  # noqa: PLR2004 - the whole
            break
    return f"{float(text):.15g}%" if abs(part) >= 1e-6 or part == 0 else f"{text}%"  # noqa: PLR2004 - below it, exponents read better


def size(size_bytes: int) -> str:
    """Write an amount of memory: `512 bytes`, `1.50 MiB`, `2.00 GiB`."""
    for unit_bytes, unit in _SIZES:
        if abs(size_bytes) >= unit_bytes:
            return f"{'-' if size_bytes < 0 else ''}{_figure(abs(size_bytes) / unit_bytes)} {unit}"
    return f"{size_bytes} bytes"


def clock(seconds: float) -> str:
    """Write time that is left, as on a clock: `4:32`, `1:04:32`; never below nothing."""
    left = max(0, int(seconds)) if math.isfinite(seconds) else 0
    hours, minutes = left // _HOUR, left % _HOUR // _MINUTE
    tail = f"{minutes:02d}:{left % _MINUTE:02d}"
    return f"{hours}:{tail}" if hours else f"{minutes}:{left % _MINUTE:02d}"


def _figure(value: float) -> str:
    """Write three significant digits; below 1 without zeros at the end, from 1 on with them."""
    if not math.isfinite(value):
        return "unknown"
    if value >= _FOUR_WHOLE_DIGITS:
        return f"{value:,.0f}"
    if value >= _THREE_WHOLE_DIGITS:
        return f"{value:.0f}"
    text = f"{value:.3g}"
    return f"{float(text):#.3g}" if float(text) >= 1 else text
