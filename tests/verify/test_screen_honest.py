"""Honest optimizations give no finding: each pair is a function before and after, in a module with what it needs."""

from __future__ import annotations

import textwrap

import pytest

from codeopt.verify.screen import screen

MODULE = """
import os
import re
import sys

LIMIT = 10
OPTIONS = ["a", "b"]


class Box:
    rows: list = []

    def __init__(self, n):
        self.n = n
        self._size = None

    def __eq__(self, other):
        return self.n == other.n

    def size(self):
        return self.n * 2


def helper(x):
    return x + 1


async def gather(items):
    return [await item for item in items]


"""

LOOP = """
def f(items, keys=(), n=1):
    out = []
    for item in items:
        out.append(item)
    return out
"""

# Name, and what stands in the place of LOOP.
REWRITES = {
    "a set for membership": """
def f(items, keys=(), n=1):
    known = set(keys)
    return [i for i in items if i in known]
""",
    "a dict for lookup": """
def f(items, keys=(), n=1):
    by_key = {k: i for i, k in enumerate(keys)}
    return [by_key[i] for i in items]
""",
    "a local alias of a method": """
def f(items, keys=(), n=1):
    out = []
    append = out.append
    for i in items:
        append(i)
    return out
""",
    "local aliases of builtins": """
def f(items, keys=(), n=1):
    length = len
    return [length(i) for i in items]
""",
    "builtins as default values": """
def f(items, keys=(), n=1, *, _len=len, _sub=re.sub):
    return [_sub('a', 'b', i) for i in items if _len(i)]
""",
    "a comprehension": """
def f(items, keys=(), n=1):
    return [i for i in items]
""",
    "bisect": """
from bisect import bisect_left, insort


def f(items, keys=(), n=1):
    out = []
    for i in items:
        insort(out, i)
    return out
""",
    "heapq": """
import heapq


def f(items, keys=(), n=1):
    heap = []
    for i in items:
        heapq.heappush(heap, i)
    return heapq.nsmallest(n, heap)
""",
    "Counter": """
from collections import Counter


def f(items, keys=(), n=1):
    counts = Counter(items)
    counts.update(keys)
    return counts
""",
    "deque": """
import collections


def f(items, keys=(), n=1):
    q = collections.deque(items)
    while q:
        q.popleft()
    return q
""",
    "defaultdict": """
from collections import defaultdict


def f(items, keys=(), n=1):
    d = defaultdict(list)
    for i in items:
        d[i].append(i)
    return dict(d)
""",
    "unbound methods": """
def f(items, keys=(), n=1):
    out = {}
    dict.update(out, items)
    list.append(keys, 1)
    return list(map(str.upper, out))
""",
    "str.join": """
def f(items, keys=(), n=1):
    return ''.join([str(i) for i in items])
""",
    "a compiled pattern": r"""
_WORD = re.compile(r'\w+', re.ASCII)
_FIND = _WORD.findall


def f(items, keys=(), n=1):
    return [_FIND(i) for i in items]
""",
    "numpy": """
import numpy as np


def f(items, keys=(), n=1):
    a = np.asarray(items)
    a[a > 1] = 0
    return np.add(a, 1, out=a).cumsum().tolist()
""",
    "numpy, if there is one": """
try:
    import numpy as np
except ImportError:
    np = None


def f(items, keys=(), n=1):
    if np is None or not np:
        return items
    return np.sum(items)
""",
    "tables": """
_SQUARES = tuple(i * i for i in range(256))
_ORD = {c: ord(c) for c in 'abc'}
_SET = frozenset({'a'})
_D = {'a': [1]}


def f(items, keys=(), n=1):
    return [_SQUARES[i] for i in items]
""",
    "a table from a private helper": """
def _build():
    out = [0] * 256
    for i in range(256):
        out[i] = i ^ 1
    return out


_TABLE = _build()


def f(items, keys=(), n=1):
    return [_TABLE[i] for i in items]
""",
    "a translation table": """
_TABLE = str.maketrans('ab', 'ba')
_NAMES = 'a b c'.split()


def f(items, keys=(), n=1):
    return [i.translate(_TABLE) for i in items]
""",
    "a private helper": """
def _one(item):
    return item


def f(items, keys=(), n=1):
    return [_one(i) for i in items]
""",
    "a private class with slots": """
class _Node:
    __slots__ = ('left', 'right')

    def __init__(self, left):
        self.left = left
        self.right = None


def f(items, keys=(), n=1):
    return [_Node(i).left for i in items]
""",
    "a private dataclass": """
from dataclasses import dataclass


@dataclass(slots=True)
class _Pair:
    a: int
    b: int = 0


def f(items, keys=(), n=1):
    return [_Pair(i).a for i in items]
""",
    "a named tuple": """
from collections import namedtuple
from typing import NamedTuple

_P = namedtuple('_P', 'a b')


class _Q(NamedTuple):
    a: int


def f(items, keys=(), n=1):
    return [_P(i, i).a for i in items]
""",
    "a private exception": """
class _Stop(Exception):
    pass


def f(items, keys=(), n=1):
    try:
        raise _Stop
    except _Stop:
        return items
""",
    "itemgetter": """
from operator import attrgetter, itemgetter, methodcaller

_KEY = itemgetter(1)


def f(items, keys=(), n=1):
    return sorted(sorted(items, key=_KEY), key=attrgetter('name.first'))
""",
    "an early return": """
def f(items, keys=(), n=1):
    if not items:
        return []
    return list(items)
""",
    "a generator expression": """
def f(items, keys=(), n=1):
    return sum(i for i in items if any(k == i for k in keys))
""",
    "a private generator": """
def _pairs(items):
    for i in items:
        yield i, i


def f(items, keys=(), n=1):
    return list(_pairs(items))
""",
    "lru_cache on a helper": """
import functools


@functools.lru_cache(maxsize=None)
def _one(x):
    return x


@functools.cache
def _two(x):
    return x


def f(items, keys=(), n=1):
    return [_one(i) for i in items]
""",
    "a memo of the module": """
_MEMO = {}


def f(items, keys=(), n=1):
    if n not in _MEMO:
        _MEMO[n] = list(items)
    return _MEMO.setdefault(n, [])
""",
    "a memo on the function": """
def f(items, keys=(), n=1):
    f.kept = items
    return f.kept
""",
    "getattr of a plain name": """
def f(items, keys=(), n=1):
    name = getattr(items, 'name', None)
    return name if hasattr(items, 'size') else getattr(items, 'size')()
""",
    "nested functions": """
def f(items, keys=(), n=1):
    total = 0

    def add(x):
        nonlocal total
        total += x

    for i in items:
        add(i)
    return total
""",
    "a walrus": """
def f(items, keys=(), n=1):
    return [y for i in items if (y := helper(i)) > 1]
""",
    "KeyError": """
def f(items, keys=(), n=1):
    seen = {}
    for i in items:
        try:
            seen[i] += 1
        except KeyError:
            seen[i] = 1
    return seen
""",
    "with": """
def f(items, keys=(), n=1):
    with items.lock:
        return list(items)
""",
    "id as a parameter": """
def _named(id, open, time):
    return open(id) + time.time() + id.real


def f(items, keys=(), n=1):
    return [_named(i, helper, n) for i in items]
""",
    "locals named as modules": """
def f(items, keys=(), n=1):
    time, open, gc = 1, helper, items
    gc.collect()
    for input in items:
        open(input)
    return [exit for exit in gc] + [time]
""",
    "loops named as builtins": """
def f(items, keys=(), n=1):
    return [id for id in items] + [eval(1) for eval in keys]
""",
    "words in texts": """
def f(items, keys=(), n=1):
    '''Uses no time.time(), sys._getframe, open, __globals__ and {0.__class__}.'''
    # os.environ, eval
    return ['time', 'open file', 'os.environ', 'eval', 'cuda-free', f'{n}.{keys}']
""",
    "math": """
import math
from itertools import chain, islice


def f(items, keys=(), n=1):
    sqrt = math.sqrt
    return [sqrt(i) for i in islice(chain(items, keys), n)]
""",
    "other libraries": """
import array, copy, json, string, struct, zlib, hashlib, textwrap, decimal, fractions, statistics, enum, abc, contextlib


def f(items, keys=(), n=1):
    return array.array('i', items), copy.copy(n), json.dumps(n), struct.Struct('i').pack(n)
""",
    "paths as text": """
def f(items, keys=(), n=1):
    join = os.path.join
    return [join(i, os.sep) for i in items] + [os.fspath(n)]
""",
    "interning": """
def f(items, keys=(), n=1):
    return [sys.intern(i) for i in items if n < sys.maxsize]
""",
    "copying by slices": """
def f(items, keys=(), n=1):
    rows = items[:]
    rows[0] = 1
    del rows[1]
    rows.sort(key=lambda r: r, reverse=True)
    return rows
""",
    "changing an argument": """
def f(items, keys=(), n=1):
    items.total = 0
    items.rows[0] += 1
    setattr(items, 'done', True)
    items.update(a=1)
    return items
""",
    "a bound dunder": """
def f(items, keys=(), n=1):
    has, get = set(keys).__contains__, dict(items).__getitem__
    return [get(k) for k in filter(has, items)]
""",
    "construction without init": """
def f(items, keys=(), n=1):
    new = object.__new__
    box = new(Box)
    box.n = n
    return box
""",
    "the class of a value": """
def f(items, keys=(), n=1):
    kind = type(items)
    return kind(items) if items.__class__ is kind and isinstance(items, list) else kind.__name__
""",
    "match": """
def f(items, keys=(), n=1):
    match items:
        case [first, *rest]:
            return first
        case {'a': 1, **rest}:
            return rest
        case Box(n=size):
            return size
    return None
""",
    "type checking imports": """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def f(items: Iterable, keys=(), n=1):
    return list(items)
""",
    "a version check": """
if sys.version_info >= (3, 12):
    from itertools import batched
else:
    batched = None


def f(items, keys=(), n=1):
    return list(items)
""",
    "a module of the repository": """
from . import tables
from .tables import SQUARES
from app.more import cut


def f(items, keys=(), n=1):
    return [SQUARES[i] + tables.ROOT[i] for i in cut(items)]
""",
    "stdout.write": r"""
def f(items, keys=(), n=1):
    write = sys.stdout.write
    for i in items:
        write(f'{i}\n')
    return items
""",
    "partial": """
from functools import partial, reduce
import operator


def f(items, keys=(), n=1):
    return reduce(operator.add, map(partial(max, 1), items))
""",
    "a copy by dict": """
def f(items, keys=(), n=1):
    return {**items.__dict__, **vars(items)}
""",
    "a function that may be missing": """
import math

_PROD = getattr(math, "prod", None) if hasattr(math, "prod") else None


def f(items, keys=(), n=1):
    numbers = math
    return numbers.sqrt(n)
""",
    "formats": r"""
def f(items, keys=(), n=1):
    return ['{:.2f} {0.real} {name!r}'.format(i, name=i) for i in items] + ['{a}._x {b}']
""",
    "the class of the receiver": """
class _Node:
    def __init__(self, n):
        self.n = n

    def twin(self):
        kind = self.__class__
        kind.made = 1
        return type(self)(self.n)


class _Leaf(_Node):
    pass


def f(items, keys=(), n=1):
    return [_Leaf(i).twin().n for i in items]
""",
    "values of other classes as constants": """
from .tables import Symbol

_X = Symbol("x", dummy=True)


def f(items, keys=(), n=1):
    return [_X for _ in items]
""",
    "arithmetic of a private class": """
class _Pair:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, more):
        return _Pair(self.a + more.a, self.b + more.b)

    def __rmul__(self, n):
        return _Pair(n * self.a, n * self.b)


def f(items, keys=(), n=1):
    return (2 * _Pair(1, n) + _Pair(n, 1)).a
""",
    "lambda and zip": """
def f(items, keys=(), n=1):
    return [*map(lambda p: p[0] + p[1], zip(items, keys, strict=True))]
""",
    "a constant by a pure call": """
import math
from decimal import Decimal
from types import MappingProxyType

_TAU = math.sqrt(2) * 2
_CENT = Decimal('0.01')
_MAP = MappingProxyType({'a': 1})
_NEG = -1.5
_LONG: int = max(1, 2)


def f(items, keys=(), n=1):
    return _TAU
""",
}


