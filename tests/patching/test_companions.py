"""Answers that change a function together with what it uses."""

from __future__ import annotations

import pytest

from codeopt.errors import PatchError
from codeopt.patching.answer import parse_answer
from codeopt.patching.apply import apply
from codeopt.patching.companions import span_of

SOURCE = '''"""Module."""

WEIGHTS = [1, 2, 3]


@staticmethod
def weight(name):
    """Weigh."""
    return WEIGHTS.index(name)  # slow


def stranger(name):
    return name


def total(names):
    """Add up."""
    return sum(weight(name) for name in names)


class Box:
    def __init__(self, items):
        self.items = items

    def find(self, item):
        return item in self.items

    def size(self):
        return len(self.items)

    def other(self):
        return 0
'''
WEIGHT = "def weight(name):\n    return name - 1\n"
TOTAL = "def total(names):\n    return sum(map(weight, names))\n"


def result(answer, request):
    return apply(parse_answer(answer, request), dict(request.files))[request.files[0][0]].decode()


def fenced(*codes):
    return "\n".join(f"```python\n{code}```" for code in codes)


@pytest.fixture
def total(request_for):
    return request_for(SOURCE, "total")


@pytest.fixture
def find(request_for):
    return request_for(SOURCE, "Box.find")


BOTH = SOURCE.replace("WEIGHTS.index(name)", "name - 1").replace("sum(weight(name) for name in names)", "sum(map(weight, names))")


def test_a_helper_that_the_function_uses_changes_with_it(total):
    assert result(fenced(WEIGHT + "\n\n" + TOTAL), total) == BOTH


def test_the_order_in_the_answer_does_not_matter(total):
    assert result(fenced(TOTAL + "\n\n" + WEIGHT), total) == BOTH


def test_a_helper_that_stays_as_it_is_keeps_its_comments(total):
    same = "def weight(name):\n    return WEIGHTS.index(name)\n"
    assert result(fenced(same + "\n\n" + TOTAL), total) == SOURCE.replace("sum(weight(name) for name in names)", "sum(map(weight, names))")


def test_a_helper_may_change_alone(total):
    old = "def total(names):\n    return sum(weight(name) for name in names)\n"
    assert result(fenced(WEIGHT + "\n\n" + old), total) == SOURCE.replace("WEIGHTS.index(name)", "name - 1")


def test_what_the_function_does_not_use_stays(total):
    assert "return 7" not in result(fenced("def stranger(name):\n    return 7\n\n\n" + TOTAL), total)


def test_a_helper_keeps_its_promises(total):
    with pytest.raises(PatchError, match=r"signature changed: `def weight\(name\)` became"):
        parse_answer(fenced("def weight(name, cache={}):\n    return 1\n\n\n" + TOTAL), total)


def test_nothing_changed_is_no_patch(total):
    same = "def weight(name):\n    return WEIGHTS.index(name)\n\n\ndef total(names):\n    return sum(weight(name) for name in names)\n"
    with pytest.raises(PatchError, match="the answer is the original code"):
        parse_answer(fenced(same), total)


def test_a_class_may_change_its_layout(find):
    init = "    def __init__(self, items):\n        self.items = set(items)\n"
    answer = f"class Box:\n{init}\n    def find(self, item):\n        return item in self.items or False\n"
    after = result(fenced(answer), find)
    assert "        self.items = set(items)\n" in after
    assert "        return item in self.items or False\n" in after
    assert after.count("def ") == SOURCE.count("def ")


def test_methods_that_the_target_does_not_use_stay(find):
    answer = "class Box:\n    def find(self, item):\n        return bool(item in self.items)\n\n    def other(self):\n        return 1\n"
    assert "return 1" not in result(fenced(answer), find).replace("WEIGHTS = [1", "")


def test_imports_of_a_helper_come_along(total):
    answer = "import math\n\n\ndef weight(name):\n    return math.floor(name) - 1\n\n\n" + TOTAL
    assert result(fenced(answer), total).count("import math\n") == 1


BLOCK = "{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


def test_blocks_may_change_a_helper(total):
    path = total.files[0][0]
    answer = BLOCK.format(path=path, old="    return WEIGHTS.index(name)  # slow", new="    return name - 1") + BLOCK.format(
        path=path, old="    return sum(weight(name) for name in names)", new="    return sum(map(weight, names))"
    )
    assert result(answer, total) == BOTH.replace("  # slow", "")


def test_blocks_may_not_change_a_stranger(total):
    answer = BLOCK.format(path=total.files[0][0], old="    return name\n", new="    return 7\n")
    with pytest.raises(PatchError, match="outside the body of `total`"):
        parse_answer(answer, total)


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("@a\n@b(1)\ndef f():\n    pass\n", "f", (0, 26)),
        ("class A:\n    def f(self): pass\n", "A.f", (13, 30)),
        ("# é\nx = 1\ndef f(): return 'é'  # no\n", "f", (11, 31)),
        ("def f(): ...\ndef f(): ...\n", "f", None),
        ("def g(): ...\n", "f", None),
        ("# -*- coding: latin-1 -*-\ndef f(): ...\n", "f", None),
    ],
)
def test_the_place_of_a_function_is_counted_in_bytes(source, name, expected):
    span = span_of(source.encode(), "a.py", name)
    assert (span and (span.start_byte, span.end_byte)) == expected
