from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.bot.ignore import ignored

SOURCE = """\
import os


@property
def f(x):
    return x + 1


def g(x):
    return x
"""
F, G = (4, 6), (9, 10)


def with_line(number: int, text: str) -> str:
    """Return the source with a text put at the end of a line."""
    lines = SOURCE.split("\n")
    lines[number - 1] += text
    return "\n".join(lines)


@pytest.mark.parametrize("line", [3, 4, 5, 6])
@pytest.mark.parametrize(
    "comment",
    [
        "# codeopt: ignore",
        "#codeopt:ignore",
        "#  CodeOpt :  Ignore, it is read by people",
        "# noqa # codeopt: ignore",
        "#: # codeopt: ignore.",
    ],
)
def test_a_comment_in_a_function_or_above_it_has_it_left_alone(line, comment):
    source = with_line(line, f"  {comment}")
    assert ignored(source, *F)
    assert not ignored(source, *G)


@pytest.mark.parametrize("line", [1, 2, 7, 8, 9, 10])
def test_a_comment_elsewhere_does_not(line):
    assert not ignored(with_line(line, "  # codeopt: ignore"), *F)


def test_a_comment_behind_the_code_above_belongs_to_that_code():
    source = "a = 1  # codeopt: ignore\ndef f():\n    pass\n"
    assert not ignored(source, 2, 3)
    assert ignored("    # codeopt: ignore\ndef f():\n    pass\n", 2, 3)


@pytest.mark.parametrize(
    "text", ["# codeopt ignore", "# codeopt: ignored", "# codeopt: ignore-all", "# codeopt: ignore_", "# mycodeopt: ignore"]
)
def test_other_words_do_not_count(text):
    assert not ignored(with_line(5, f"  {text}"), *F)


def test_a_string_that_says_so_is_no_comment():
    assert not ignored('def f():\n    """# codeopt: ignore"""\n    return "# codeopt: ignore-file"\n', 1, 3)


def test_a_line_of_a_longer_string_is_no_comment():
    assert not ignored('def f():\n    """\n    # codeopt: ignore\n    """\n', 1, 4)


@pytest.mark.parametrize(("before", "alone"), [(0, True), (19, True), (20, False)])
def test_the_head_of_a_file_speaks_for_all_of_it(before, alone):
    source = "\n" * before + "# codeopt: ignore-file, it is generated\n" + SOURCE
    assert ignored(source, F[0] + before + 1, F[1] + before + 1) is alone
    assert ignored(source, G[0] + before + 1, G[1] + before + 1) is alone


def test_the_mark_of_a_file_is_none_of_a_function():
    source = "\n" * 30 + "def f():\n    pass  # codeopt: ignore-file\n"
    assert not ignored(source, 31, 32)


@pytest.mark.parametrize(
    "broken", ["def f(:\n    '''\n", "cdef int f(:\n\t x\n        y = $\n 'a\n", "def f():\n    pass\n\0", "a\rdef f():\n  pass\n"]
)
def test_in_a_file_that_cannot_be_read_any_text_that_says_so_counts(broken):
    assert not ignored(broken, 1, 2)
    assert ignored("x = 'codeopt: ignore'\n" + broken, 2, 3)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_count_as_they_do_for_git(end):
    source = with_line(5, "  # codeopt: ignore").replace("\n", end)
    assert ignored(source, *F)
    assert not ignored(source, *G)


def test_other_breaks_are_no_lines():
    assert ignored("x = 1 #\x0c\x0b\x1c\u2028\u0085\n\n# codeopt: ignore\ndef f():\n    pass\n", 4, 5)


@given(st.text(max_size=80), st.integers(1, 5), st.integers(0, 5))
def test_whatever_the_text_there_is_an_answer(source, first, more):
    assert not ignored(source, first, first + more)


@given(st.text(st.sampled_from("#'\"()\\\n\r \tabx:"), max_size=40))
def test_a_mark_in_a_file_that_reads_counts_where_it_is_alone_on_the_line_above(before):
    source = f"{before}\n# codeopt: ignore\ndef f(): pass\n"
    line = source[: source.index("def f")].count("\n") + 1
    in_string = before.count("'''") + before.count('"""') > 0 or before.endswith("\\")
    assert ignored(source, line, line) or in_string
