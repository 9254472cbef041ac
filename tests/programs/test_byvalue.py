"""Functions and classes that no name leads to, copied by what they are made of, and compared afterwards."""

from __future__ import annotations

import abc
import collections
import dataclasses
import functools
import json
import os
import pickle
import subprocess
import sys
import types
from pathlib import Path

import pytest
from codeopt_inside import byvalue, calls, canon, values
from codeopt_inside.smaller import smaller

SITE = Path(__file__).resolve().parents[2] / "sandbox" / "programs" / "site"
FACTOR = 10


def copied(value):
    return pickle.loads(byvalue.dumps(value))


def name(*roots):
    return canon.digest(canon.encode(roots))


def adder(number):
    return lambda x: x + number


def scaled():
    return lambda x: x * FACTOR


def countdown():
    def down(n):
        return [n, *down(n - 1)] if n else []

    return down


def even_and_odd():
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    return even, odd


def counter():
    count = 0

    def step():
        nonlocal count
        count += 1
        return count

    def look():
        return count

    return step, look


def with_defaults():
    def function(a, b=2, *, c=3):
        """Add up."""
        return a + b + c

    function.note = ["kept"]
    return function


def undefined():
    def function():
        return later

    if FACTOR < 0:
        later = 1
    return function


def local_class(base=object):
    class Local(base):
        kind = "local"

        def __init__(self, number):
            super().__init__()
            self.number = number

        def plus(self, other):
            return self.number + other

        @property
        def double(self):
            return 2 * self.number

        @functools.cached_property
        def triple(self):
            return 3 * self.number

        @classmethod
        def made(cls, number):
            return cls(number)

        @staticmethod
        def twice(number):
            return 2 * number

    return Local


def local_dataclass():
    @dataclasses.dataclass(frozen=True, order=True)
    class Record:
        number: int
        parts: list = dataclasses.field(default_factory=list)

    return Record


def local_slots():
    class Slotted:
        __slots__ = ("number",)

        def __init__(self, number):
            self.number = number

    return Slotted


def local_error():
    class LocalError(ValueError):
        pass

    return LocalError


def test_what_a_name_leads_to_goes_by_name():
    assert copied([adder, len, int, Path, collections.OrderedDict, os.path.join]) == [
        adder,
        len,
        int,
        Path,
        collections.OrderedDict,
        os.path.join,
    ]
    assert byvalue.dumps([1, "a", {"b": 2.5}, adder]) == pickle.dumps([1, "a", {"b": 2.5}, adder], 4)


def test_lambdas_and_closures_are_copied():
    assert copied(lambda x: x + 1)(2) == 3
    assert copied(adder(5))(2) == 7
    assert copied(scaled())(2) == 20
    assert copied(functools.partial(adder(5), 1))() == 6
    assert sorted([3, 1, 2], key=copied(lambda x: -x)) == [3, 2, 1]


def test_what_a_function_says_of_itself_is_copied():
    function = copied(with_defaults())
    assert function(1) == 6
    assert (function.__name__, function.__qualname__) == ("function", "with_defaults.<locals>.function")
    assert (function.__module__, function.__doc__, function.note) == (__name__, "Add up.", ["kept"])


def test_functions_that_refer_to_themselves_and_to_each_other_are_copied():
    down = copied(countdown())
    assert down(3) == [3, 2, 1]
    assert down.__closure__[0].cell_contents is down
    even, odd = copied(even_and_odd())
    assert (even(10), odd(10)) == (True, False)
    assert even.__closure__[0].cell_contents is odd


def test_what_two_functions_share_stays_shared():
    step, look = copied(counter())
    step()
    assert (step(), look()) == (2, 2)


def test_a_variable_without_a_value_stays_without():
    with pytest.raises(NameError):
        copied(undefined())()


def test_a_function_that_needs_only_what_is_built_in_needs_no_module():
    function = types.FunctionType((lambda x: len(str(x))).__code__, {"__name__": "no.such.module"}, "f")
    function.__module__ = "no.such.module"
    assert copied(function)(123) == 3


def test_a_function_whose_globals_belong_to_no_module_is_refused():
    function = types.FunctionType((lambda: FACTOR).__code__, {"FACTOR": 3, "__name__": "no.such.module"}, "f")
    with pytest.raises(pickle.PicklingError, match="belong to no module"):
        byvalue.dumps(function)


@pytest.mark.parametrize("base", [object, abc.ABC, dict])
def test_local_classes_and_their_objects_are_copied(base):
    item = copied(local_class(base)(4))
    assert (item.plus(1), item.double, item.triple, item.twice(3), item.made(5).number, item.kind) == (5, 8, 12, 6, 5, "local")
    assert copied(item.plus)(2) == 6
    assert copied(type(item).made)(7).number == 7
    assert isinstance(item, base)


