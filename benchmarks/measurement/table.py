"""Makes the Markdown tables of a study from its journal: counts, rates, and exact 95% intervals of the rates."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from binomial import clopper_pearson
from jobs import CODEOPT, PERCENTS, RACED
from journal import Row
from peers import PEERS
from searches import CANDIDATES, Pool, claims_of_check, claims_of_optimize
from subjects import CHANGES, SUBJECTS

__all__ = ["CLAIMS", "summary", "tables"]

CLAIMS = ("FASTER", "SLOWER")
TOLERATED = 1.03
SIMULATED = 200
FEWEST_COMPARISONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with what stands above it."""

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Return it as Markdown."""
        rows = [self.head, tuple("---" for _ in self.head), *self.lines]
        return f"### {self.title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def tables(rows: Sequence[Row], *, seed: int) -> str:
    """Return all tables for which there are rows."""
    made = [_aa(rows), _searches(rows, seed), *_power(rows), _odd(rows)]
    return "\n".join(table.markdown() for table in made if table.lines)


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the counts of outcomes of every cell."""
    cells: dict[tuple[str, ...], Counter[str]] = {}
    for row in rows:
        job = row.job
        cells.setdefault((job.part, job.tool, job.subject, job.change, job.condition), Counter())[row.outcome] += 1
    names = ("part", "tool", "subject", "change", "condition")
    return [{**dict(zip(names, cell, strict=True)), "outcomes": dict(sorted(counts.items()))} for cell, counts in sorted(cells.items())]


def _aa(rows: Sequence[Row]) -> Table:
    ours = [row for row in rows if row.job.part == "aa"]
    head = ("A/A", "condition", "comparisons", "FASTER", "SLOWER", "UNVERIFIABLE", "false", "of 3% or more", "half width", "seconds")
    conditions = _in_order(row.job.condition for row in ours)
    cells = [(SUBJECTS[subject].title, condition, (subject,)) for subject in SUBJECTS for condition in conditions]
    cells += [("**all**", condition, tuple(SUBJECTS)) for condition in conditions]
    lines = []
    for title, condition, subjects in cells:
        cell = [row for row in ours if row.job.condition == condition and row.job.subject in subjects]
        if cell:
            lines.append((title, condition, *_aa_figures(cell)))
    if ours:
        lines.append(("**all**", "all", *_aa_figures(ours)))
    return Table(title="Nothing changed: false claims", head=head, lines=tuple(lines))


def _aa_figures(cell: Sequence[Row]) -> tuple[str, ...]:
    counts = Counter(row.outcome for row in cell)
    false = [row for row in cell if row.outcome in CLAIMS]
    large = sum(_size(row.ratio) >= TOLERATED for row in false)
    widths = [(row.high / row.low) ** 0.5 - 1 for row in cell if row.low and row.high]
    return (
        str(len(cell)),
        str(counts["FASTER"]),
        str(counts["SLOWER"]),
        str(counts["UNVERIFIABLE"]),
        _rate(len(false), len(cell)),
        str(large),
        f"{statistics.median(widths):.1%}" if widths else "-",
        f"{statistics.median(row.seconds for row in cell):.1f}",
    )


def _searches(rows: Sequence[Row], seed: int) -> Table:
    head = ("search", "condition", "searches", "with a claim", "rate")
    lines = []
    for condition in _in_order(row.job.condition for row in rows):
        cells = _series(rows, condition)
        count = SIMULATED * len(cells)
        pools = [Pool(series, random.Random(f"{seed}/{condition}/{number}")) for number, series in enumerate(cells)]
        for title, claims in (
            ("`optimize`, simulated", claims_of_optimize),
            ("`check`, simulated", lambda pool: claims_of_check(pool, max_slowdown=TOLERATED)),
            ("`check`, simulated, any difference counts", lambda pool: claims_of_check(pool, max_slowdown=1.0)),
        ):
            if pools:
                found = sum(claims(pool) > 0 for pool in pools for _ in range(SIMULATED))
                lines.append((title, condition, str(count), str(found), f"{found / count:.2%}"))
        real = [row for row in rows if row.job.part == "searches" and row.job.condition == condition]
        if real:
            found = sum(row.claims > 0 for row in real)
            lines.append(("`check`, run", condition, str(len(real)), str(found), _rate(found, len(real))))
    return Table(title=f"{CANDIDATES} equal candidates: searches that end with a claim", head=head, lines=tuple(lines))


def _series(rows: Sequence[Row], condition: str) -> list[list[Any]]:
    """Return the recorded pairs of each subject that was compared with itself often enough."""
    cells = []
    for subject in SUBJECTS:
        series = [
            row.pairs
            for row in rows
            if row.job.part == "aa" and row.job.subject == subject and row.job.condition == condition and row.pairs
        ]
        if len(series) >= FEWEST_COMPARISONS:
            cells.append(series)
    return cells


def _power(rows: Sequence[Row]) -> Iterable[Table]:
    told = [row for row in rows if row.job.part in {"power", "peers"} or (row.job.part == "aa" and row.job.subject in RACED)]
    head = ("tool", "0%: false", *(f"{percent}%: found" for percent in PERCENTS), "wrong way", "seconds")
    for condition in _in_order(row.job.condition for row in told):
        for subject in RACED:
            cell = [row for row in told if row.job.condition == condition and row.job.subject == subject]
            lines = [(tool, *_tool_figures([row for row in cell if row.job.tool == tool])) for tool in (CODEOPT, *PEERS)]
            lines = [line for line in lines if line[-1] != "-"]
            if any(row.job.part != "aa" for row in cell):
                yield Table(title=f"A true change: {SUBJECTS[subject].title}, {condition}", head=head, lines=tuple(lines))


def _tool_figures(rows: Sequence[Row]) -> tuple[str, ...]:
    figures = []
    wrong = 0
    for percent in (0, *PERCENTS):
        cell = [row for row in rows if CHANGES[row.job.change].percent == percent and row.outcome not in {"missing", "failed"}]
        claims = [row for row in cell if row.outcome in CLAIMS]
        right = [row for row in claims if row.outcome.lower() == CHANGES[row.job.change].direction]
        wrong += len(claims) - len(right) if percent else 0
        figures.append(_rate(len(right if percent else claims), len(cell)) if cell else _absent(rows, percent))
    seconds = f"{statistics.median(row.seconds for row in rows):.1f}" if rows else "-"
    return (*figures, str(wrong), seconds)


def _absent(rows: Sequence[Row], percent: int) -> str:
    words = {row.outcome for row in rows if CHANGES[row.job.change].percent == percent}
    return ", ".join(sorted(words)) or "-"


def _odd(rows: Sequence[Row]) -> Table:
    """List what could not be done, so that nobody takes it for nothing found."""
    counts = Counter(
        (row.job.tool, row.job.condition, row.outcome, row.detail[:120]) for row in rows if row.outcome in {"missing", "failed"}
    )
    lines = tuple((*(text.replace("|", "/").replace("\n", " ") for text in key), str(count)) for key, count in sorted(counts.items()))
    return Table(title="Not measured", head=("tool", "condition", "what", "why", "times"), lines=lines)


def _rate(count: int, total: int) -> str:
    low, high = clopper_pearson(count, total)
    return f"{count}/{total} ({count / total:.1%}) [{low:.1%}, {high:.1%}]"


def _size(ratio: float | None) -> float:
    return max(ratio, 1 / ratio) if ratio else 1.0


def _in_order(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
