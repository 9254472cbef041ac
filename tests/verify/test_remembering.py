"""Patches that could keep something from call to call."""

import pytest

from codeopt.verify.remembering import may_remember

BASE = """
import re

LIMIT = 10
TABLE = {}


class Box:
    def size(self, n):
        return n


def f(items, n=1):
    out = []
    for item in items:
        out.append(item)
    return out
"""


def reason(old, new, base=BASE):
    assert old in base
    return may_remember({"m.py": base.encode()}, {"m.py": base.replace(old, new).encode()})


BODY = "    out = []\n    for item in items:\n        out.append(item)\n    return out\n"


@pytest.mark.parametrize(
    "new",
    [
        "    return list(items)\n",
        "    seen = {}\n    for item in items:\n        seen[item] = 1\n    return list(seen)\n",
        "    items[0] = 1\n    return items\n",
        "    return [re.sub('a', 'b', item) for item in items][:LIMIT]\n",
        "    def inner(x):\n        return x\n    return [inner(item) for item in items]\n",
    ],
)
def test_local_work_is_not_suspected(new):
    assert reason(BODY, new) == ""


def test_frozen_module_values_are_not_suspected():
    assert reason("LIMIT = 10", "LIMIT = 10\n_WORD = re.compile('a')\n_SET = frozenset({1, 2})\n_PAIR = (1, 'a')\n_NEG = -1.5") == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 10", "LIMIT = 10\n_CACHE = {}"),
        ("LIMIT = 10", "LIMIT = 10\n_CACHE: dict = dict()"),
        ("LIMIT = 10", "if True:\n    _CACHE = []\nLIMIT = 10"),
        ("def f(items, n=1):", "import functools\n\n\n@functools.lru_cache\ndef f(items, n=1):"),
        ("def f(items, n=1):", "def f(items, n=1, _kept={}):"),
        ("def f(items, n=1):", "def f(items, n=1, _kept=dict()):"),
        ("    out = []\n", "    global KEPT\n    KEPT = out = []\n"),
        ("    out = []\n", "    out = []\n    TABLE[1] = 2\n"),
        ("    out = []\n", "    out = TABLE.setdefault(n, [])\n"),
        ("    out = []\n", "    out = []\n    f.kept = items\n"),
        ("    out = []\n", "    out = []\n    setattr(f, 'kept', items)\n"),
        ("    out = []\n", "    out = []\n    globals()['kept'] = items\n"),
        ("    out = []\n", "    import sys\n    out = []\n    sys.modules['kept'] = items\n"),
        ("    def size(self, n):\n        return n\n", "    kept = {}\n\n    def size(self, n):\n        return n\n"),
        ("    out = []\n", "    out = []\n    (lambda x: x).__dict__['a'] = 1\n"),
    ],
)
def test_places_to_keep_things_are_suspected(old, new):
    assert reason(old, new) != ""


def test_what_was_there_before_is_not_suspected():
    assert reason("    out = []\n", "    out = []\n", base=BASE + "\n\ndef g(x):\n    TABLE[x] = 1\n") == ""


def test_a_file_that_cannot_be_read_is_suspected():
    assert may_remember({"m.py": b""}, {"m.py": b"def ("}) != ""
