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
        "    def inner(x):\n        out.append(x)\n        seen[x] = 1\n    out, seen = [], {}\n    inner(items)\n    return out\n",
        "    def inner(acc):\n        acc.append(1)\n        return acc\n    return inner(items)\n",
        "    import numpy as np\n    return np.add(items, np.append(items, 1))\n",
        "    kind = type(items)\n    return kind(items)\n",
        "    rows = re.split('a', items)\n    rows[0] = ''\n    rows.sort()\n    return rows\n",
        "    out = dict(items)\n    dict.update(out, a=1)\n    out.setdefault(n, []).append(n)\n    return out\n",
        "    try:\n        return items[n]\n    except KeyError as error:\n        error.note = 1\n        raise\n",
        "    for row in items:\n        row.append(LIMIT)\n    return items\n",
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


CLASS = """
import other
from other import SHARED


class Box:
    rows = ()

    @classmethod
    def make(cls, x):
        return x

    def size(self, x):
        return x

    @classmethod
    def build(kind, x):
        return x


def f(x, n=1):
    return x
"""
HEADS = {
    "make": "    def make(cls, x):\n",
    "size": "    def size(self, x):\n",
    "build": "    def build(kind, x):\n",
    "f": "def f(x, n=1):\n",
}


def reason_in(name, line, *more):
    head = HEADS[name]
    space = " " * (len(head) - len(head.lstrip()) + 4)
    return reason(head, head + "".join(f"{space}{each}\n" for each in (line, *more)), base=CLASS)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("make", ["cls.memo = {}"]),
        ("make", ["cls.memo[x] = x"]),
        ("make", ["cls.memo.setdefault(x, x)"]),
        ("make", ["cls.memo.append(x)"]),
        ("make", ["memo = cls.memo", "memo[x] = 1"]),
        ("make", ["memo = cls.memo if x else {}", "memo.update(a=1)"]),
        ("make", ["getattr(cls, 'memo').add(x)"]),
        ("make", ["row = cls.memo.get(x)", "row[0] = 1"]),
        ("make", ["for row in cls.memo:", "    row.clear()"]),
        ("make", ["def inner(y):", "    cls.memo.add(y)", "inner(x)"]),
        ("make", ["add = cls.memo.append", "add(x)"]),
        ("build", ["kind.memo = {}"]),
        ("size", ["self.__class__.memo = {}"]),
        ("size", ["self.__class__.memo.append(x)"]),
        ("size", ["k = self.__class__", "k.memo = {}"]),
        ("size", ["k = type(self)", "k.memo = {}"]),
        ("size", ["type(self).memo[x] = 1"]),
        ("size", ["type(self).memo.update({x: 1})"]),
        ("size", ["k: type = type(self)", "j = k", "j.memo = {}"]),
        ("size", ["if (k := type(self)):", "    k.memo = {}"]),
        ("size", ["j, k = x, type(self)", "k.memo = {}"]),
        ("size", ["__class__.memo = {}"]),
        ("f", ["Box.rows.append(x)"]),
        ("f", ["k = Box", "k.rows = [x]"]),
        ("f", ["SHARED.append(x)"]),
        ("f", ["other.SHARED.update({x: 1})"]),
        ("f", ["type.__setattr__(Box, 'memo', x)"]),
        ("f", ["memo = {}", "def inner(y):", "    memo[y] = y", "x.inner = inner"]),
        ("f", ["memo = {}", "def inner(y):", "    memo.update(y)", "return inner"]),
        ("f", ["memo = []", "return lambda y: memo.append(y)"]),
    ],
)
def test_classes_and_what_other_modules_hold_can_keep_things(name, lines):
    assert reason_in(name, *lines) != ""


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("make", ["made = cls()", "made.rows = [x]", "made.add(x)"]),
        ("make", ["found = [cls.rows]", "found.append(x)"]),
        ("size", ["self.rows = [x]", "self.rows.append(x)"]),
        ("size", ["k = type(self)(x)", "k.rows = [x]"]),
        ("f", ["if type(x) is list:", "    x.append(n)"]),
        ("f", ["made = Box()", "made.rows = [x]"]),
        ("f", ["match x:", "    case [*rest]:", "        rest.append(n)"]),
    ],
)
def test_objects_of_one_call_are_not_suspected(name, lines):
    assert reason_in(name, *lines) == ""


def test_a_default_that_names_something_shared_is_suspected_where_it_is_changed():
    assert reason_in("f", "pass") == ""
    changed = "def f(x, n=1, _kept=other.SHARED):\n    _kept[x] = n\n"
    assert reason(HEADS["f"], changed, base=CLASS) != ""


def test_what_was_there_before_is_not_suspected():
    assert reason("    out = []\n", "    out = []\n", base=BASE + "\n\ndef g(x):\n    TABLE[x] = 1\n") == ""


def test_a_file_that_cannot_be_read_is_suspected():
    assert may_remember({"m.py": b""}, {"m.py": b"def ("}) != ""
