"""Laying patches over files, and taking them off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import PatchError
from codeopt.model.patch import Edit, Patch
from codeopt.patching.apply import apply, check_path, revert


@st.composite
def _edited_files(draw):
    """Return files and a patch of edits anywhere in them, insertions and deletions included."""
    files = draw(st.dictionaries(st.sampled_from(["a.py", "b/c.py"]), st.binary(max_size=60), min_size=1))
    edits = []
    for path, content in files.items():
        cuts = sorted(draw(st.sets(st.integers(0, len(content)), max_size=6)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            stop = draw(st.sampled_from([start, end]))
            edits.append(Edit(path=path, start_byte=start, before=content[start:stop], after=draw(st.binary(max_size=8))))
    return files, Patch(edits=tuple(edits))


@given(_edited_files())
def test_revert_undoes_apply(case):
    files, patch = case
    new = apply(patch, files)
    assert set(new) == set(patch.paths)
    assert revert(patch, {**files, **new}) == {path: files[path] for path in new}


def test_only_touched_files_are_returned():
    patch = Patch(
        edits=(Edit(path="a.py", start_byte=1, before=b"b", after=b"XYZ"), Edit(path="a.py", start_byte=3, before=b"", after=b"!"))
    )
    assert apply(patch, {"a.py": b"abcd", "b.py": b""}) == {"a.py": b"aXYZc!d"}


def test_two_deletions_side_by_side_are_reverted():
    patch = Patch(edits=(Edit(path="a", start_byte=0, before=b"ab", after=b""), Edit(path="a", start_byte=2, before=b"cd", after=b"")))
    assert apply(patch, {"a": b"abcde"}) == {"a": b"e"}
    assert revert(patch, {"a": b"e"}) == {"a": b"abcde"}


def test_other_text_at_the_place_is_named_with_its_line():
    patch = Patch(edits=(Edit(path="a.py", start_byte=4, before=b"x", after=b"y"),))
    with pytest.raises(PatchError, match=r"a\.py:3: "):
        apply(patch, {"a.py": b"1\n2\nz\n"})


def test_an_insertion_behind_the_end_is_refused():
    patch = Patch(edits=(Edit(path="a.py", start_byte=9, before=b"", after=b"y"),))
    with pytest.raises(PatchError, match="not there"):
        apply(patch, {"a.py": b"1\n"})


def test_a_negative_position_is_refused():
    patch = Patch(edits=(Edit(path="a.py", start_byte=-1, before=b"\n", after=b"y"),))
    with pytest.raises(PatchError, match="not there"):
        apply(patch, {"a.py": b"1\n"})


def test_a_new_file_is_refused():
    patch = Patch(edits=(Edit(path="new.py", start_byte=0, before=b"", after=b"y"),))
    with pytest.raises(PatchError, match=r"new\.py: the patch changes a file that does not exist"):
        apply(patch, {"a.py": b""})


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../a.py", "a/../b.py", "a//b.py", "./a.py", "a\\b.py", "a/"])
def test_a_path_that_may_leave_the_repository_is_refused(path):
    with pytest.raises(PatchError, match="not a path inside the repository"):
        check_path(path)
    with pytest.raises(PatchError, match="not a path inside the repository"):
        apply(Patch(edits=(Edit(path=path, start_byte=0, before=b"", after=b"y"),)), {path: b""})
