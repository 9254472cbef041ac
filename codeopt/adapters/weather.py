"""How busy this machine is, by the kernel's own count. Knows the texts of `/proc` and `/sys`, and nothing of sandboxes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codeopt.model.evidence import Weather

__all__ = ["CoreTimes", "core_times", "frequencies_mhz", "weather_here"]

_ROOT = Path("/")
_MHZ = re.compile(r"^cpu MHz\s*:\s*([\d.]+)", re.MULTILINE)
_STOLEN = 7  # of the fields of /proc/stat: user nice system idle iowait irq softirq steal; what guests took is in user already
_BUSY = (0, 1, 2, 5, 6)
_KHZ = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreTimes:
    """What all cores together have done since the start of the machine, in seconds, and how many there are."""

    busy_s: float
    stolen_s: float
    cores: int


def core_times(stat: str, ticks_per_s: int) -> CoreTimes:
    """Read the text of `/proc/stat`.

    Raises:
        ValueError: it is something else.
    """
    lines = [line.split() for line in stat.splitlines() if line.startswith("cpu")]
    if len(lines) < 2 or lines[0][0] != "cpu":  # noqa: PLR2004 - all cores together, and at least one of them
        raise ValueError("no times of cores")
    ticks = [int(field) for field in lines[0][1:]]
    if len(ticks) <= _STOLEN:
        raise ValueError("no time that others stole")
    busy = sum(ticks[field] for field in _BUSY)
    return CoreTimes(busy_s=busy / ticks_per_s, stolen_s=ticks[_STOLEN] / ticks_per_s, cores=len(lines) - 1)


def frequencies_mhz(cpuinfo: str, scaling_khz: Iterable[str] = ()) -> list[float]:
    """Read what each core runs at: the texts of its `scaling_cur_freq`, else the text of `/proc/cpuinfo`; nothing where it is not told."""
    scaled = [int(text) / _KHZ for text in scaling_khz if text.strip().isdigit()]
    return scaled or [float(mhz) for mhz in _MHZ.findall(cpuinfo)]


def weather_here(*, containers: int = 0, root: Path = _ROOT) -> Weather | None:
    """Return how busy this machine is now; None on a system that does not tell.

    The load and the cores are those of the whole machine, also when this process may use only some of them. The frequency is that of the
    fastest core: others may be asleep.
    """
    proc = root / "proc"
    try:
        load = float((proc / "loadavg").read_text().split()[0])
        times = core_times((proc / "stat").read_text(), os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return None
    scaling = root.glob("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
    frequencies = frequencies_mhz(_text(proc / "cpuinfo"), map(_text, scaling))
    return Weather(
        load=load,
        cores=times.cores,
        stolen_s=times.stolen_s,
        busy_s=times.busy_s,
        frequency_mhz=max(frequencies, default=None),
        containers=containers,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
