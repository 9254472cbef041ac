"""How numbers are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.evidence import Comparison
from codeopt.report.figures import clock, duration, interval, percent, ratio, times


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.314, "2.31x"),
        (2.0, "2.00x"),
        (0.52, "0.52x"),
        (0.5234, "0.523x"),
        (0.9996, "1.00x"),
        (0.996, "0.996x"),
        (9.996, "10.0x"),
        (12.34, "12.3x"),
        (99.95, "100x"),
        (123.4, "123x"),
        (999.4, "999x"),
        (999.6, "1,000x"),
        (12345.6, "12,346x"),
        (0.001234, "0.00123x"),
        (math.inf, "unknownx"),
    ],
)
def test_a_ratio_has_three_digits_that_count(value, text):
    assert ratio(value) == text


def test_an_interval_names_its_confidence():
    comparison = Comparison(ratio=2.31, low=2.2, high=2.45, confidence=0.99, rounds=24, old_seconds=0.0012, new_seconds=0.00052)
    assert interval(comparison) == "2.31x [2.20, 2.45] at 99%"
    assert times(comparison) == "1.20 ms to 520 us, 24 pairs"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (3.2e-10, "0.32 ns"),
        (1.5e-9, "1.50 ns"),
        (1.23e-7, "123 ns"),
        (9.999e-7, "1.00 us"),
        (9.9999e-4, "1.00 ms"),
        (0.9999, "1.00 s"),
        (4.56e-5, "45.6 us"),
        (0.00789, "7.89 ms"),
        (1.234, "1.23 s"),
        (59.96, "60.0 s"),
        (119.4, "119 s"),
        (119.6, "2 min 00 s"),
        (754.0, "12 min 34 s"),
        (3599.6, "1 h 00 min"),
        (7500.0, "2 h 05 min"),
        (-1.5, "-1.50 s"),
        (math.nan, "unknown"),
    ],
)
def test_a_duration_comes_in_the_unit_that_suits_it(seconds, text):
    assert duration(seconds) == text


@given(st.floats(min_value=1e-9, max_value=1e7))
def test_a_duration_never_loses_its_size(seconds):
    words = duration(seconds).replace(",", "").split()
    sizes = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
    read = sum(float(number) * sizes[unit] for number, unit in zip(words[::2], words[1::2], strict=True))
    assert read == pytest.approx(seconds, rel=0.01)


@pytest.mark.parametrize(
    ("part", "text"),
    [(0.99, "99%"), (0.995, "99.5%"), (0.9999, "99.99%"), (0.4234, "42.3%"), (0.0, "0%"), (1.0, "100%"), (0.001, "0.1%"), (1.5, "150%")],
)
def test_percent_is_short(part, text):
    assert percent(part) == text


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True, allow_subnormal=False))
def test_a_part_never_reads_as_nothing_or_the_whole(part):
    assert 0 < float(percent(part).rstrip("%")) < 100 or part > 1 - 1e-12


@pytest.mark.parametrize(
    ("seconds", "text"), [(272.9, "4:32"), (5, "0:05"), (3872, "1:04:32"), (-3, "0:00"), (math.inf, "0:00"), (math.nan, "0:00")]
)
def test_a_clock_counts_down_to_nothing(seconds, text):
    assert clock(seconds) == text
