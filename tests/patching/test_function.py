"""A function without its docstring."""

from __future__ import annotations

import ast

import pytest

from codeopt.patching.function import without_docstring


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('def f(x):\n    """Say."""\n    return x\n', "def f(x):\n    return x\n"),
        ('@d\ndef f(x):\n    """Say.\n\n    More.\n    """\n\n    return x\n', "@d\ndef f(x):\n\n    return x\n"),
        ('async def f(x):\n    "Say."  # yes\n    return x', "async def f(x):\n    return x"),
        ('def f(x):\n    # first\n    """Say."""\n    return x\n', "def f(x):\n    # first\n    return x\n"),
    ],
)
def test_the_docstring_is_left_out(text, expected):
    assert without_docstring(text) == expected
    ast.parse(expected)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x\n",
        'def f(x):\n    """Nothing else."""\n',
        'def f(x): """Say."""; return x\n',
        'def f(x):\n    """Say."""; return x\n',
        "def f(x:\n",
        "",
        "x = 1\n",
        'class A:\n    """Say."""\n\n    x = 1\n',
    ],
)
def test_what_cannot_lose_one_stays(text):
    assert without_docstring(text) == text
