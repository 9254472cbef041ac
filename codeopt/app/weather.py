"""Tells the user, once the measuring is over, what the state of the machine says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from codeopt.ports import Reporter, SandboxProvider
from codeopt.verify.weather import weather_notes

__all__ = ["watched"]


@contextmanager
def watched(provider: SandboxProvider, reporter: Reporter) -> Iterator[None]:
    """Look at the machine before and after, and note what makes figures doubtful."""
    before = provider.weather()
    yield
    for note in weather_notes(before, provider.weather()):
        reporter.note(note)