def test_other_kinds_of_local_classes_are_copied():
    record = local_dataclass()
    one, other = copied([record(1), record(2)])
    assert one < other
    assert (one.parts, dataclasses.replace(one, number=3).number) == ([], 3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.number = 2
    assert copied(local_slots()(3)).number == 3
    assert isinstance(copied(local_error()("x")), ValueError)


def test_a_function_bound_to_an_object_by_hand_is_copied():
    assert copied(types.MethodType(lambda self, x: [*self, x], [1]))(2) == [1, 2]


@pytest.mark.parametrize("value", [lambda: 1, adder(3), countdown(), local_class(), with_defaults()])
def test_what_was_copied_can_be_copied_again(value):
    again = copied(copied(value))
    assert name(again) == name(copied(value))


PAIRS = {
    "code": (lambda x: x + 1, lambda x: x + 2),
    "closure": (adder(1), adder(2)),
    "defaults": (lambda x=1: x, lambda x=2: x),
    "keyword": (lambda *, x=1: x, lambda *, x=2: x),
    "partial": (functools.partial(adder(1), 1), functools.partial(adder(1), 2)),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_copied_functions_are_compared_by_what_they_are_made_of(kind):
    first, second = PAIRS[kind]
    assert name(copied(first)) == name(copied(first))
    assert name(copied(first)) != name(copied(second))


def test_what_a_call_changes_inside_a_copied_function_shows():
    step, _ = copied(counter())
    before = name(step)
    step()
    assert name(step) != before


def test_only_what_came_in_is_compared():
    value = copied(adder(1))
    for made in (adder(1), adder, lambda: 1):
        if made is not adder:
            with pytest.raises(canon.OpaqueError, match="a function that its name does not lead to"):
                canon.encode([value, made])
    with pytest.raises(canon.OpaqueError, match="a class that its name does not lead to"):
        canon.encode([copied(local_class()), local_class()])
    made_inside = copied(lambda: lambda: 1)()
    with pytest.raises(canon.OpaqueError):
        canon.encode([made_inside])


def test_a_result_that_is_a_copied_function_is_told_apart_from_another():
    first, second = copied([adder(1), adder(2)])
    assert name(first, [first, second]) != name(second, [first, second])
    one, other = copied([local_class(), local_class()])
    assert name(one, [one, other]) != name(other, [one, other])


def test_a_call_with_functions_has_smaller_relatives():
    data = byvalue.dumps((([3, 2, 1, 0], adder(5)), {}))
    made = [pickle.loads(relative)[0] for relative in smaller(data)]
    assert [] in [items for items, _ in made]
    assert {function(1) for _, function in made} == {6}


def test_what_is_given_is_forgotten_with_it():
    value = copied(adder(1))
    assert value in values.given
    before = len(values.given)
    del value
    assert len(values.given) < before


PROGRAM = """
import functools, mod
LIMIT = 2
def local():
    class Key:
        def __init__(self, sign): self.sign = sign
        def of(self, x): return self.sign * x
    return Key
def depth(x): return 0 if x <= 0 else depth(x - LIMIT) - 1
class Item:
    def __init__(self, number): self.number = number
    def key(self): return depth(self.number)
    def __repr__(self): return str(self.number)
if __name__ == "__main__":
    seen = []
    mod.apply([3, 1, 2], lambda x: -x)
    mod.apply([3, 1, 2], functools.partial(lambda a, b: a * b, -1))
    mod.apply([3, 1, 2], local()(-1).of)
    mod.apply([3, 1, 2], lambda x: seen.append(x) or x)
    mod.apply([3, 1, 2], depth)
    mod.apply([Item(3), Item(1), Item(2)], Item.key)
    import helper
    helper.run()
"""
HELPER = "import mod\nBASE = 10\ndef run():\n    return mod.apply([3, 1, 2], lambda x: BASE - x)\n"
REPLAY = """
import sys
import mod
from codeopt_inside import calls
for data in calls.split(sys.stdin.buffer.read()):
    call = calls.loaded(data)
    raised, value = calls.make(mod.apply, *call)
    print(value, calls.digest(call, raised, value, 10000))
"""


def test_calls_with_functions_are_recorded_and_made_again_in_another_process(tmp_path):
    (tmp_path / "mod.py").write_text("def apply(items, key):\n    return sorted(items, key=key)\n")
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "bench.py").write_text(PROGRAM)
    (tmp_path / "out").mkdir()
    target = {"path": "mod.py", "qualname": "apply", "ordinal": 0}
    inside = json.dumps({"mode": "record", "tree": str(tmp_path), "out": str(tmp_path / "out"), "targets": [target]})
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{SITE}:{tmp_path}"}
    subprocess.run([sys.executable, "bench.py"], env={**env, "CODEOPT_INSIDE": inside}, cwd=tmp_path, check=True)
    [path] = (tmp_path / "out").iterdir()
    head, *recorded = calls.split(path.read_bytes())
    assert json.loads(head)["skipped"] == {}
    data = calls.joined(recorded)
    command = [sys.executable, "-c", REPLAY]
    said = [
        subprocess.run(command, env={**env, "PYTHONHASHSEED": seed}, cwd=tmp_path, input=data, capture_output=True, check=True).stdout
        for seed in "12"
    ]
    assert said[0] == said[1]
    lines = [line.rsplit(" ", 1) for line in said[0].decode().splitlines()]
    assert sorted(value for value, _ in lines) == ["[1, 2, 3]", *["[3, 1, 2]"] * 2, *["[3, 2, 1]"] * 4]
    assert all(len(digest) == 64 for _, digest in lines)