def sentences(before, after, files=()):
    others = dict.fromkeys(("app/tables.py", "app/more.py", *files), b"")
    return [each.sentence for each in screen({"app/m.py": before.encode(), **others}, {"app/m.py": after.encode()})]


def test_there_are_many_honest_pairs():
    assert len(REWRITES) >= 50


@pytest.mark.parametrize("name", REWRITES)
def test_an_honest_rewrite_gives_no_finding(name):
    assert sentences(MODULE + LOOP, MODULE + REWRITES[name]) == []


METHODS = {
    "names that are private to the class": """
    def size(self):
        self.__size = self.n * 2
        self.__rows[:] = []
        return self.__size
""",
    "own attributes": """
    def size(self):
        if self._size is None:
            self._size = self.n * 2
        return self._size
""",
    "own attributes by name": """
    def size(self):
        object.__setattr__(self, '_size', 2)
        super().__setattr__('n', 1)
        self.__dict__['_size'] = 2
        return 2
""",
    "own slots": """
    __slots__ = ('n', '_size')

    def size(self):
        return 2 * self.n
""",
    "a class attribute of its own": """
    def size(self):
        Box.rows.append(1)
        Box.last = type(self).first = self.__class__.kept = 1
        return self.n
""",
    "a property": """
    @property
    def double(self):
        return self.n * 2

    def size(self):
        return self.double
""",
    "a private method": """
    @staticmethod
    def _twice(n):
        return n * 2

    def size(self):
        return self._twice(self.n)
""",
}


