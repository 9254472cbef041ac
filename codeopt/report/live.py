"""Shows a run while it runs: knows how events become lines, and never fails because of a text or a reader that left.

Events come from several threads. Everything goes to one stream, a line at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text

from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate
from codeopt.report.figures import clock, interval
from codeopt.report.stream import ForgivingStream
from codeopt.report.styles import OUTCOME_STYLES
from codeopt.report.visible import one_line

__all__ = ["LiveReporter", "PlainReporter", "RichReporter", "SilentReporter", "choose_reporter"]

Clock = Callable[[], float]

_REFRESHES_PER_SECOND = 4


class SilentReporter:
    """Says nothing; the report will."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave nothing behind."""

    def set_deadline(self, monotonic_end: float) -> None:
        """Take no notice."""

    def stage(self, name: str, detail: str = "") -> None:
        """Take no notice."""

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        """Take no notice."""

    def note(self, text: str) -> None:
        """Take no notice."""

    def progress(self, done: int, total: int, unit: str) -> None:
        """Take no notice."""


class PlainReporter:
    """Writes one plain line per event, flushed at once: for log files and pipes."""

    def __init__(self, stream: IO[str], *, now: Clock = time.monotonic) -> None:
        """Write to `stream`; it is never closed."""
        self._stream = ForgivingStream(stream)
        self._now = now
        self._lock = threading.Lock()
        self._deadline: float | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave the stream open: it is another's."""

    def set_deadline(self, monotonic_end: float) -> None:
        """Say from now on, with each stage, how much time is left; `monotonic_end` is on the clock of `time.monotonic`."""
        self._deadline = monotonic_end

    def stage(self, name: str, detail: str = "") -> None:
        """Write the stage, its detail and the time left."""
        left = "" if self._deadline is None else f" ({clock(self._deadline - self._now())} left)"
        self._line(f"{name}: {detail}{left}" if detail else f"{name}{left}")

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        """Write the verdict with its figure, or its reason."""
        self._line(f"{stage} {candidate.key}: {candidate.target.name}: {verdict.outcome}: {_said(verdict)}")

    def note(self, text: str) -> None:
        """Write the note."""
        self._line(f"note: {text}")

    def progress(self, done: int, total: int, unit: str) -> None:
        """Write how far the stage is."""
        self._line(f"{done} of {total} {unit}")

    def _line(self, text: str) -> None:
        with self._lock:
            self._stream.write(f"codeopt: {one_line(text)}\n")
            self._stream.flush()


@dataclass(slots=True)
class _Progress:
    """What the live line shows; guarded by the reporter's lock."""

    stage: str = "starting"
    detail: str = ""
    counter: str = ""
    judged: int = 0
    faster: int = 0
    deadline: float | None = None


class RichReporter:
    """Keeps one live line at the foot of a terminal, and writes verdicts and notes above it.

    The live line is there within the `with` block only, and only where the console is interactive; elsewhere stages are lines too.
    The console's stream is the reporter's from then on.
    """

    def __init__(self, console: Console, *, now: Clock = time.monotonic) -> None:
        """Write to `console`."""
        console.file = cast("IO[str]", ForgivingStream(console.file))  # rich leaves the program by SystemExit when the reader is gone
        self._console = console
        self._now = now
        self._started = now()
        self._lock = threading.Lock()
        self._progress = _Progress()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Begin the live line."""
        if self._console.is_interactive:
            self._live = Live(
                console=self._console,
                get_renderable=self._status,
                transient=True,
                refresh_per_second=_REFRESHES_PER_SECOND,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take the live line away, and leave the terminal as it was."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def set_deadline(self, monotonic_end: float) -> None:
        """Show the time left; `monotonic_end` is on the clock of `time.monotonic`."""
        with self._lock:
            self._progress.deadline = monotonic_end

    def stage(self, name: str, detail: str = "") -> None:
        """Show the stage in the live line."""
        with self._lock:
            self._progress.stage, self._progress.detail, self._progress.counter = name, detail, ""
        if self._live is None:
            self._line(Text(f"{one_line(name)}  ", "bold"), detail)

    def judged(self, candidate: Candidate, verdict: Verdict, stage: str) -> None:
        """Write the verdict, and count it."""
        with self._lock:
            self._progress.judged += 1
            self._progress.faster += verdict.accepted
        lead = Text(f"{verdict.outcome:<13}", OUTCOME_STYLES[verdict.outcome])
        self._line(lead, f"{candidate.target.name} ({stage}): {_said(verdict)}")

    def note(self, text: str) -> None:
        """Write the note."""
        self._line(Text(f"{'note':<13}", "cyan"), text)

    def progress(self, done: int, total: int, unit: str) -> None:
        """Show how far the stage is in the live line."""
        with self._lock:
            self._progress.counter = f"{done}/{total} {unit}"

    def _line(self, lead: Text, text: str) -> None:
        self._console.print(Text.assemble(lead, one_line(text)), soft_wrap=True, highlight=False)

    def _status(self) -> Text:
        with self._lock:
            shown = self._progress
            # The stage's detail comes last: a narrow terminal cuts it off first.
            parts = [shown.counter, _counted(shown), self._time(shown.deadline), shown.detail]
            stage = shown.stage
        line = Text(f"{one_line(stage)}", "bold", no_wrap=True, overflow="ellipsis")
        for part in filter(None, parts):
            line.append(f"  {one_line(part)}", "not bold")
        return line

    def _time(self, deadline: float | None) -> str:
        return f"{clock(self._now() - self._started)} gone" if deadline is None else f"{clock(deadline - self._now())} left"


def _counted(progress: _Progress) -> str:
    return f"{progress.judged} judged, {progress.faster} faster" if progress.judged else ""


def _said(verdict: Verdict) -> str:
    return interval(verdict.comparison) if verdict.accepted and verdict.comparison else verdict.reason


LiveReporter = PlainReporter | RichReporter | SilentReporter


def choose_reporter(console: Console, *, quiet: bool) -> LiveReporter:
    """Return the reporter that suits `console`: silent when asked for, live where a person watches, plain lines elsewhere."""
    if quiet:
        return SilentReporter()
    # Colour can be forced on a console that no person watches; a live line there would only litter the log.
    watched = ForgivingStream(console.file).isatty()
    return RichReporter(console) if watched and console.is_interactive else PlainReporter(console.file)
