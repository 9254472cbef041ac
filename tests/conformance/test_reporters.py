"""Every reporter passes the suite: whatever it writes to, and whoever has stopped reading."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from rich.console import Console

from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.ports import Reporter
from codeopt.report.live import PlainReporter, RichReporter, SilentReporter
from tests.conformance.reporter_suite import REPORTER_CHECKS


@contextmanager
def recording() -> Iterator[Reporter]:
    yield RecordingReporter()


@contextmanager
def silent() -> Iterator[Reporter]:
    with SilentReporter() as reporter:
        yield reporter


@contextmanager
def plain() -> Iterator[Reporter]:
    with PlainReporter(io.StringIO()) as reporter:
        yield reporter


@contextmanager
def plain_ascii() -> Iterator[Reporter]:
    with PlainReporter(io.TextIOWrapper(io.BytesIO(), encoding="ascii")) as reporter:
        yield reporter


@contextmanager
def plain_closed() -> Iterator[Reporter]:
    stream = io.StringIO()
    stream.close()
    with PlainReporter(stream) as reporter:
        yield reporter


@contextmanager
def rich_lines() -> Iterator[Reporter]:
    with RichReporter(Console(file=io.StringIO(), width=80)) as reporter:
        yield reporter


@contextmanager
def rich_live() -> Iterator[Reporter]:
    with RichReporter(Console(file=io.StringIO(), width=80, force_terminal=True, force_interactive=True)) as reporter:
        yield reporter


@contextmanager
def rich_ascii() -> Iterator[Reporter]:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with RichReporter(Console(file=stream, width=80, force_terminal=True, force_interactive=True)) as reporter:
        yield reporter


@contextmanager
def rich_without_reader() -> Iterator[Reporter]:
    read, write = os.pipe()
    os.close(read)
    stream = os.fdopen(write, "w", buffering=1, encoding="utf-8")
    try:
        with RichReporter(Console(file=stream, width=80, force_terminal=True, force_interactive=True)) as reporter:
            yield reporter
    finally:
        # What was not read is still in the buffer, and closing tries to write it once more.
        with suppress(BrokenPipeError):
            stream.close()


@pytest.mark.parametrize("check", REPORTER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "opened",
    [recording, silent, plain, plain_ascii, plain_closed, rich_lines, rich_live, rich_ascii, rich_without_reader],
    ids=lambda opened: opened.__name__,
)
def test_a_reporter_keeps_its_contract(opened, check):
    with opened() as reporter:
        check(reporter)
