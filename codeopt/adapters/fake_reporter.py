"""The reporter that ships for tests: remembers all that it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate

__all__ = ["Event", "JudgedEvent", "NoteEvent", "ProgressEvent", "RecordingReporter", "StageEvent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEvent:
    """A stage began."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEvent:
    """A candidate got a verdict."""

    candidate: Candidate
    verdict: Verdict
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEvent:
    """Something that the user should know."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """How far the current stage was."""

    done: int
    total: int
    unit: str


Event = StageEvent | JudgedEvent | NoteEvent | ProgressEvent


class RecordingReporter:
    """Keeps every event in `events`, in the order in which they came; may be told from several threads."""

    def __init__(self) -> None:
        """Start with no event."""
        self._lock = threading.Lock()
        self._events: list[Event] = []

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        with self._lock:
            return tuple(self._events)

    @property
    def notes(self) -> tuple[str, ...]:
        """The texts of all notes so far."""
        return tuple(event.text for event in self.events if isinstance(event, NoteEvent))

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of all stages so far."""
        return tuple(event.name for event in self.events if isinstance(event, StageEvent))

    def stage(self, name: str, detail: str = "") -> None:
        """Remember it."""
        self._keep(StageEvent(name=name, detail=detail))

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        """Remember it."""
        self._keep(JudgedEvent(candidate=candidate, verdict=verdict, stage=stage))

    def note(self, text: str) -> None:
        """Remember it."""
        self._keep(NoteEvent(text=text))

    def progress(self, done: int, total: int, unit: str) -> None:
        """Remember it."""
        self._keep(ProgressEvent(done=done, total=total, unit=unit))

    def _keep(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)