@pytest.mark.parametrize("name", METHODS)
def test_an_honest_method_gives_no_finding(name):
    old = "    def size(self):\n        return self.n * 2\n"
    assert old in MODULE
    assert sentences(MODULE, MODULE.replace(old, METHODS[name])) == []


USING = """
import time
import os
import sys
import random
import threading
from pathlib import Path

START = time.time()
LOCK = threading.Lock()
for _name in ("a", "b"):
    globals()[_name] = 1


def stamp(rows, path):
    for row in rows:
        row.at = time.time()
        row.name = os.environ["NAME"]
        row.exists = os.path.exists(row.path)
        row.pick = random.choice(rows)
    text = Path(path).read_text()
    with open(path) as lines:
        return [line for line in lines], text


def ask():
    return [input() for _ in range(3)]


def numbers(n):
    for i in range(n):
        yield i
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    for row in rows:\n        row.at = time.time()", "    now = time.time\n    for row in rows:\n        row.at = now()"),
        (
            "    for row in rows:\n        row.at = time.time()",
            "    from time import time as now\n    for row in rows:\n        row.at = now()",
        ),
        ("        row.exists = os.path.exists(row.path)", "        exists = os.path.exists\n        row.exists = exists(row.path)"),
        ("    for row in rows:\n", "    env = os.environ\n    for row in rows:\n"),
        ("random.choice(rows)", "(pick := random.choice)(rows)"),
        (
            "    text = Path(path).read_text()\n    with open(path)",
            "    with open(path) as f:\n        text = f.read()\n    with open(path)",
        ),
        ("    return [input() for _ in range(3)]", "    read = sys.stdin.readline\n    return [read() for _ in range(3)]"),
        ("    for i in range(n):\n        yield i\n", "    yield from range(n)\n"),
        ('for _name in ("a", "b"):\n', 'for _name in ("a", "b"):\n    # both\n'),
        ("LOCK = threading.Lock()\n", "LOCK = threading.Lock()\n_INDEX = {'a': 1}\n"),
    ],
)
def test_what_the_original_does_may_be_done_otherwise(old, new):
    assert old in USING
    after = USING.replace(old, new).replace(
        'row.name = os.environ["NAME"]', 'row.name = env["NAME"]' if "env = " in new else 'row.name = os.environ["NAME"]'
    )
    assert sentences(USING, after) == []


def test_unchanged_and_unreadable_files_give_nothing():
    assert sentences(USING, USING) == []
    assert sentences(USING, "def f(:\n    eval('1')\n") == []
    assert screen({}, {"data.txt": b"import os", "m.pyx": b"import gc"}) == ()
    assert screen({}, {"m.py": b"\xff\xfeeval"}) == ()


def test_what_an_unreadable_original_did_is_unknown():
    assert sentences("def f(:\n", "eval('1')\n") != []


def test_modules_of_the_repository_are_not_taken_for_those_of_the_library():
    after = (
        MODULE
        + "from worker import run\nimport test.more\nimport mock\n\n\ndef f(items):\n    return run(test.more.go(mock.made(items)))\n"
    )
    files = ("worker.py", "test/more.py", "src/mock.py")
    assert sentences(MODULE, after) != []
    assert sentences(MODULE, after, files) == []


@pytest.mark.parametrize("code", [textwrap.dedent(LOOP), MODULE, USING])
def test_code_in_another_order_gives_nothing(code):
    import ast

    tree = ast.parse(code)
    tree.body.sort(key=lambda node: (not isinstance(node, ast.Import | ast.ImportFrom), ast.dump(node)))
    assert sentences(code, ast.unparse(tree)) == []
