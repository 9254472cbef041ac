"""The power with which a time grows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.stats.growth import power


@given(st.floats(0.0, 4.0), st.floats(1e-3, 1.0), st.integers(32, 10_000))
def test_an_exact_power_is_found(exponent, seconds, size):
    points = [(size * factor, seconds * factor**exponent) for factor in (1, 2, 4, 8)]
    assert power(points) == pytest.approx(exponent, abs=1e-6)


def test_what_every_call_takes_does_not_hide_how_the_rest_grows():
    found = power([(size, 1e-4 + 1e-8 * size**2) for size in (100, 800, 1600, 3200)])
    assert found is not None
    assert found > 1.7


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(100, 0.1), (200, 0.4)],
        [(100, 1e-7), (200, 2e-7), (400, 4e-7)],
        [(100, 0.1), (200, 0.1), (400, 0.9)],
        [(0, 0.1), (0, 0.2), (0, 0.3)],
        [(100, 0.1), (100, 0.2), (100, 0.3)],
        [(100, 0.0), (200, 0.2), (400, 0.3)],
    ],
)
def test_nothing_is_said_of_few_or_short_times_or_of_what_is_on_no_line(points):
    assert power(points) is None


def test_a_time_that_hardly_grows_is_near_zero():
    assert math.isclose(power([(100, 0.5), (200, 0.5), (400, 0.5)]), 0.0)
