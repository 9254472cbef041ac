"""What the screen sees in hostile patches: each spelling is one line or a few in the body of a function."""

from __future__ import annotations

import textwrap

import pytest

from codeopt.verify.screen import FindingKind, screen

BASE = """
from __future__ import annotations

import json
import other
import sys
from other import SHARED

TABLE = {}


class Box:
    limit = 3

    def __init__(self, n):
        self.n = n

    def size(self):
        return self.n


def helper(x):
    return x


def f(items, n=1):
    return [helper(item) for item in items]
"""

BODY = "    return [helper(item) for item in items]\n"


def findings(after, before=BASE, path="app/m.py"):
    return screen({path: before.encode()}, {path: after.encode()})


def kinds(after, before=BASE):
    return {finding.kind.value for finding in findings(after, before)}


def in_body(code, before=BASE):
    """Put lines at the beginning of the body of `f`."""
    assert BODY in before
    return before.replace(BODY, textwrap.indent(textwrap.dedent(code).strip(), "    ") + "\n" + BODY)


SPELLINGS = {
    "clock": [
        "import time\nt0 = time.time()",
        "import time as t\nt.perf_counter_ns()",
        "from time import perf_counter as pc\npc()",
        "from time import *",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime as dt\ndt.utcnow()",
        "from datetime import date\ndate.today()",
        "import timeit\ntimeit.default_timer()",
        "import os\nos.times()",
        "import resource\nresource.getrusage(0)",
        "import datetime\nnow = datetime.datetime.now\nnow()",
        "if n:\n    import time\nelse:\n    time = None\ntime.monotonic()",
        "(clock := __import__('time')).perf_counter()",
        "getattr(other.clock, 'perf_' + 'counter')()",
        "import datetime\ndatetime._time.time()",
        "import logging\nlogging.time.time()",
        "from other import perf_counter\nperf_counter()",
        "type(n).now()",
    ],
    "patching": [
        "import time\nvars(time)['perf_counter'] = helper",
        "import time\ntime.__dict__.update(perf_counter=helper)",
        "import time, operator\noperator.setitem(vars(time), 'perf_counter', helper)",
        "import time\ntime.perf_counter = helper",
        "import time\nt = time\nt.perf_counter = helper",
        "import time\nsetattr(time, 'perf_counter', helper)",
        "json.dumps = helper",
        "json.dumps, x = helper, 1",
        "for json.dumps in [helper]:\n    pass",
        "[0 for json.dumps in [helper]]",
        "with helper(n) as json.dumps:\n    pass",
        "del json.dumps",
        "json.JSONEncoder.default = helper",
        "json.dumps.__code__ = helper.__code__",
        "import builtins\nbuiltins.len = helper",
        "import builtins as b\nb.sorted = helper",
        "setattr(json, 'dumps', helper)",
        "delattr(json, 'dumps')",
        "put = setattr\nput(json, 'dumps', helper)",
        "vars(json)['dumps'] = helper",
        "d = vars(json)\nd['dumps'] = helper",
        "json.__dict__['dumps'] = helper",
        "json.__dict__.__setitem__('dumps', helper)",
        "json.__dict__.setdefault('extra', helper)",
        "getattr(json, '__dict__').update(dumps=helper)",
        "(lambda m: m)(json).dumps = helper",
        "for m in (json,):\n    m.dumps = helper",
        "ms = [json]\nms[0].dumps = helper",
        "m, = (json,)\nm.dumps = helper",
        "m = n and json\nm.dumps = helper",
        "m = json if n else None\nm.dumps = helper",
        "(m := json).dumps = helper",
        "[(m := json) for _ in '1']\nm.dumps = helper",
        "def inner(m=json):\n    m.dumps = helper\ninner()",
        "match json:\n    case m:\n        m.dumps = helper",
        "self = json\nself.dumps = helper",
        "other.SHARED = []",
        "SHARED.append(1)",
        "SHARED[0] = 1",
        "shared = SHARED\nshared[0] += 1",
        "other.LIMITS.clear()",
        "list.append(SHARED, 1)",
        "import heapq\nheapq.heappush(SHARED, 1)",
        "import numpy as np\nnp.add(1, 2, out=SHARED)",
        "Box.size = helper",
        "Box.limit = 4",
        "setattr(Box, 'size', helper)",
        "b = Box\nb.size = helper",
        "type(items).size = helper",
        "items.__class__.size = helper",
        "items[0].__class__ = Box",
        "helper.__code__ = f.__code__",
        "helper.__defaults__ = (1,)",
        "f.__globals__['helper'] = len",
        "f.__kwdefaults__ = {}",
        "object.__setattr__(items, 'x', 1)",
        "object.__setattr__(json, 'dumps', helper)",
        "type.__setattr__(Box, 'size', helper)",
        "global helper\nhelper = len",
        "global f\nf = helper",
        "global len\nlen = helper",
        "import other.sub as s\ns.x = 1",
        "from . import sibling\nsibling.x = 1",
        "from .sibling import Thing\nThing.method = helper",
        "import collections.abc\ncollections.abc.Sized.register(Box)",
        "json.decoder.JSONDecoder.__init__ = helper",
        "import functools\nfunctools.update_wrapper(json.dumps, helper)",
        "print(json)",
    ],
    "stack": [
        "sys._getframe(1)",
        "g = sys._getframe\ng(0)",
        "import sys as s\ns._getframe()",
        "from sys import _getframe as gf\ngf(0)",
        "getattr(sys, '_getframe')(1)",
        "getattr(sys, '_get' + 'frame')(1)",
        "getattr(sys, ''.join(['_get', 'frame']))(1)",
        "getattr(sys, f'_get{\"frame\"}')(1)",
        "(frame := sys._getframe)(0)",
        "frame, _ = sys._getframe, 1\nframe(0)",
        "def inner(g=sys._getframe):\n    return g(1)\ninner()",
        "(lambda g=sys._getframe: g(1))()",
        "[sys._getframe(i) for i in range(2)]",
        "[g(0) for g in [sys._getframe]]",
        "class A:\n    frame = sys._getframe(1)",
        "import inspect\ninspect.stack()",
        "from inspect import currentframe\ncurrentframe()",
        "(x for x in ()).gi_frame.f_back",
        "try:\n    1 / 0\nexcept Exception as e:\n    e.__traceback__.tb_frame.f_back.f_locals",
        "sys.exc_info()[2].tb_frame",
        "sys._current_frames()",
        "sys.settrace(helper)",
        "sys.setprofile(helper)",
        "sys.monitoring.use_tool_id(1, 'x')",
        "import traceback\ntraceback.extract_stack()",
        "async def co():\n    pass\nco().cr_frame",
        "async def ag():\n    yield\nag().ag_frame",
        "match helper(n):\n    case object(f_back=back):\n        back",
        "import operator\noperator.attrgetter('gi_frame.f_back')(n)",
        "match sys._getframe(1):\n    case fr:\n        fr",
        "import json.tool\njson.tool.sys._getframe(0)",
        "name = 'f_back'\ngetattr(n, name)",
    ],
    "introspection": [
        "import gc\ngc.get_objects()",
        "import gc\ngc.get_referrers(items)",
        "import ctypes\nctypes.pythonapi",
        "import cffi",
        "import mmap",
        "sys.modules['json']",
        "from sys import modules as m\nm['json']",
        "json.decoder.scanner.re.enum.sys.modules",
        "sys.getrefcount(items)",
        "().__class__.__base__.__subclasses__()",
        "type(n).__mro__[-1]",
        "Box.mro()",
        "[].append.__self__.__class__",
        "n.__reduce_ex__(2)",
        "object.__getattribute__(items, 'x')",
        "__import__('time').time()",
        "imp = __import__\nimp('time')",
        "import importlib\nimportlib.import_module('time')",
        "from importlib import import_module as load\nload('time')",
        "exec('import time')",
        "eval('1')",
        "compile('1', 'x', 'eval')",
        "run = eval\nrun('1')",
        "import marshal",
        "import pickle\npickle.loads(n)",
        "getattr(json, n)",
        "getattr(items, n)()",
        "setattr(items, n, 1)",
        "look = getattr\nlook(json, 'dumps')",
        "import functools\nfunctools.reduce(getattr, [n], json)",
        "import operator\noperator.attrgetter(n)(json)",
        "import operator\noperator.methodcaller(n)(json)",
        "import operator\noperator.attrgetter('__globals__')(helper)",
        "getattr(helper, '__globals__')",
        "helper.__closure__[0].cell_contents",
        "'{0.__class__}'.format(items)",
        "('{0.__cl' + 'ass__}').format(items)",
        "__builtins__['open']",
        "globals()['helper']",
        "locals()['items']",
        "import types\ntypes.FunctionType(helper.__code__, {})",
        "type(f)(f.__code__, {})",
        "import codeopt_inside",
        "from codeopt_inside import canon",
        "import __main__",
        "import builtins\nbuiltins.eval('1')",
        "import builtins\ngetattr(builtins, 'ev' + 'al')('1')",
        "import runpy",
        "import typing\ntyping.get_type_hints(f)",
        "helper.__wrapped__",
    ],
    "identity": [
        "id(items)",
        "key = id\nkey(items)",
        "sorted(items, key=id)",
        "import builtins\nbuiltins.id(items)",
        "{id(i): i for i in items}",
    ],
    "source": [
        "__file__",
        "__loader__.get_source('m')",
        "__spec__.origin",
        "json.__file__",
        "open(__file__).read()",
        "import inspect\ninspect.getsource(f)",
        "import linecache\nlinecache.getlines('m.py')",
        "import pkgutil",
        "helper.__code__.co_filename",
    ],
    "environment": [
        "import os\nos.environ['X']",
        "from os import environ as e\ne.get('X')",
        "import os\nos.getenv('X')",
        "sys.argv",
        "from sys import argv\nargv[0]",
        "import os\nos.getpid()",
        "import os\nos.cpu_count()",
        "import os\nos.sched_getaffinity(0)",
        "import platform\nplatform.node()",
        "import socket\nsocket.gethostname()",
        "import random\nrandom._os.environ",
        "other.os.environ",
        "from other import os\nos.environ",
        "import os\nos.uname()",
    ],
    "ending": [
        "import os\nos._exit(0)",
        "sys.exit(0)",
        "exit()",
        "quit(0)",
        "raise SystemExit",
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "import os\nos.kill(1, 9)",
        "import os\nos.abort()",
        "import signal",
        "import atexit\natexit.register(helper)",
        "from os import _exit as leave\nleave(0)",
        "error = SystemExit\nraise error",
        "try:\n    pass\nexcept SystemExit:\n    pass",
    ],
    "files": [
        "open('x')",
        "with open('x', 'w') as out:\n    out.write('1')",
        "o = open\no('x')",
        "import io\nio.open('x')",
        "import builtins\nbuiltins.open('x')",
        "import os\nos.listdir('.')",
        "import os.path\nos.path.exists('x')",
        "from os import path as p\np.getmtime('x')",
        "import pathlib\npathlib.Path('x').read_text()",
        "from pathlib import Path\nPath('x')",
        "import shutil",
        "import tempfile",
        "import sqlite3",
        "import shelve",
        "import dbm",
        "import glob",
        "import numpy as np\nnp.save('x', items)",
        "import numpy\nnumpy.load('x')",
        "import numpy as np\nnp.memmap('x')",
        "import joblib\njoblib.Memory('x')",
        "n.write_text('x')",
        "p = '/proc/self/mem'",
        "open = open\nimport os\nos.open('x', 0)",
        "import tempfile as t\nt._os.write(1, b'')",
        "import os\nos.write(1, b'')",
    ],
    "network": [
        "import socket",
        "import ssl",
        "import urllib.request",
        "from urllib import request\nrequest.urlopen('x')",
        "import http.client",
        "import requests",
        "import asyncio\nasyncio.open_connection('x', 1)",
    ],
    "workers": [
        "import threading\nthreading.Thread(target=helper).start()",
        "from threading import Thread as T\nT(target=helper).start()",
        "import _thread\n_thread.start_new_thread(helper, ())",
        "import concurrent.futures",
        "from concurrent.futures import ThreadPoolExecutor",
        "from concurrent import futures\nfutures.ThreadPoolExecutor()",
        "import multiprocessing as mp\nmp.Pool()",
        "import subprocess\nsubprocess.run(['x'])",
        "import os\nos.fork()",
        "import os\nos.system('x')",
        "import os\nos.popen('x')",
        "import asyncio\nasyncio.create_task(n)",
        "import asyncio\nasyncio.ensure_future(n)",
        "import asyncio\nasyncio.to_thread(helper)",
        "n.run_in_executor(None, helper)",
        "import asyncio\nasyncio.get_event_loop()",
        "import numba\n@numba.njit(parallel=True)\ndef inner(x):\n    return x",
        "from numba import prange\nprange(3)",
        "import torch\ntorch.set_num_threads(8)",
        "import threadpoolctl",
        "other.fit(items, n_jobs=-1)",
        "import queue\nqueue.threading.Thread(target=helper)",
        "import asyncio\nasyncio.subprocess.create_subprocess_exec('x')",
    ],
    "devices": [
        "items.cuda()",
        "items.to('cuda')",
        "items.to(device='cuda:0')",
        "import cupy",
        "import torch\ntorch.device('cuda')",
        "import jax.numpy as jnp",
        "from torch import cuda\ncuda.is_available()",
    ],
    "deferred": [
        "yield 1",
        "x = yield",
        "yield from items",
        "class A:\n    def __del__(self):\n        helper(1)",
        "class A:\n    def __iter__(self):\n        return iter(())",
        "class A:\n    def __getattr__(self, name):\n        return 1",
        "class A:\n    def __len__(self):\n        return 1",
        "class A:\n    __getitem__ = helper",
        "import weakref\nweakref.finalize(items, helper)",
        "import weakref\nweakref.ref(items, helper)",
        "n.call_later(1, helper)",
        "n.add_done_callback(helper)",
    ],
    "forged": [
        "class R(list):\n    pass",
        "class R(dict):\n    pass",
        "class R(str):\n    pass",
        "class R(float):\n    pass",
        "base = list\nclass R(base):\n    pass",
        "class R(type(items)):\n    pass",
        "class R(list if n else dict):\n    pass",
        "import numpy as np\nclass R(np.ndarray):\n    pass",
        "from collections import UserList\nclass R(UserList):\n    pass",
        "class R:\n    def __eq__(self, o):\n        return True",
        "class R:\n    __eq__ = lambda self, o: True",
        "class R:\n    def __bool__(self):\n        return True",
        "class R:\n    __class__ = list",
        "class R:\n    @property\n    def __class__(self):\n        return list",
        "class R:\n    def __hash__(self):\n        return 1",
        "class R:\n    def __array__(self):\n        return 1",
        "class R:\n    def __lt__(self, o):\n        return 1",
        "class R:\n    for __ne__ in [helper]:\n        pass",
        "class R:\n    from other import agree as __eq__",
        "class R:\n    __eq__: object = helper",
        "class R:\n    def __reduce__(self):\n        return 1",
        "class M(type):\n    def __instancecheck__(cls, o):\n        return True",
        "class R(metaclass=other.Meta):\n    pass",
        "class R(**n):\n    pass",
        "type('R', (list,), {})",
        "make = type\nmake('R', (list,), {'__eq__': helper})",
        "class Quiet(BaseException):\n    pass",
    ],
    "state": [
        "sys.setrecursionlimit(10)",
        "sys.setswitchinterval(1)",
        "import gc\ngc.disable()",
        "import gc\ngc.freeze()",
        "from gc import disable as d\nd()",
        "import warnings\nwarnings.simplefilter('ignore')",
        "import warnings\nwarnings.filterwarnings('ignore')",
        "import locale\nlocale.setlocale(0, 'C')",
        "import decimal\ndecimal.getcontext().prec = 3",
        "from decimal import getcontext\ngetcontext().prec = 3",
        "import numpy as np\nnp.seterr(all='ignore')",
        "import numpy as np\nwith np.errstate(all='ignore'):\n    pass",
        "import numpy as np\nnp.set_printoptions(precision=1)",
        "import torch\ntorch.set_default_dtype(n)",
        "import torch\ntorch.backends.cuda.matmul.allow_tf32 = True",
        "import random\nrandom.seed(1)",
        "import random\nrandom.setstate(n)",
        "import numpy as np\nnp.random.seed(1)",
        "sys.stdout = n",
        "sys.stderr = n",
        "setattr(sys, 'stdout', n)",
        "import contextlib\ncontextlib.redirect_stdout(n)",
        "import os\nos.chdir('/')",
        "import os\nos.umask(0)",
        "sys.path.insert(0, 'x')",
        "sys.path[0] = 'x'",
        "import logging\nlogging.disable()",
    ],
    "randomness": [
        "import random\nrandom.random()",
        "import secrets",
        "import uuid\nuuid.uuid4()",
        "import numpy as np\nnp.random.rand(3)",
        "import os\nos.urandom(3)",
    ],
    "tests": [
        "import pytest",
        "from unittest.mock import patch",
        "import unittest.mock as mock\nmock.patch('time.time')",
        "import _pytest.config",
        "import pluggy",
        "import hypothesis",
        "x = 'PYTEST_CURRENT_TEST'",
    ],
    "hidden": ["x = " + "a." * 5000 + "b", "x = " + "-" * 3000 + "1"],
}
CASES = [pytest.param(kind, code, id=f"{kind}: {code[:50]!r}") for kind, codes in SPELLINGS.items() for code in codes]


def test_there_are_many_spellings_and_all_kinds():
    assert len(CASES) >= 150
    assert set(SPELLINGS) | {"shadowing", "import-time"} == {kind.value for kind in FindingKind}


@pytest.mark.parametrize(("kind", "code"), CASES)
def test_a_hostile_line_is_named_for_what_it_is(kind, code):
    after = BASE.replace(BODY, "    " + code + "\n" + BODY) if kind == "hidden" else in_body(code)
    if "import *" in code:
        after = f"{code}\n" + BASE.replace("from __future__ import annotations\n", "")
    assert kind in kinds(after)


@pytest.mark.parametrize(("kind", "code"), CASES)
def test_what_the_original_does_already_is_no_finding(kind, code):
    before = BASE.replace(BODY, "    " + code + "\n" + BODY) if "\n" not in code else in_body(code)
    moved = before.replace("TABLE = {}\n", "TABLE = {}\nNAMES = frozenset({1})\n").replace(
        "    return self.n\n", "    n = self.n\n        return n\n"
    )
    assert moved != before
    assert findings(moved, before) == ()
