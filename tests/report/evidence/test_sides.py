"""A diff as two columns: every line where it belongs, and nothing lost."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from codeopt.report.evidence.sides import FileDiff, Line, sides
from tests.report import samples

LINES = st.lists(
    st.sampled_from(["a = 1", "def f(x):", "    return '", '    """', "-- x", "++ y", "@@ -1 +1 @@", "# c", "", "<b>"]), max_size=12
)


def text(line: Line | None) -> str | None:
    return None if line is None else "".join(piece.text for piece in line.pieces)


def column(file: FileDiff, side: str) -> list[str]:
    return [text(line) for row in file.rows if (line := getattr(row, side)) is not None]


def test_what_was_replaced_stands_beside_what_replaces_it():
    (file,) = sides(samples.DIFF)
    assert file.path == "weblog/stats.py"
    rows = [(text(row.old), text(row.new)) for row in file.rows]
    assert rows[1] == ("    found = []", "    found = []")
    assert rows[2][0] == "    for line in lines:"
    assert rows[2][1].startswith("    # A set finds")
    assert [row.old.number for row in file.rows[:4]] == [3, 4, 5, 6]
    assert [row.old.changed for row in file.rows[:4]] == [False, False, True, True]


def test_python_is_told_by_kinds():
    (file,) = sides(samples.DIFF)
    kinds = {piece.kind for row in file.rows for line in (row.old, row.new) if line for piece in line.pieces}
    assert {"keyword", "comment", "name"} <= kinds


def test_other_files_are_not_read_as_python():
    (file,) = sides(samples.DIFF.replace("stats.py", "stats.txt"))
    assert {piece.kind for row in file.rows for piece in (row.old.pieces if row.old else ())} == {""}


@given(old=LINES, new=LINES)
def test_both_sides_are_whole_whatever_the_lines_look_like(old, new):
    diff = "\n".join(difflib.unified_diff(old, new, "a/x.py", "b/x.py", lineterm="", n=100)) + "\n"
    found = sides(diff)
    if old == new:
        assert not found
        return
    (file,) = found
    assert (column(file, "old"), column(file, "new")) == (old, new)


def test_a_gap_between_hunks_is_told():
    old = [f"line {number}" for number in range(40)]
    new = ["first", *old[1:-1], "last"]
    (file,) = sides("\n".join(difflib.unified_diff(old, new, "a/x", "b/x", lineterm="")))
    assert [row.gap for row in file.rows].count(True) == 1


@given(st.text())
def test_what_is_no_diff_is_nothing(text):
    for file in sides(text):
        assert file.rows
