from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.github.text import BODY_CHARACTERS, cut, key_of, marked, unmarked
from tests.strategies import KEYS

BODIES = st.text(max_size=200) | st.sampled_from(["<!-- codeopt:other -->", "a\r\n\r\n<!-- codeopt:other -->\n", "<!--", "-->"])


@given(BODIES, KEYS)
def test_a_key_is_found_again_and_the_text_stays(body, key):
    text = marked(body, key)
    assert key_of(text) == key
    assert unmarked(text) == body.rstrip()


@given(BODIES, KEYS, st.sampled_from(["", "\n", " \r\n", "\n\n\n"]))
def test_line_ends_that_an_editor_adds_do_no_harm(body, key, added):
    assert key_of(marked(body, key).replace("\n", "\r\n") + added) == key


@given(BODIES, KEYS, st.text(min_size=1, max_size=20).filter(lambda text: text.strip()))
def test_a_key_within_a_text_is_nobody_s(body, key, after):
    assert key_of(marked(body, key) + after) in {None, *([key_of(after)] if key_of(after) else [])}


@given(st.integers(0, 5000), KEYS)
def test_a_text_that_is_too_long_is_cut_and_says_so(over, key):
    body = "x" * (BODY_CHARACTERS - 2500 + over)
    text = marked(body, key)
    assert len(text) <= BODY_CHARACTERS
    assert key_of(text) == key
    assert unmarked(text) == body or "cut off here" in unmarked(text)


@given(st.text(max_size=300), st.integers(60, 300))
def test_cutting_leaves_what_fits(text, characters):
    shown = cut(text, characters)
    assert len(shown) <= characters
    assert shown == text or len(text) > characters


def test_no_text_has_no_key():
    assert key_of(None) is None
    assert unmarked(None) == ""
    assert key_of("<!-- codeopt: -->") is None
    assert key_of("<!-- codeopt:a--b -->") is None
