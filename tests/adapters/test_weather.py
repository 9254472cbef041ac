"""The weather is read from the kernel's texts, whatever of them there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeopt.adapters.weather import CoreTimes, core_times, frequencies_mhz, weather_here
from codeopt.model.evidence import Weather

STAT = """cpu  1000 200 300 4000 500 60 40 70 30 20
cpu0 600 100 200 2000 250 30 20 50 30 20
cpu1 400 100 100 2000 250 30 20 20 0 0
intr 123 4 5
ctxt 99
"""
CPUINFO = """processor\t: 0
model name\t: Some Processor @ 3.00GHz
cpu MHz\t\t: 2596.122

processor\t: 1
cpu MHz\t\t: 1200.000
"""


def lay(root: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_times_of_all_cores_are_seconds():
    assert core_times(STAT, 100) == CoreTimes(busy_s=16.0, stolen_s=0.7, cores=2)


def test_a_kernel_may_have_more_fields_and_cores():
    many = "cpu  " + "10 " * 12 + "\n" + "".join(f"cpu{number} {'1 ' * 12}\n" for number in range(128))
    assert core_times(many, 1000) == CoreTimes(busy_s=0.05, stolen_s=0.01, cores=128)


@pytest.mark.parametrize("text", ["", "intr 1 2\n", "cpu  1 2 3\ncpu0 1 2 3\n", "cpu  1 2 3 4 5 6 7 8\n", "cpu  a b c d e f g h\ncpu0\n"])
def test_other_texts_are_no_times(text):
    with pytest.raises(ValueError, match=r"no time|invalid literal"):
        core_times(text, 100)


def test_the_governors_frequency_goes_before_the_one_at_boot():
    assert frequencies_mhz(CPUINFO, ["3400000\n", "800000\n"]) == [3400.0, 800.0]
    assert frequencies_mhz(CPUINFO, ["", "<unknown>\n"]) == [2596.122, 1200.0]
    assert frequencies_mhz("BogoMIPS\t: 48.00\n") == []


def test_all_of_it_is_one_weather(tmp_path):
    root = lay(tmp_path, proc__loadavg="1.77 0.78 0.64 2/110 5338\n", proc__stat=STAT, proc__cpuinfo=CPUINFO)
    weather = weather_here(containers=3, root=root)
    assert weather is not None
    assert (weather.load, weather.cores, weather.frequency_mhz, weather.containers) == (1.77, 2, 2596.122, 3)
    lay(tmp_path, sys__devices__system__cpu__cpu0__cpufreq__scaling_cur_freq="3400000\n")
    faster = weather_here(root=root)
    assert faster is not None
    assert faster.frequency_mhz == 3400.0


def test_a_frequency_is_not_needed(tmp_path):
    weather = weather_here(root=lay(tmp_path, proc__loadavg="0.00 0.00 0.00 1/1 1", proc__stat=STAT))
    assert isinstance(weather, Weather)
    assert weather.frequency_mhz is None


@pytest.mark.parametrize("texts", [{}, {"proc__loadavg": "1.0 1.0"}, {"proc__loadavg": "", "proc__stat": STAT}, {"proc__stat": STAT}])
def test_a_system_that_does_not_tell_has_no_weather(tmp_path, texts):
    assert weather_here(root=lay(tmp_path, **texts)) is None
