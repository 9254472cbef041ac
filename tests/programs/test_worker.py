"""The worker as the host meets it: a process that is spoken to over frames."""

from __future__ import annotations

import json
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codeopt.assets import programs_dir

HEAD = "import os\nimport random\nimport sys\n\n\n"


class Spoken:
    """One worker process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.deeds: dict[str, str] = {}

    def send(self, message: object) -> None:
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, data: bytes) -> None:
        self.process.stdin.write(struct.pack(">I", len(data)) + data)
        self.process.stdin.flush()

    def receive_bytes(self) -> bytes:
        (length,) = struct.unpack(">I", self.process.stdout.read(4))
        return self.process.stdout.read(length)

    def receive(self) -> dict[str, object]:
        while True:
            message = json.loads(self.receive_bytes())
            if "did" not in message:
                return message
            self.deeds[message["did"]] = message["what"]

    def batch(self, *calls: tuple[object, ...], repeat: int = 1) -> dict[str, object]:
        """Make a batch up to `done`."""
        pickles = [pickle.dumps((arguments, {}), 4) for arguments in calls]
        self.send({"op": "batch", "repeat": repeat})
        self.send_bytes(b"".join(struct.pack(">I", len(data)) + data for data in pickles))
        assert self.receive() == {"prepared": len(calls) * repeat}
        self.send({})
        return self.receive()

    def told(self, count: int) -> tuple[list[dict[str, object]], dict[str, object]]:
        self.send({"op": "tell", "positions": list(range(count)), "limit": 10_000})
        answers = [self.receive() for _ in range(count)]
        return answers, self.receive()

    def digests(self, question: str, **fields: object) -> list[str]:
        self.send({"op": question, "limit": 10_000, **fields})
        return self.receive()["digests"]


@contextmanager
def worker(tree: Path, body: str) -> Iterator[Spoken]:
    """Start a worker on a module whose function `f` has this body."""
    (tree / "m.py").write_text(body)
    spec = {"tree": str(tree), "out": str(tree), "path": "m.py", "qualname": "f", "ordinal": 0, "module": "m", "main": None}
    spec |= {"argv": [], "import_path": [str(tree)]}
    command = [sys.executable, str(programs_dir() / "worker.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tree, start_new_session=True) as process:
        spoken = Spoken(process)
        spoken.send(spec)
        assert "hello" in spoken.receive()
        spoken.send({})
        assert spoken.receive() == {"ready": 1}
        try:
            yield spoken
        finally:
            # Processes that hostile code left behind hold the pipe open.
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def start(tmp_path: Path) -> Callable[[str], object]:
    def begin(body: str, head: str = HEAD):
        return worker(tmp_path, head + body)

    return begin


def test_a_batch_is_told_call_by_call(start):
    with start("def f(x):\n    print('got', x)\n    return [x]\n") as spoken:
        assert spoken.batch((1,), (2,)) == {"done": 2}
        answers, last = spoken.told(2)
        assert [answer["shown"] for answer in answers] == ["[1]", "[2]"]
        assert answers[0]["printed"] != answers[1]["printed"]
        assert last["world"]["functions of the standard library"] == "untouched"


def test_batches_do_not_meet_each_others_leavings(start):
    with start("seen = []\n\n\ndef f(x):\n    seen.append(x)\n    return len(seen)\n") as spoken:
        for _ in range(2):
            spoken.batch((1,), (2,))
            assert [answer["shown"] for answer in spoken.told(2)[0]] == ["1", "2"]
            spoken.send({"op": "end"})


@pytest.mark.parametrize("body", ["os._exit(0)", "os._exit(3)", "os.kill(os.getpid(), 9)", "os.execv('/bin/true', ['true'])"])
def test_a_batch_that_ends_its_process_is_told_and_the_worker_lives_on(start, body):
    with start(f"def f(x):\n    if x:\n        {body}\n") as spoken:
        assert spoken.batch((1,))["failed"] == "a batch ended early"
        assert spoken.batch((0,)) == {"done": 1}


def test_a_call_that_leaves_by_an_exception_is_an_answer(start):
    with start("def f(x):\n    raise SystemExit(x)\n") as spoken:
        spoken.batch((7,))
        assert spoken.told(1)[0][0]["outcome"] == "raised SystemExit"


DEEDS = {
    "uses files": "def f(x):\n    return open('m.py').read()\n",
    "uses files, by a library": "def f(x):\n    import pathlib\n    return pathlib.Path('m.py').read_text()\n",
    "uses the network": "def f(x):\n    import socket\n    return socket.socket().close()\n",
    "starts threads": "from threading import Thread\n\n\ndef f(x):\n    thread = Thread(target=print)\n    thread.start()\n",
    "starts or signals processes": "def f(x):\n    return os.system('true')\n",
    "reads the stack": "def f(x):\n    return sys._getframe(1).f_code.co_name\n",
    "reads the stack, by a generator": "def f(x):\n    return str((y for y in ()).gi_frame)\n",
    "reads the stack, by a traceback": (
        "def f(x):\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n        return str(e.__traceback__.tb_frame)\n"
    ),
    "reaches into the interpreter": "def f(x):\n    import gc\n    return len(gc.get_objects())\n",
    "makes code at run time": "def f(x):\n    return eval('x + 1')\n",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_the_tree_does_beside_computing_is_told(start, deed):
    with start(DEEDS[deed]) as spoken:
        spoken.batch((1,))
        spoken.told(1)
        assert deed.partition(",")[0] in spoken.deeds
        assert "m.py:" in spoken.deeds[deed.partition(",")[0]]


HONEST = {
    "a new import": "def f(x):\n    import bisect\n    import decimal\n    import json.decoder\n    return bisect.bisect([1, 2], x)\n",
    "a named tuple": "import collections\n\n\ndef f(x):\n    return collections.namedtuple('P', 'x y')(x, 1)[0]\n",
    "a data class": "import dataclasses\n\n\n@dataclasses.dataclass\nclass P:\n    x: int\n\n\ndef f(x):\n    return P(x).x\n",
    "a pattern": "import re\n\n\ndef f(x):\n    return re.sub('a', 'b', str(x))\n",
    "a cache": "import functools\n\n\n@functools.lru_cache\ndef g(x):\n    return x\n\n\ndef f(x):\n    return g(x)\n",
    "a warning": "import warnings\n\n\ndef f(x):\n    with warnings.catch_warnings(record=True):\n        warnings.warn('no')\n",
}


@pytest.mark.parametrize("name", HONEST)
def test_what_libraries_do_for_honest_code_is_not_told(start, name):
    with start(HONEST[name]) as spoken:
        spoken.batch((1,))
        _, last = spoken.told(1)
        assert spoken.deeds == {}
        assert last["world"]["functions of the standard library"] == "untouched"


WORLDS = {
    "sys.getrecursionlimit()": "sys.setrecursionlimit(5000)",
    "gc.isenabled()": "__import__('gc').disable()",
    "warnings.filters": "__import__('warnings').simplefilter('ignore')",
    "the decimal context": "setattr(__import__('decimal').getcontext(), 'prec', 5)",
    "signal handlers": "__import__('signal').signal(__import__('signal').SIGUSR1, print)",
    "the number of threads": "__import__('threading').Thread(target=__import__('threading').Event().wait, daemon=True).start()",
    "child processes": "os.fork() or __import__('signal').pause()",
    "open files": "globals().setdefault('kept', open(os.devnull))",
    "os.environ": "os.environ.update(SEEN='1')",
    "the working directory": "os.chdir('/')",
    "the umask": "os.umask(0)",
    "sys.path": "sys.path.append('/x')",
    "the import system": "sys.meta_path.append(type('Finder', (), {}))",
    "names of builtins": "setattr(__import__('builtins'), 'seen', 1)",
    "the state of `random`": "random.random()",
    "functions of the standard library": "setattr(__import__('time'), 'perf_counter', lambda: 0.0)",
}


@pytest.mark.parametrize("name", WORLDS)
def test_settings_that_a_call_leaves_changed_are_told(start, name):
    with start("def f(x):\n    if x:\n        " + WORLDS[name] + "\n") as spoken:
        spoken.batch((0,))
        before = spoken.told(1)[1]["world"]
        spoken.send({"op": "end"})
        spoken.batch((1,))
        after = spoken.told(1)[1]["world"]
        assert before[name] != after[name]
        if name == "functions of the standard library":
            assert after[name] == "time.perf_counter"


@pytest.mark.parametrize("target", ["canon.digest", "calls.make", "calls.told", "frames.Pipe.send"])
def test_changes_of_codeopts_own_programs_are_told(start, target):
    module, _, name = target.rpartition(".")
    owner = "sys.modules['codeopt_inside." + module.replace(".", "'].", 1) + ("" if "." in module else "']")
    body = f"def f(x):\n    held = {owner}\n    real = held.{name}\n    held.{name} = lambda *a, **k: real(*a, **k)\n"
    with start(body) as spoken:
        spoken.batch((1,))
        assert target in spoken.told(1)[1]["world"]["functions of the standard library"]


AIMS = {
    "def f(x):\n    return x\n": "the function itself",
    "import functools\n\n\n@functools.lru_cache\ndef f(x):\n    return x\n": "something that wraps it",
    "def f(x):\n    return x\n\n\ndef f(x):\n    return -x\n": "something else",
    "def f(x):\n    return x\n\n\nf = abs\n": "something else",
    "@lambda real: abs\ndef f(x):\n    return x\n": "something else",
}


@pytest.mark.parametrize("body", AIMS)
def test_a_name_that_leads_to_another_function_is_told(start, body):
    with start(body) as spoken:
        spoken.batch((1,))
        assert spoken.told(1)[1]["world"]["the name of the target"] == AIMS[body]


def test_an_entry_of_ones_own_in_a_table_of_the_encoding_is_told(start):
    body = "class C:\n    pass\n\n\ndef f(x):\n    sys.modules['codeopt_inside.canon']._PLAIN[C] = lambda *_: ['list', []]\n"
    with start(body) as spoken:
        spoken.batch((1,))
        assert "canon._PLAIN.C" in spoken.told(1)[1]["world"]["functions of the standard library"]


def test_arcs_that_were_passed_and_memory_that_stayed_are_told(start):
    with start("KEPT = []\n\n\ndef f(x):\n    if x:\n        KEPT.append(bytearray(1_000_000))\n    return x\n") as spoken:
        said = []
        for value in (0, 1):
            data = pickle.dumps(((value,), {}), 4)
            spoken.send({"op": "trace"})
            spoken.send_bytes(2 * (struct.pack(">I", len(data)) + data))
            said.append(spoken.receive())
    quiet, growing = said
    assert {tuple(arc) for arc in quiet["arcs"]} == {(0, 10), (10, 12), (12, 0)}
    assert {tuple(arc) for arc in growing["arcs"]} == {(0, 10), (10, 11), (11, 12), (12, 0)}
    assert quiet["kept"] < 100_000
    assert 2_000_000 < growing["kept"] < 3_000_000


def test_what_ran_only_the_first_time_is_seen_too(start):
    body = "_table = None\n\n\ndef f(x):\n    global _table\n    if _table is None:\n        _table = {1: 2}\n    return _table.get(x)\n"
    with start(body) as spoken:
        data = pickle.dumps(((1,), {}), 4)
        spoken.send({"op": "trace"})
        spoken.send_bytes(struct.pack(">I", len(data)) + data)
        assert [11, 12] in spoken.receive()["arcs"]


def test_what_is_left_in_public_names_of_the_module_is_told(start):
    with start("SEEN, _private, limit = [], [], 3\n\n\ndef f(x):\n    SEEN.append(x)\n    _private.append(x)\n") as spoken:
        states = []
        for value in (1, 2):
            spoken.batch((value,))
            states.append({name: text for name, text in spoken.told(1)[1]["world"].items() if name.endswith("of its module")})
            spoken.send({"op": "end"})
    assert set(states[0]) == {"`SEEN` of its module", "`limit` of its module"}
    assert states[0]["`SEEN` of its module"] != states[1]["`SEEN` of its module"]
    assert states[0]["`limit` of its module"] == states[1]["`limit` of its module"]


def test_what_is_left_in_a_class_of_the_module_is_told(start):
    body = """
