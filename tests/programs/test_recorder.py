"""The recorder and the sampler, in real processes, as a workload starts them."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "sandbox" / "programs" / "site"

MODULE = """
import functools


def deco(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner


@deco
def decorated(a, b=2):
    return a + b


TABLE = {"f": decorated}


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def changes(items):
    items.append(len(items))
    return items


def takes_lock(lock):
    return 1


def picky(items, limit=None):
    if items and items[0] == 13:
        raise LookupError(13)
    if items and items[-1] == 17:
        items.clear()
        raise ArithmeticError(17)
    return items[:limit]


def halved(number):
    return 10 // (number % 5000)


class Odd:
    __len__ = None

    def __init__(self, n):
        self.n = n

    def __getattribute__(self, name):
        if name in ("__class__", "__dict__", "n"):
            raise RuntimeError(name)
        return object.__getattribute__(self, name)

    def __reduce__(self):
        return Odd, (1,)


def meets_odd(odd):
    return 1


class Box:
    def __init__(self, n):
        self.n = n

    @property
    def double(self):
        return self.n * 2

    @staticmethod
    def static(x):
        return x

    @classmethod
    def make(cls, n):
        return cls(n)

    class Inner:
        def deep(self):
            return 1


def counting(n):
    yield from range(n)


async def later(x):
    return x


def repeated():
    return 1


def repeated(x):  # noqa: F811
    return x
"""


def run(tmp_path, code, mode, *names, argv=("-c",)):
    (tmp_path / "mod.py").write_text(MODULE)
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    targets = [{"path": "mod.py", "qualname": name.partition("#")[0], "ordinal": int(name.partition("#")[2] or 0)} for name in names]
    inside = json.dumps({"mode": mode, "tree": str(tmp_path), "out": str(out), "targets": targets})
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{SITE}:{tmp_path}", "CODEOPT_INSIDE": inside}
    done = subprocess.run([sys.executable, *argv, code], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def recorded(tmp_path, code, *names, **options):
    """Return {name: (head, calls)} of what was recorded."""
    out = run(tmp_path, code, "record", *names, **options)
    found = {}
    for path in out.glob("calls-*.bin"):
        data, at, frames = path.read_bytes(), 0, []
        while at < len(data):
            (length,) = struct.unpack_from(">I", data, at)
            frames.append(data[at + 4 : at + 4 + length])
            at += 4 + length
        head = json.loads(frames[0])
        found[names[head["target"]]] = (head, frames[1:])
    return found


def test_the_raw_function_is_met_under_any_decorator_and_through_any_name(tmp_path):
    found = recorded(tmp_path, "import mod; from mod import decorated as d; d(1); mod.TABLE['f'](3, b=4)", "decorated")
    head, calls = found["decorated"]
    assert head["seen"] == 2
    assert head["module"] == "mod"
    assert [pickle.loads(data) for data in calls] == [((1,), {}), ((3,), {"b": 4})]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Box.__init__", "mod.Box(3)"),
        ("Box.double", "mod.Box(3).double"),
        ("Box.static", "mod.Box.static(3)"),
        ("Box.make", "mod.Box.make(3)"),
        ("Box.Inner.deep", "mod.Box.Inner().deep()"),
        ("later", "import asyncio; asyncio.run(mod.later(3))"),
        ("repeated#1", "mod.repeated(3)"),
    ],
)
def test_every_kind_of_function_is_recorded(tmp_path, name, code):
    assert recorded(tmp_path, f"import mod; {code}", name)[name][0]["seen"] == 1


def test_equal_arguments_are_kept_once_and_recursion_belongs_to_the_outer_call(tmp_path):
    head, calls = recorded(tmp_path, "import mod; mod.fib(6); mod.fib(6); mod.fib(7)", "fib")["fib"]
    assert head["seen"] == 3
    assert [pickle.loads(data)[0] for data in calls] == [(6,), (7,)]


def test_arguments_are_kept_as_they_were_before_the_call(tmp_path):
    _, calls = recorded(tmp_path, "import mod; x = []; mod.changes(x); mod.changes(x)", "changes")["changes"]
    assert [pickle.loads(data)[0] for data in calls] == [([],), ([0],)]


def test_what_cannot_be_copied_is_counted_with_the_reason(tmp_path):
    head, calls = recorded(tmp_path, "import mod, threading; mod.takes_lock(threading.Lock())", "takes_lock")["takes_lock"]
    assert calls == []
    [(reason, count)] = head["skipped"].items()
    assert "lock" in reason
    assert count == 1


def test_a_million_calls_are_bounded_and_keep_early_late_and_large_ones(tmp_path):
    code = "import mod\nfor n in range(200000): mod.Box.static(n % 5000)\nmod.Box.static('x' * 100000)"
    head, calls = recorded(tmp_path, code, "Box.static")["Box.static"]
    assert head["seen"] == 200001
    kept = [pickle.loads(data)[0][0] for data in calls]
    assert len(kept) <= 80
    assert {0, 1, 2} <= set(kept)
    assert "x" * 100000 in kept


def arguments_of(found):
    return [pickle.loads(data) for data in found[1]]


COMMON = "import mod\nfor n in range(10000): mod.picky([n + 100, n + 101])\n"
RARE = {
    "an empty list": ("mod.picky([])", (([],), {})),
    "another type": ("mod.picky((1, 2))", (((1, 2),), {})),
    "other items": ("mod.picky(['a', 'b'])", ((["a", "b"],), {})),
    "a keyword": ("mod.picky([1, 2], limit=None)", (([1, 2],), {"limit": None})),
    "another length": ("mod.picky(list(range(40)))", ((list(range(40)),), {})),
}


@pytest.mark.parametrize("name", RARE)
def test_one_rare_call_survives_thousands_of_common_ones(tmp_path, name):
    call, wanted = RARE[name]
    for code in (COMMON + call, COMMON + call + "\n" + COMMON, f"import mod\n{call}\n" + COMMON):
        head, calls = found = recorded(tmp_path, code, "picky")["picky"]
        assert wanted in arguments_of(found)
        assert len(calls) <= 80
        assert len(set(head["signatures"])) == 2
        for path in (tmp_path / "out").iterdir():
            path.unlink()


def test_the_first_calls_that_fail_in_each_way_are_kept_as_they_were_given(tmp_path):
    code = COMMON + "for n in range(30):\n for x in ([13, n], [n, 17]):\n  try: mod.picky(x)\n  except Exception: pass\n" + COMMON
    head, _ = found = recorded(tmp_path, code, "picky")["picky"]
    ways = dict.fromkeys(head["outcomes"], 0) | {outcome: head["outcomes"].count(outcome) for outcome in head["outcomes"]}
    assert ways.keys() == {"returned", "raised LookupError", "raised ArithmeticError"}
    given = [arguments[0] for arguments, _ in arguments_of(found)]
    assert {tuple(x) for x in given} >= {(13, 0), (13, 1), (0, 17), (1, 17)}


def test_a_number_that_makes_the_target_fail_is_kept_however_late(tmp_path):
    code = "import mod\nfor n in range(1, 100001):\n try: mod.halved(n)\n except ZeroDivisionError: pass"
    head, _ = found = recorded(tmp_path, code, "halved")["halved"]
    failed = [call for call, outcome in zip(arguments_of(found), head["outcomes"], strict=True) if outcome != "returned"]
    assert failed[:2] == [((5000,), {}), ((10000,), {})]


def test_objects_that_misbehave_are_recorded_as_any(tmp_path):
    head, calls = recorded(tmp_path, "import mod\nfor n in range(100): mod.meets_odd(mod.Odd(n))", "meets_odd")["meets_odd"]
    assert head["seen"] == 100
    assert len(calls) == 1


def test_several_threads_may_be_recorded_at_once(tmp_path):
    code = """
import mod, threading
work = lambda start: [mod.picky([start + n] * (n % 9)) for n in range(2000)]
threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    head, _ = found = recorded(tmp_path, code, "picky")["picky"]
    assert head["skipped"] == {}
    assert {len(arguments[0]) for arguments, _ in arguments_of(found)} == set(range(9))


def test_a_script_is_met_as_main(tmp_path):
    (tmp_path / "mod.py").write_text(MODULE)
    script = tmp_path / "mod.py"
    env_code = str(script)
    (tmp_path / "out").mkdir()
    script_text = MODULE + "\nif __name__ == '__main__':\n    import sys\n    fib(int(sys.argv[1]))\n"
    inside = json.dumps({"mode": "record", "tree": str(tmp_path), "out": str(tmp_path / "out"),
                         "targets": [{"path": "mod.py", "qualname": "fib", "ordinal": 0}]})  # fmt: skip
    script.write_text(script_text)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SITE), "CODEOPT_INSIDE": inside}
    command = [sys.executable, "-m", "codeopt_inside.script", env_code, "5"]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [path] = (tmp_path / "out").glob("calls-*.bin")
    (length,) = struct.unpack_from(">I", path.read_bytes())
    head = json.loads(path.read_bytes()[4 : 4 + length])
    assert head["module"] == "__main__"
    assert head["seen"] == 1


