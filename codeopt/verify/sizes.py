"""Says how a speed-up hangs on the size of the inputs."""

from __future__ import annotations

from collections.abc import Sequence

from codeopt.model.evidence import SizeFigure

__all__ = ["sizes_note"]

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


def sizes_note(figures: Sequence[SizeFigure]) -> str:
    """Say what each part of the calls gains, smallest inputs first, and whether one of them is slower; empty where there are no parts."""
    if not figures:
        return ""
    told = ", ".join(_told(figure) for figure in figures)
    slower = [figure for figure in figures if figure.comparison.high < 1]
    return f"{'slower on some inputs; ' if slower else ''}from small inputs to large ones: {told}"


def _told(figure: SizeFigure) -> str:
    found = figure.comparison
    return f"{found.ratio:.3g}x [{found.low:.3g}, {found.high:.3g}] where a call takes {_time(found.old_seconds)}"


def _time(seconds: float) -> str:
    size, unit = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"
