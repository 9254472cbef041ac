"""Patches made of versions, and of other patches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import PatchError
from codeopt.model.patch import Edit, Patch
from codeopt.patching.apply import apply, revert
from codeopt.patching.versions import lines_of, merge, patch_between

_TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"a\r\n", b"\r", b"\n", b"x", b"\xff\x00\n"]), max_size=14).map(b"".join)


def _insertion(text: bytes, *, at: int = 0) -> Patch:
    return Patch(edits=(Edit(path="f", start_byte=at, before=b"", after=text),))


@given(_TEXTS)
def test_lines_join_to_the_content(content):
    assert b"".join(lines_of(content)) == content


@given(_TEXTS, _TEXTS)
def test_a_patch_between_versions_makes_the_one_of_the_other(before, after):
    patch = patch_between("f", before, after)
    files = {"f": before}
    assert {**files, **apply(patch, files)} == {"f": after}
    assert {"f": after, **revert(patch, {"f": after})} == files


def test_equal_versions_make_no_edit():
    assert patch_between("f", b"a\nb", b"a\nb").edits == ()


def test_only_changed_lines_are_in_the_patch():
    patch = patch_between("f", b"1\n2\n3\n4\n5\n", b"0\n1\n2\n3\nX\n5\n")
    assert [(edit.start_byte, edit.before, edit.after) for edit in patch.edits] == [(0, b"", b"0\n"), (6, b"4\n", b"X\n")]


def test_patches_of_different_places_are_merged():
    base = b"1\n2\n3\n"
    merged = merge([patch_between("f", base, b"1\n2\nc\n"), patch_between("f", base, b"a\n2\n3\n"), patch_between("g", b"", b"new\n")])
    assert apply(merged, {"f": base, "g": b""}) == {"f": b"a\n2\nc\n", "g": b"new\n"}


def test_an_edit_that_two_patches_share_is_kept_once():
    patch = patch_between("f", b"x\n", b"import re\nx\n")
    assert merge([patch, patch]) == patch


def test_imports_inserted_at_one_place_are_all_kept_once():
    merged = merge([_insertion(b"import re\n"), _insertion(b"import re\nimport bisect\n")])
    assert apply(merged, {"f": b"x\n"}) == {"f": b"import re\nimport bisect\nx\n"}


def test_lines_that_are_not_all_imports_keep_their_repeats():
    merged = merge([_insertion(b"import re\n\n\n"), _insertion(b"import re\nX = 1\n\n\n")])
    assert apply(merged, {"f": b"x\n"}) == {"f": b"import re\n\n\nimport re\nX = 1\n\n\nx\n"}


def test_other_lines_inserted_at_one_place_are_all_kept():
    merged = merge([_insertion(b"a = 1\n\n"), _insertion(b"b = 1\n\n")])
    assert apply(merged, {"f": b"x\n"}) == {"f": b"a = 1\n\nb = 1\n\nx\n"}


@pytest.mark.parametrize("second", [b"1\nY\n3\n", b"1\nY\nZ\n", b"X\n"])
def test_patches_of_one_place_are_refused(second):
    base = b"1\n2\n3\n"
    with pytest.raises(PatchError, match="do not go together"):
        merge([patch_between("f", base, b"1\nX\n3\n"), patch_between("f", base, second)])


def test_parts_of_lines_inserted_at_one_place_are_refused():
    with pytest.raises(PatchError, match="do not go together"):
        merge([_insertion(b"a", at=1), _insertion(b"b", at=1)])


def test_no_patches_merge_to_nothing():
    assert merge([]).edits == ()
