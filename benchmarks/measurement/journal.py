"""The journal of a study: one JSON object a line, written as soon as a comparison is over, so that what was interrupted goes on.

The first line says what was measured on; a journal of another machine or Python is refused.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeopt.model.evidence import Machine, Measurement

__all__ = ["Job", "Journal", "Row", "about"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Job:
    """One comparison that is to be made: by `codeopt` or by a peer, of a subject with a change, under a condition, for the n-th time."""

    part: str
    tool: str
    subject: str
    change: str
    condition: str
    repetition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of a job. `pairs` hold old and new seconds per call, by the wall clock and by the processor's where that is known."""

    job: Job
    outcome: str
    seconds: float
    detail: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    clock: str = ""
    claims: int = 0
    pairs: tuple[Measurement, ...] = ()


class Journal:
    """The rows so far; made for a file that may exist."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        """Read what is there, or begin with `about`.

        Raises:
            ValueError: it was measured under other circumstances.
        """
        self._path = path
        self.rows: list[Row] = []
        if not path.exists():
            path.write_text(json.dumps({"about": about}, sort_keys=True) + "\n")
            return
        # A line that was cut off in the middle of its writing is a comparison that was not made.
        text = path.read_text()
        whole, _, rest = text.rpartition("\n")
        if rest:
            path.write_text(f"{whole}\n")
        first, *lines = whole.split("\n")
        was = json.loads(first)["about"]
        if was != about:
            raise ValueError(f"{path} was measured under other circumstances: {was}, and not {about}; take another file")
        self.rows = [_row(json.loads(line)) for line in lines]

    @property
    def done(self) -> set[Job]:
        """The jobs that have a row."""
        return {row.job for row in self.rows}

    def add(self, row: Row) -> None:
        """Keep a row, on disk first."""
        record = {**dataclasses.asdict(row), "pairs": [dataclasses.astuple(pair) for pair in row.pairs]}
        with self._path.open("a") as file:
            file.write(json.dumps(record) + "\n")
        self.rows.append(row)


def about(machine: Machine, **more: object) -> dict[str, Any]:
    """Return what the first line says."""
    return {**dataclasses.asdict(machine), **more}


def _row(record: dict[str, Any]) -> Row:
    names = [field.name for field in dataclasses.fields(Measurement)]
    pairs = tuple(Measurement(**dict(zip(names, times, strict=True))) for times in record.pop("pairs"))
    return Row(**{**record, "job": Job(**record["job"]), "pairs": pairs})
