"""Text of others within codeopt's own: what may stand as it is, and what becomes code or a link."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codeopt.report.quoted import plain, quoted, web_address
from tests.report.harmless import assert_harmless, hostile_text

ADDRESS = "https://github.example/acme/widgets/pull/12"


@pytest.mark.parametrize("text", ["the limit is 2 a week", "asks a set, not the list", "It gains 1.5%: too little.", "no (yet)"])
def test_a_sentence_of_plain_words_stands_as_it_is(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("@team", "see #12", "GH-12 is it", "www.example.com", "a. b.com", "http://x", "it is deadbeef", "a:boom:", "a *b* c", "a_b"),
        *("<b>", "a | b", "- a", "1. a", "# a", "> a", "a\\b", "a\nb", "a&lt;b", "[a](b)", "~~a~~"),
    ],
)
def test_whatever_a_host_may_make_something_of_is_code(text):
    assert plain(text) == quoted(text)
    assert plain(text).startswith("`")


@given(hostile_text | st.text(max_size=40))
@example("a.b")
def test_any_text_is_harmless_either_way(text):
    assert_harmless(f"x {plain(text)} y\n\n| a |\n| --- |\n| {plain(text).replace('|', chr(92) + '|')} |")


def test_an_address_becomes_a_link_and_an_odd_one_code():
    assert web_address(ADDRESS) == f"<{ADDRESS}>"
    for odd in ("javascript:alert(1)", ADDRESS + "?x=<b>", "https://github.example", ADDRESS + "/" + "a" * 400, "@team"):
        assert web_address(odd).startswith("`")
