"""Draws figures as SVG: knows the plotting library (an extra of the installation), and nothing of runs.

Labels are text that others may have written: none is read as a formula.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from codeopt.report.evidence.svg import ROLES, embedded
from codeopt.report.figures import duration, percent

__all__ = ["Band", "Mark", "Side", "bands", "bars", "spread"]

_COLOURS = {role: colour for colour, role in ROLES.items()}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "codeopt",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": _COLOURS["ink"],
    "axes.labelcolor": _COLOURS["ink"],
    "axes.edgecolor": _COLOURS["line"],
    "xtick.color": _COLOURS["soft"],
    "ytick.color": _COLOURS["ink"],
    "grid.color": _COLOURS["line"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
_WIDTH = 7.6  # inches, of 72 units
_ROW = 0.34
_LABELS = 2.3
_TICKS: tuple[float, ...] = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0),
    *(10.0, 15.0, 20.0, 30.0, 50.0, 100.0, 200.0, 500.0, 1e3, 1e4, 1e5, 1e6),
)
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A figure with its interval; `whole` is drawn apart from what is not."""

    low: float
    middle: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A row: its label, and what is marked on it."""

    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A row of single values, seconds; `new` tells its colour."""

    label: str
    seconds: tuple[float, ...]
    new: bool


def bands(rows: Sequence[Band], *, name: str, title: str, description: str, axis: str) -> str:
    """Draw ratios with their intervals, one row each, on a logarithmic axis with a line at 1."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(len(rows))
        for place, row in enumerate(rows):
            for number, mark in enumerate(row.marks):
                _mark(axes, mark, place + (number - (len(row.marks) - 1) / 2) * 0.34)
        axes.axvline(1.0, color=_COLOURS["ink"], linewidth=1.2, zorder=1)
        _ratios(axes, [value for row in rows for mark in row.marks for value in (mark.low, mark.high)])
        _rows(axes, [row.label for row in rows])
        axes.set_xlabel(axis)
        return _drawn(figure, name=name, title=title, description=description)


def spread(rows: Sequence[Side], *, name: str, title: str, description: str, axis: str) -> str:
    """Draw every single value as a dot, with the quartiles and the median of each row."""
    scatter = random.Random(0)  # noqa: S311 - where a dot stands within its row says nothing
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(len(rows), row=0.75)
        for place, row in enumerate(rows):
            colour = _COLOURS["new" if row.new else "old"]
            box = axes.boxplot(
                [list(row.seconds)],
                positions=[place],
                orientation="horizontal",
                widths=0.62,
                showfliers=False,
                whis=(0, 100),
                manage_ticks=False,
            )
            for line in [*box["boxes"], *box["whiskers"], *box["caps"], *box["medians"]]:
                line.set_color(colour)
            for line in box["medians"]:
                line.set_linewidth(2.5)
            heights = [place + scatter.uniform(-0.2, 0.2) for _ in row.seconds]
            axes.plot(row.seconds, heights, "o", color=colour, markersize=4, alpha=0.55, markeredgewidth=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
        axes.locator_params(axis="x", nbins=6)
        _rows(axes, [row.label for row in rows])
        axes.set_xlabel(axis)
        return _drawn(figure, name=name, title=title, description=description)


def bars(rows: Sequence[tuple[str, float, float | None]], *, name: str, title: str, description: str, axis: str) -> str:
    """Draw shares of a whole (0 to 1), before and after, one row each; None where there is no figure after."""
    with mpl.rc_context(_STYLE):
        figure, axes = _figure(len(rows), row=0.55)
        for place, (_, before, after) in enumerate(rows):
            for shift, value, role in ((-0.19, before, "old"), (0.19, after, "new")):
                if value is not None:
                    axes.barh(place + shift, value, height=0.34, color=_COLOURS[role])
                    axes.text(value, place + shift, f" {percent(value)}", va="center", fontsize=8.5)
        axes.set_xlim(0, min(1.12, 1.25 * max(max(before, after or 0) for _, before, after in rows) + 0.02))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(round(value, 6))))
        _rows(axes, [label for label, _, _ in rows])
        axes.set_xlabel(axis)
        return _drawn(figure, name=name, title=title, description=description)


def _figure(rows: int, *, row: float = _ROW) -> tuple[Figure, Axes]:
    height = rows * row + 0.75
    figure = Figure(figsize=(_WIDTH, height))
    FigureCanvasSVG(figure)
    bottom = 0.58 / height
    return figure, figure.add_axes((_LABELS / _WIDTH, bottom, 1 - (_LABELS + 0.25) / _WIDTH, 1 - bottom - 0.1 / height))


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.yaxis.set_major_locator(FixedLocator(range(len(labels))))
    axes.set_yticklabels(labels)
    axes.tick_params(axis="y", length=0)
    axes.patch.set_visible(False)
    axes.figure.patch.set_visible(False)
    axes.grid(axis="x", linewidth=0.6)
    axes.set_axisbelow(True)


def _mark(axes: Axes, mark: Mark, place: float) -> None:
    colour = _COLOURS["old" if mark.whole else "new"]
    axes.plot([mark.low, mark.high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
    fill = _COLOURS["paper"] if mark.whole else colour
    axes.plot([mark.middle], [place], "s" if mark.whole else "o", color=colour, markersize=5.5, markerfacecolor=fill, markeredgewidth=1.4)


def _ratios(axes: Axes, values: Sequence[float]) -> None:
    low, high = min([*values, 0.95]) / 1.04, max([*values, 1.05]) * 1.04
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(FixedLocator(_ticks(low, high)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))


def _ticks(low: float, high: float) -> list[float]:
    """Choose round ratios that do not stand too close; 1 is always one of them."""
    apart = math.log(high / low) / _MOST_TICKS
    kept = [1.0]
    for value in sorted((tick for tick in _TICKS if low <= tick <= high), key=lambda tick: abs(math.log(tick))):
        if all(abs(math.log(value / other)) >= apart for other in kept):
            kept.append(value)
    return sorted(kept)


def _drawn(figure: Figure, *, name: str, title: str, description: str) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return embedded(out.getvalue(), name=name, title=title, description=description)
