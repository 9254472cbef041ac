"""What the state of the machine says of measurements that were taken on it."""

from __future__ import annotations

from codeopt.model.evidence import Weather

__all__ = ["weather_notes"]

BUSY_SHARE = 0.5
STOLEN_SHARE = 0.02
SLOWED_SHARE = 0.9


def weather_notes(before: Weather | None, after: Weather | None) -> tuple[str, ...]:
    """Return one line for each thing that makes figures doubtful; none on a quiet machine, or where nothing is known of it."""
    if before is None:
        return ()
    notes = []
    if before.load > BUSY_SHARE * before.cores:
        notes.append(f"the machine was busy when measuring began: load {before.load:.2g} on {before.cores} cores")
    if before.containers:
        notes.append(f"{before.containers} other containers were running on this machine")
    if after is not None:
        notes += _change_notes(before, after)
    return tuple(notes)


def _change_notes(before: Weather, after: Weather) -> list[str]:
    notes = []
    stolen, busy = after.stolen_s - before.stolen_s, after.busy_s - before.busy_s
    if stolen > STOLEN_SHARE * max(stolen + busy, 1.0):
        notes.append(
            f"other machines on the same hardware took {stolen:.2g} s of its processors meanwhile ({stolen / (stolen + busy):.0%})"
        )
    if before.frequency_mhz and after.frequency_mhz and after.frequency_mhz < SLOWED_SHARE * before.frequency_mhz:
        notes.append(f"its processors slowed down meanwhile, from {before.frequency_mhz:.0f} to {after.frequency_mhz:.0f} MHz")
    return notes
