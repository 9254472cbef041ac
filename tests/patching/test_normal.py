"""When two patches make the same code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.patch import Edit, Patch
from codeopt.patching.normal import form_of
from codeopt.patching.versions import patch_between

BEFORE = b"def f(x):\n    return x + 1\n"


def patch_to(after: bytes) -> Patch:
    return patch_between("a.py", BEFORE, after)


def form(after: bytes) -> str:
    return form_of(patch_to(after), {"a.py": BEFORE})


@pytest.mark.parametrize(
    "other",
    [
        b"def f(x):\n    # quick\n    return (x + 2)\n",
        b"def f( x ):\n\n    return x + \\\n 2\n",
        b"def f(x): return x + 0x2\n",
    ],
)
def test_layout_makes_no_other_code(other):
    assert form(other) == form(b"def f(x):\n    return x + 2\n")
    assert form_of(patch_to(other), {"a.py": BEFORE}) != ""


@pytest.mark.parametrize(
    "other",
    [
        b"def f(y):\n    return y + 2\n",
        b"def f(x):\n    return x + 2.0\n",
        b"def f(x):\n    '''Doc.'''\n    return x + 2\n",
        b"def f(x):\n    return 2 + x\n",
    ],
)
def test_other_code_has_another_form(other):
    assert form(other) != form(b"def f(x):\n    return x + 2\n")


def test_the_original_in_another_layout_is_known():
    assert form_of(patch_to(b"def f(x):\n    # the same\n    return (x + 1)\n"), {"a.py": BEFORE}) == ""
    assert form_of(patch_to(b"def f(x):\n    return 1 + x\n"), {"a.py": BEFORE}) != ""


@pytest.mark.parametrize("after", [b"def f(x:\n", b"\x00", b"# coding: nope\nx = 1\n", b"x = " + b"(" * 5000 + b")" * 5000 + b"\n"])
def test_what_is_no_python_has_a_name_of_its_own(after):
    assert form(after) == patch_to(after).sha[:16]
    assert form_of(patch_to(after), {"a.py": BEFORE}) != ""


def test_a_patch_that_does_not_apply_has_a_name_of_its_own():
    patch = Patch(edits=(Edit(path="b.py", start_byte=0, before=b"x", after=b"y"),))
    assert form_of(patch, {"a.py": BEFORE}) == patch.sha[:16]


def test_a_file_that_is_no_python_is_compared_by_its_bytes():
    made = [patch_between("a.toml", b"x = 1\n", after) for after in (b"x = 2\n", b"x  = 2\n")]
    first, second = (form_of(patch, {"a.toml": b"x = 1\n"}) for patch in made)
    assert first != second


@given(
    st.lists(st.sampled_from(["x", "1", "'a'", "[x, 1]", "f(x)"]), min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_spaces_and_comments_never_change_the_form(terms, gaps):
    plain = "def f(x):\n    return (" + " + ".join(terms) + ")\n"
    spread = (
        "def f(x):\n"
        + "    # why\n" * gaps[0]
        + "    return ("
        + (" " * gaps[1] + "+" + "\n" * gaps[2] + "\t" * gaps[3]).join(terms)
        + ")\n"
    )
    assert form(plain.encode()) == form(spread.encode())
