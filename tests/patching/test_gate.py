"""The gate that only Python passes."""

from __future__ import annotations

import pytest

from codeopt.errors import PatchError
from codeopt.patching.gate import compile_problem, parse_python


@pytest.mark.parametrize("source", [b"", b"x = 1\n", b"x = 1 is 1\nassert (x, 'y')\n'\\d'\n", b"\xef\xbb\xbfx = 1\r\n", "# é\n".encode()])
def test_python_passes(source):
    assert compile_problem("a.py", source) is None


@pytest.mark.parametrize(
    "source",
    [
        b"x = (\n",
        b"def f():\nreturn 1\n",
        b"return 1\n",
        b"x = 1\x00\n",
        b"# \xff\xfe\n",
        b"# coding: no-such-thing\n",
        b"(" * 5000 + b")" * 5000,
        b"x = " + b"-" * 200_000 + b"1\n",
        b"if 1:\n\tx\n        y\n",
    ],
)
def test_what_is_no_python_is_one_line(source):
    problem = compile_problem("a.py", source)
    assert problem is not None
    assert problem.startswith("a.py:")
    assert "\n" not in problem
    assert len(problem) < 300


def test_the_line_is_named():
    assert (compile_problem("pkg/a.py", b"x = 1\ny = = 2\n") or "").startswith("pkg/a.py:2: ")


def test_a_source_that_does_not_parse_is_an_error():
    with pytest.raises(PatchError, match="the answer does not parse: line 2"):
        parse_python("x = 1\ny = = 2\n", "the answer")
