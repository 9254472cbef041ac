"""Code and the prose around it."""

from __future__ import annotations

import pytest

from codeopt.errors import PatchError
from codeopt.patching.fence import bare_code, code_blocks, without_reasoning


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("<think>\nx = 1\n</think>\ny", "\ny"),
        ("  <thinking>a</thinking><think>b</think>c", "c"),
        ("so ```python\nbad\n``` no\n</think>\nz", "\nz"),
        ("x = '<think>'\n", "x = '<think>'\n"),
        ("no reasoning", "no reasoning"),
    ],
)
def test_reasoning_is_left_out(answer, left):
    assert without_reasoning(answer) == left


def test_an_answer_that_ends_inside_its_reasoning_was_cut_off():
    with pytest.raises(PatchError, match="cut off inside its reasoning"):
        without_reasoning("<think>\nlet me see")


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("a\n```python\nx\n```\nb\n", ["x\n"]),
        ("~~~\nx\n~~~\n", ["x\n"]),
        ("````py\n```\nx\n```\n````", ["```\nx\n```\n"]),
        ("```\nx\n```\n```Python title=x\ny\n```", ["x\n", "y\n"]),
        ("1. so\n   ```python\n   if x:\n       y\n   ```\n", ["if x:\n    y\n"]),
        (
            '```python\ndef f():\n    """Doc.\n\n    ```\n    code\n    ```\n    """\n```\n',
            ['def f():\n    """Doc.\n\n    ```\n    code\n    ```\n    """\n'],
        ),
        ("```python\na\x0cb\u2028c\n```", ["a\x0cb\u2028c\n"]),
        ("none", []),
    ],
)
def test_fences_give_what_they_hold(text, blocks):
    assert [block.text for block in code_blocks(text)] == blocks
    assert all(block.closed for block in code_blocks(text))


def test_a_fence_without_end_is_told():
    assert [block.closed for block in code_blocks("```\na\n```\n```python\ndef f(")] == [True, False]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def f():\n    return 1\n", "def f():\n    return 1\n"),
        (
            "Sure, here:\n\nimport re\n\ndef f():\n    return 1\n\nThis is quicker because it's good.\n",
            "import re\n\ndef f():\n    return 1\n\n",
        ),
        ("    @x\n    def f(self):\n        return 1\n", "    @x\n    def f(self):\n        return 1\n"),
        ("def f():\n    return (1 +\n", None),
        ("def f():\n    return 1\n\ndef g():\n    x = (\n", None),
        ("I cannot do that.", None),
    ],
)
def test_bare_code_is_found_in_prose(text, code):
    assert bare_code(text) == code
