"""Texts of code become the parts that inputs may hold."""

from __future__ import annotations

import pytest

from codeopt.inputs.fragments import MOST, fragments_of, spread
from codeopt.inputs.signature import signature_of
from tests.inputs.making import firsts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("::", {"::", ":"}),
        ("_id$", {"_id", "_", "id"}),
        (r"(?i)^(quiz)$", {"quiz"}),
        (r"(?:ix|ex)\.\s+end", {"ix", "ex", ". ", ".", " ", "end"}),
        (r"\d{2}", {"7", "2"}),
        ("a, b", {"a, b", "a", ",", " ", "b"}),
        ("%s of %s items", {"%", "s", " ", "of", "items"}),
        (r"[\x00-\x1f]", {"\0-\x1f", "\0", "-", "\x1f"}),
        ("\\", {"\\"}),
        ("", set()),
    ],
)
def test_parts(text, parts):
    assert set(fragments_of([text], [])) == parts


def test_a_bounded_number_from_all_over_them():
    own, reached = [f"own{at}z" for at in range(99)], [f"far{at}z" for at in range(99)]
    found = fragments_of(own, reached)
    assert len(found) == MOST
    assert any(part.startswith("far") for part in found)
    assert len(fragments_of(own, [])) == MOST
    assert spread(range(100), 4) == (0, 25, 50, 75)


SOURCE = b'''
import re

WORDS = ["mouse", "goose"]
ENDINGS = {"ff": "ves", "x": ("xes", 12.5)}
RULE = re.compile(r"(?i)sheep$")
LIMIT: int = 4711
UNUSED = "never"
MADE = open("file")

def helper(text):
    """No fragment."""
    return text.startswith("pre:") or text in DEEPER

DEEPER = ("deep",)

class C:
    INNER = frozenset({"inner"})

    def other(self, text):
        return text + "other"

    def f(self, text, sep="-"):
        """No fragment either."""
        if text in WORDS or RULE.search(text) or len(text) > LIMIT:
            return helper(text) + ENDINGS[text] + self.other(text)
        return text in self.INNER
'''


def test_constants_that_a_function_names_are_known():
    signature = signature_of(SOURCE, "C.f", 0)
    assert {"mouse", "goose", "ff", "ves", "sheep", "pre:", "deep", "inner", "other", "-"} <= set(signature.fragments)
    assert not {"never", "file", "No fragment.", "fragment", "either"} & set(signature.fragments)
    assert signature.numbers == (4711,)
    assert signature.reals == (12.5,)


def test_what_only_a_helpers_helper_names_is_not():
    source = b"A = 'far'\ndef c(): return A\ndef b(): return c()\ndef f(): return b()"
    assert signature_of(source, "f", 0).fragments == ()


def test_a_function_that_calls_itself_is_no_helper():
    assert signature_of(b"def f(n): return f(n) + 'own'", "f", 0).fragments == ("own",)


def test_every_fragment_is_put_into_a_text_in_every_form():
    source = b"def f(text):\n    return text.endswith('_id')"
    found = [text for text in firsts("some words", "more", source=source) if type(text) is str]
    assert {"_id", "_id_id", "a_id", "_ID"} & set(found) >= {"_id", "_id_id", "a_id"}
    assert {text.partition("_id")[0] for text in found if text.endswith("_id")} >= {"", "a", "some words"} or "more_id" in found
    assert any(text.startswith("_id") and len(text) > 6 for text in found)
    assert any("_id" in text[1:-3] and not text.endswith("_id") for text in found)
    assert any("_id_id" in text[1:-6] for text in found)
    assert any("_ID" in text for text in found)


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "\ufb01",
            "\uff21",
            "\xb2",
            "\xbd",
            "\u2167",
            "\xdf",
            "\u0130",
            "\u0131",
            "\u03c2",
            "\u017f",
            "\u212a",
            "\u01c5",
            "e\u0301",
            "\xe9",
        ),
        *("\u0323\u0302", "\u0302\u0323", "\u0663", "\xa0", "\x85", "\u2028", "\v", "\f", "\x1c", "\r\n", "\u200d", "\U0001f3fd", "\u200f"),
        *("\0", "\ud83d", "\U0001d165", "\u65e5"),
    ],
)
def test_letters_of_all_kinds_come_inside_and_alone(kind):
    found = [text for text in firsts("some words", "more", most=600) if type(text) is str and kind in text]
    assert any(text.startswith(("some", "mo")) for text in found)
    assert any(not text.startswith(("some", "mo")) for text in found)


def test_letters_have_a_name_where_all_recorded_texts_are_ascii():
    assert all(text.isascii() for text in firsts("abc", "d", breaks="", most=600) if type(text) is str)
    assert not all(text.isascii() for text in firsts("abc", "\xe9", breaks="", most=600) if type(text) is str)
