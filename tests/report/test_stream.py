"""Writing progress never fails."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import pytest

from codeopt.report.stream import ForgivingStream


def test_text_passes_through():
    behind = io.StringIO()
    stream = ForgivingStream(behind)
    assert stream.write("ü\n") == 2
    stream.flush()
    assert behind.getvalue() == "ü\n"


def test_what_cannot_be_encoded_is_escaped():
    raw = io.BytesIO()
    behind = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    ForgivingStream(behind).write("a\x1b[mü\udcff")
    assert raw.getvalue() == b"a\x1b[m\\xfc\\udcff"


def test_a_closed_stream_is_no_trouble():
    behind = io.StringIO()
    stream = ForgivingStream(behind)
    behind.close()
    assert stream.write("x") == 1
    stream.flush()
    assert not stream.isatty()


def test_a_reader_that_left_is_no_trouble():
    read, write = os.pipe()
    behind = os.fdopen(write, "w", buffering=1)
    stream = ForgivingStream(behind)
    os.close(read)
    for _ in range(3):
        assert stream.write("x\n") == 2
        stream.flush()
    with suppress(BrokenPipeError):
        behind.close()


def test_no_stream_at_all_is_no_trouble():
    stream = ForgivingStream(None)
    assert stream.write("x") == 1
    stream.flush()
    assert (stream.isatty(), stream.encoding) == (False, "utf-8")
    with pytest.raises(OSError, match="fileno"):
        stream.fileno()


def test_what_is_asked_of_the_stream_behind_is_answered():
    with Path(os.devnull).open("w", encoding="latin-1") as behind:
        stream = ForgivingStream(behind)
        assert (stream.encoding, stream.fileno()) == ("latin-1", behind.fileno())
