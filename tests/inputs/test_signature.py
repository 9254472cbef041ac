"""What a function's source says of its inputs is read, whatever the source."""

from __future__ import annotations

import pytest

from codeopt.inputs.signature import NOTHING, Signature, signature_of

SOURCE = b'''
def f(a, /, b: int | None = 3, *rest: str, key: "list[int]" = [], size=len, **others):
    """A text that is no constant of the code, and far too long to be put into another text as a whole."""
    if a > 1000 or b == "x-1" or key is True:
        return 0xFF
    def inner(q=1.5):
        return 1000
    return inner

class C:
    def f(self, z=-7):
        return z

if f:
    def f(second):
        return b"bytes"
'''


def test_kinds_annotations_and_defaults_of_parameters():
    a, b, rest, key, size, others = signature_of(SOURCE, "f", 0).parameters
    assert [each.kind for each in (a, b, rest, key, size, others)] == ["positional", "either", "rest", "named", "named", "others"]
    assert (a.optional, b.optional, size.optional) == (False, True, True)
    assert (b.annotation, b.default, key.default) == ("int | None", 3, [])
    assert size.default is NOTHING, "what is no literal is not known"
    assert [each.takes_none for each in (a, b, key)] == [False, True, False]


def test_constants_come_once_in_order_and_only_short_texts():
    signature = signature_of(SOURCE, "f", 0)
    assert sorted(signature.numbers) == [255, 1000]
    assert signature.texts == ("x-1",)


def test_qualified_names_and_ordinals_choose_the_function():
    assert [each.name for each in signature_of(SOURCE, "f", 1).parameters] == ["second"]
    assert [each.default for each in signature_of(SOURCE, "C.f", 0).parameters] == [NOTHING, -7]
    assert [each.name for each in signature_of(SOURCE, "f.<locals>.inner", 0).parameters] == ["q"]


@pytest.mark.parametrize(
    ("source", "qualname", "ordinal"), [(SOURCE, "g", 0), (SOURCE, "f", 2), (b"def f(:", "f", 0), (b"\0", "f", 0), (b"", "f", 0)]
)
def test_what_cannot_be_found_has_an_empty_signature(source, qualname, ordinal):
    assert signature_of(source, qualname, ordinal) == Signature()


def test_arguments_are_found_by_position_and_by_name():
    signature = signature_of(SOURCE, "f", 0)
    assert [each and each.name for each in map(signature.at, (0, 1, 2, "b", "key", "a", "rest", "zzz"))] == [
        *("a", "b", None, "b", "key", None, None, None)
    ]


def test_characters_beside_those_that_are_named_are_fragments():
    by_number = signature_of(b"def f(text):\n    return 0x660 <= ord(text[0]) <= 0x669\n", "f", 0)
    assert {"\u0660", "\u065f", "\u0669", "\u066a"} <= set(by_number.fragments)
    by_text = signature_of("def f(text):\n    return '\u3040' <= text <= '\u309f'\n".encode(), "f", 0)
    assert {"\u3040", "\u303f", "\u30a0"} <= set(by_text.fragments)
    plain = signature_of(b"def f(text):\n    return len(text) > 0x660\n", "f", 0)
    assert "\u0660" not in plain.fragments
