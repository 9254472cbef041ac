"""A reporter that passes everything on, and keeps the notes and the seconds of each stage for the report."""

from __future__ import annotations

import time

from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.ports import Reporter

__all__ = ["Ledger"]


class Ledger:
    """Keeps the books of a run; a resumed run starts from what the first one had spent."""

    def __init__(self, reporter: Reporter, *, notes: tuple[str, ...] = (), seconds: tuple[tuple[str, float], ...] = ()) -> None:
        """Start the clock."""
        self._reporter = reporter
        self._notes = dict.fromkeys(notes)
        self._seconds = dict(seconds)
        self._stage = "survey"
        self._since = time.monotonic()

    @property
    def notes(self) -> tuple[str, ...]:
        """All notes, each once, in the order in which they came."""
        return tuple(self._notes)

    @property
    def seconds(self) -> tuple[tuple[str, float], ...]:
        """Wall time by stage so far."""
        self._book()
        return tuple((name, round(spent, 3)) for name, spent in self._seconds.items())

    def _book(self) -> None:
        now = time.monotonic()
        self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._since
        self._since = now

    def stage(self, name: str, detail: str = "") -> None:
        """Book the stage that ends, and pass on."""
        self._book()
        self._stage = name
        self._reporter.stage(name, detail)

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        """Pass on."""
        self._reporter.judged(candidate, verdict, stage)

    def note(self, text: str) -> None:
        """Keep a note, and pass it on if it is new."""
        if text not in self._notes:
            self._notes[text] = None
            self._reporter.note(text)

    def progress(self, done: int, total: int, unit: str) -> None:
        """Pass on."""
        self._reporter.progress(done, total, unit)