from decimal import Decimal

class C:
    made = 0
    _own = 0
    __slots__ = ("size",)

    @property
    def half(self):
        return 2

    @staticmethod
    def other():
        return 3


def f(x):
    C.made += x
    C._own += x
"""
    with start(body) as spoken:
        states = []
        for value in (1, 2):
            spoken.batch((value,))
            states.append({name: text for name, text in spoken.told(1)[1]["world"].items() if name.endswith("of its module")})
            spoken.send({"op": "end"})
    assert set(states[0]) == {"`C.made` of its module"}
    assert states[0] != states[1]


def test_what_is_written_to_standard_error_and_warned_of_is_told(start):
    body = """
import sys
import warnings


def f(x):
    if x == 1:
        sys.stderr.write("oops")
    if x == 2:
        warnings.warn("soon gone")
    return 0
"""
    with start(body) as spoken:
        spoken.batch((0,), (1,), (2,), (0,))
        said = [message["printed"] for message in spoken.told(4)[0]]
    assert said[0] == said[3]
    assert len(set(said)) == 3


WORN = {
    "by identity": "known = {}\n\n\ndef f(x):\n    return list(known.setdefault(id(x), (x, list(x)))[1])\n",
    "by value, handing out what it keeps": "known = {}\n\n\ndef f(x):\n    return known.setdefault(tuple(x), list(x))\n",
    "by value, handing out what it keeps in a record": "known = {}\n\n\ndef f(x):\n    return known.setdefault(tuple(x), R(list(x)))\n",
}
RECORD = "from collections import namedtuple\n\nR = namedtuple('R', 'items')\n"


@pytest.mark.parametrize("name", WORN)
def test_what_remembers_answers_differently_on_worn_objects(start, name):
    calls = [([1, 2],), ([3, 4],), ([5],)]
    result = "R(list(x))" if "record" in name else "list(x)"
    with start(f"{RECORD}def f(x):\n    return {result}\n") as spoken:
        spoken.batch(*calls)
        spoken.told(3)
        honest = spoken.digests("again", positions=[0, 1, 2])
    with start(RECORD + WORN[name]) as spoken:
        spoken.batch(*calls)
        answers, _ = spoken.told(3)
        assert [answer["digest"] for answer in answers] == honest
        assert spoken.digests("again", positions=[0, 1, 2]) != honest


def test_only_what_is_asked_for_is_told(start):
    with start("def f(x):\n    return list(x)\n") as spoken:
        spoken.batch(([1],), ([2],), ([3],))
        spoken.send({"op": "tell", "positions": [2], "limit": 10_000})
        assert spoken.receive()["call"] == 2
        assert "world" in spoken.receive()
        first, second, third = spoken.digests("again", positions=[1])
    assert (first, third) == ("", "")
    assert second


def test_new_calls_are_made_out_of_recorded_ones(start):
    calls = [([number * 7 + k for k in range(20)], f"word{number} and more", 100 + number, (number, 1.5)) for number in range(10)]
    pickles = [pickle.dumps((arguments, {}), 4) for arguments in calls]
    joined = b"".join(struct.pack(">I", len(data)) + data for data in pickles)
    with start("def f(*x):\n    return x\n") as spoken:
        made = []
        for seed in ("a", "a", "b"):
            spoken.send({"op": "vary", "seed": seed})
            spoken.send_bytes(joined)
            assert spoken.receive() == {"made": list(range(12))}
            made.append(spoken.receive_bytes())
    assert made[0] == made[1] != made[2]
    at = 0
    while at < len(made[0]):
        (length,) = struct.unpack_from(">I", made[0], at)
        data = made[0][at + 4 : at + 4 + length]
        arguments, keywords = pickle.loads(data)
        assert data not in pickles
        assert [type(value) for value in arguments] == [list, str, int, tuple]
        assert arguments[0] == sorted(arguments[0])
        assert keywords == {}
        at += 4 + length
