"""The lines on which a function's time is spent, as they are shown."""

from __future__ import annotations

from codeopt.model.code import Span
from codeopt.syntax.hot import hot_lines

SOURCE = b"import os\n\ndef f(xs):\n    a = 1\n    for x in xs:\n        a += x\n    return a\n"
SPAN = Span(start_byte=11, end_byte=len(SOURCE), start_line=3, end_line=7)


def test_lines_come_in_their_order_with_shares_of_the_functions_own_time():
    assert hot_lines(SOURCE, SPAN, [(6, 6.0), (1, 90.0), (5, 2.0), (4, 1.99), (7, 0.01)]) == (
        " 20%  a = 1",
        " 20%  for x in xs:",
        " 60%  a += x",
    )


def test_without_time_there_is_nothing_to_show():
    assert hot_lines(SOURCE, SPAN, []) == hot_lines(SOURCE, SPAN, [(1, 5.0)]) == hot_lines(SOURCE, SPAN, [(5, 0.0)]) == ()


def test_of_many_lines_the_slowest_are_shown():
    source = b"def f():\n" + b"".join(b"    a%d = 1\n" % at for at in range(30))
    span = Span(start_byte=0, end_byte=len(source), start_line=1, end_line=31)
    shown = hot_lines(source, span, [(line, float(line)) for line in range(2, 32)])
    assert [line.split()[1] for line in shown] == [f"a{at}" for at in range(22, 30)]
