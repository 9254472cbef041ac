"""Which functions of other files may change together with one."""

from __future__ import annotations

import textwrap

import pytest

from codeopt.syntax.callees import callees_elsewhere
from codeopt.syntax.context import context_of
from codeopt.syntax.index import CodeIndex
from codeopt.syntax.parse import parse_file

FILES = {
    "pkg/__init__.py": "",
    "pkg/app.py": """
        from os.path import join
        from . import table
        from .table import lookup, Box, rename as name, deep
        from .more import far

        def near(x): return x

        def total(xs):
            far(xs)
            return sum(lookup(x) for x in xs) + near(1) + Box(1).size() + name(2) + table.third(3) + len(join("a"))
        """,
    "pkg/table.py": """
        def lookup(x):
            return x

        class Box:
            def __init__(self, x): self.x = x
            def size(self): return 1

        def rename(x): return x
        def deep(x): return x
        def third(x): return x
        """,
    "pkg/more.py": "def far(xs):\n    return xs\n",
}


def sources():
    return {path: textwrap.dedent(text).lstrip("\n").encode() for path, text in FILES.items()}


@pytest.fixture
def index():
    return CodeIndex({path: parse_file(path, source) for path, source in sources().items()})


def found(index, limit=1000, read=None):
    callees = callees_elsewhere(index, index.find("pkg/app.py::total"), read or sources().__getitem__, limit_chars=limit)
    return [str(callee.function.name) for callee in callees]


def test_plain_functions_that_are_called_by_their_own_names(index):
    assert found(index) == ["pkg/more.py::far", "pkg/table.py::lookup"]


def test_what_does_not_fit_is_left_out(index):
    assert found(index, limit=33) == ["pkg/more.py::far"]
    assert found(index, limit=10) == []


def test_of_a_file_that_has_changed_nothing_is_shown(index):
    changed = {**sources(), "pkg/table.py": b"def lookup(y):\n    return y\n"}
    context = context_of(index, index.find("pkg/app.py::total"), changed.__getitem__)
    assert [str(callee.function.name) for callee in context.callees] == ["pkg/more.py::far"]


def test_a_question_has_their_text_at_the_margin(index):
    context = context_of(index, index.find("pkg/app.py::total"), sources().__getitem__)
    assert [callee.text for callee in context.callees] == ["def far(xs):\n    return xs", "def lookup(x):\n    return x"]
    assert context_of(index, index.find("pkg/app.py::total"), sources().__getitem__, limit_chars=0).callees == ()
