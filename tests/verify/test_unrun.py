"""Statements of a patch that no compared call has run."""

from __future__ import annotations

import pytest

from codeopt.verify.unrun import unrun_statements

BEFORE = b"""def f(items):
    out = []
    for item in items:
        out.append(item)
    return out
"""


def found(after, lines, before=BEFORE):
    return unrun_statements({"m.py": before}, {"m.py": after}, {"m.py": frozenset(lines)})


AFTER = b"""def f(items):
    if len(items) > 2000:
        return items[:2000]
    return list(items)
"""


def test_a_branch_that_no_call_takes_is_named():
    assert "`return items[:2000]` (m.py:3)" in found(AFTER, {2, 4})


def test_nothing_is_said_when_all_was_run():
    assert found(AFTER, {2, 3, 4}) == ""


def test_a_file_whose_lines_are_not_known_says_nothing():
    assert unrun_statements({"m.py": BEFORE}, {"m.py": AFTER}, {}) == ""


@pytest.mark.parametrize(
    "after",
    [
        b'def f(items):\n    """Say more."""\n    if not items:\n        raise ValueError(items)\n    return list(items)\n',
        b"def f(x):\n    try:\n        return list(x)\n    except TypeError:\n        out = []\n        return out\n",
        b"def f(items):\n    if not items:\n        pass\n    return list(\n        items\n    )\n",
        b"LIMIT = 3\n\n\nclass C:\n    x = 1\n\n\ndef f(items):\n    return list(items)\n",
    ],
)
def test_what_raises_what_was_there_and_what_does_nothing_is_no_news(after):
    lines = {number for number, line in enumerate(after.decode().splitlines(), start=1) if "list(" in line or "if not" in line}
    assert found(after, lines) == ""


def test_a_helper_that_is_never_called_is_named():
    after = BEFORE + b"\n\ndef _g(x):\n    return x + 1\n"
    assert "return x + 1" in found(after, {2, 3, 4, 5})


def test_many_are_counted():
    after = b"def f(x):\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    e = 5\n"
    assert "and 2 more" in found(after, set())


def test_source_that_does_not_parse_says_nothing():
    assert found(b"def f(:\n", set()) == ""