def test_calls_in_forked_children_are_recorded_and_the_parents_are_not_repeated(tmp_path):
    code = """
import multiprocessing, mod
mod.Box.static(1)
child = multiprocessing.get_context("fork").Process(target=mod.Box.static, args=(2,))
child.start()
child.join()
"""
    out = run(tmp_path, code, "record", "Box.static")
    heads = []
    for path in out.glob("calls-*.bin"):
        (length,) = struct.unpack_from(">I", path.read_bytes())
        heads.append(json.loads(path.read_bytes()[4 : 4 + length]))
    assert [head["seen"] for head in heads] == [1, 1]


def test_how_a_call_ended_is_kept(tmp_path):
    code = "import mod\nmod.fib(1)\ntry: mod.fib(None)\nexcept TypeError: pass"
    head, _ = recorded(tmp_path, code, "fib")["fib"]
    assert head["outcomes"] == ["returned", "raised TypeError"]


def test_a_recorded_generator_function_is_still_one(tmp_path):
    code = "import inspect, mod\nassert inspect.isgeneratorfunction(mod.counting)\nassert list(mod.counting(2)) == [0, 1]"
    head, _ = recorded(tmp_path, code, "counting")["counting"]
    assert head["outcomes"] == ["returned"]


def test_the_mark_leaves_no_trace_in_the_module(tmp_path):
    recorded(tmp_path, "import mod; assert not [n for n in vars(mod) if 'codeopt' in n]; mod.fib(1)", "fib")


def test_the_sampler_finds_where_the_time_goes(tmp_path):
    code = "import mod\ndef outer():\n    for _ in range(60): mod.fib(19)\nouter()"
    out = run(tmp_path, code, "profile")
    [path] = out.glob("profile-*.json")
    report = json.loads(path.read_text())
    own = {name: seconds for _, _, name, seconds, _ in report["functions"]}
    assert report["samples"] > 5
    assert own["fib"] > 0.5 * report["seconds"]
    assert all(not entry[0].startswith("<") for entry in report["functions"])


def test_a_hidden_sitecustomize_still_runs(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import os\nos.environ['WAS_RUN'] = 'yes'\n")
    recorded(tmp_path, "import os, mod; assert os.environ['WAS_RUN'] == 'yes'; mod.fib(1)", "fib")
