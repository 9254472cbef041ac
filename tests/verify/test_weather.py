"""A busy machine is told of; a quiet one is not."""

from __future__ import annotations

from dataclasses import replace

from codeopt.model.evidence import Weather
from codeopt.verify.weather import weather_notes

QUIET = Weather(load=0.1, cores=2, stolen_s=100.0, busy_s=5_000.0, frequency_mhz=3_000.0)
LATER = replace(QUIET, busy_s=5_060.0)


def test_a_quiet_machine_is_not_mentioned():
    assert weather_notes(QUIET, LATER) == ()


def test_a_machine_of_which_nothing_is_known_is_not_mentioned():
    assert weather_notes(None, LATER) == ()
    assert weather_notes(QUIET, None) == ()


def test_load_before_the_measurement_is_told():
    (note,) = weather_notes(replace(QUIET, load=1.7), LATER)
    assert "load 1.7 on 2 cores" in note


def test_other_containers_are_told():
    (note,) = weather_notes(replace(QUIET, containers=3), LATER)
    assert note.startswith("3 other containers")


def test_stolen_time_is_told_with_its_share():
    (note,) = weather_notes(QUIET, replace(LATER, stolen_s=115.0))
    assert "took 15 s of its processors meanwhile (20%)" in note


def test_a_processor_that_slowed_down_is_told():
    (note,) = weather_notes(QUIET, replace(LATER, frequency_mhz=1_500.0))
    assert "from 3000 to 1500 MHz" in note
