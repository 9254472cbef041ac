"""Text of others cannot act on a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codeopt.report.visible import encodable, one_line, raw, visible

any_text = st.text(st.characters(exclude_categories=()))


@given(any_text)
@example("\x1b[31m\x9b2J\u202e\u2028\r\udc80\ud800")
def test_nothing_invisible_is_left(text):
    assert not {unicodedata.category(char) for char in visible(text)} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(any_text)
def test_lines_keep_newlines_and_tabs_only(text):
    kept = visible(text, lines=True)
    assert kept.count("\n") == text.count("\n")
    assert not {char for char in kept if unicodedata.category(char) == "Cc"} - {"\n", "\t"}


def test_what_is_seen_stays_as_it_is():
    assert visible("naïve — 日本語 x=1 \\ 'q'") == "naïve — 日本語 x=1 \\ 'q'"


def test_escapes_say_what_stood_there():
    assert visible("a\x1b\n\t\r\x85\u202e\U000e0041\udcff") == "a\\x1b\\n\\t\\r\\x85\\u202e\\U000e0041\\xff"


@given(any_text, st.integers(min_value=1, max_value=50))
def test_one_line_is_one_short_line(text, limit):
    line = one_line(text, limit=limit)
    assert len(line) <= limit
    assert line.isprintable()


def test_a_cut_is_marked():
    assert one_line("x" * 20, limit=10) == "xxxxxxxxx…"
    assert one_line("  ten chars ", limit=10) == "ten chars"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "no-such-encoding"])
def test_any_stream_can_take_the_text(encoding):
    text = encodable("é … 日", encoding)
    text.encode("ascii" if encoding.startswith("no") else encoding)
    assert "\\u65e5" in text or encoding == "utf-8"


@given(st.binary())
def test_bytes_are_found_again(data):
    assert raw(data.decode("utf-8", "surrogateescape")) == data
