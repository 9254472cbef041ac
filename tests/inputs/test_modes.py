"""Edges of one argument meet every mode of the others: what is recorded, and what the signature would allow."""

from __future__ import annotations

from random import Random

from codeopt.inputs.modes import modes_of
from codeopt.inputs.signature import signature_of
from codeopt.inputs.sketch import read_calls
from tests.inputs.making import made, planned, sketched

CAMELIZE = b"def camelize(string, upper=True): ..."


def modes(calls, source=b"def f(a, b=None): ...", place=("args", 0)):
    return modes_of(read_calls(sketched(calls)), signature_of(source, source.split(b"(")[0].split()[1].decode(), 0), place, Random(1))


def test_an_edge_meets_a_default_turned_that_no_call_turned():
    found = made([(("some_words",), {}), (("other",), {})], CAMELIZE.replace(b"camelize", b"f"))
    assert ((("",), {"upper": False})) in [(call.args, call.kwargs) for call in found]
    assert ((("",), {})) in [(call.args, call.kwargs) for call in found]


def test_an_edge_meets_each_recorded_value_of_an_option():
    calls = [(([at, 3], mode), {}) for mode in ("r", "w", "x") for at in range(4)]
    assert {call.args[1] for call in made(calls) if call.args[0] == []} >= {"r", "w", "x"}


def test_an_edge_meets_none_and_something():
    calls = [(([3, 1], None), {}), (([4, 4], [9, 9, 9]), {}), (([5, 7, 8], [8, 7, 6, 5]), {})] * 2
    assert {type(call.args[1]) for call in made(calls) if call.args[0] == [] and not call.plan.breaks} == {type(None), list}


def test_calls_of_other_large_values_are_of_one_mode():
    assert len(modes([((number, "x" * number), {}) for number in range(100, 140)])) == 1


def test_keywords_that_are_given_make_a_mode():
    found = modes([((1,), {}), ((2,), {"b": 30}), ((3,), {"b": 4000}), ((4,), {"c": 5})], b"def f(a, **k): ...")
    assert sorted(len(mode.calls) for mode in found) == [1, 1, 2]


def test_a_boolean_that_always_is_the_same_is_turned():
    assert {call.kwargs["strict"] for call in made([((5,), {"strict": True}), ((6,), {"strict": True})]) if call.args == (7,)} == {
        True,
        False,
    }


def test_the_changed_argument_makes_no_mode():
    assert len(modes([((True,), {}), ((False,), {})], b"def f(a): ...")) == 1


def test_there_are_few_modes_and_some_that_no_call_was_in():
    calls = [((number, first, second), {}) for number in (100, 200) for first in (True, False, None) for second in ("a", "b", "c")]
    found = modes(calls * 2, b"def f(a, b, c, d=False, e=True, g=False): ...")
    assert len(found) == 6
    assert len([mode for mode in found if mode.changes]) == 2


def test_a_text_that_is_given_beside_is_looked_for_in_the_other():
    source = b"def f(text, sep='::'): ..."
    found = [call for call in made([(("some words",), {}), (("x y",), {})], source, most=600) if type(call.kwargs.get("sep")) is str]
    assert any(call.kwargs["sep"] and call.kwargs["sep"] * 2 in call.args[0] for call in found)


def test_other_edges_come_before_the_same_ones_in_other_modes():
    calls = [((number, flag), {}) for number in (5, 900, 77) for flag in (True, False, None)]
    first = [plan.changes for plan in planned(calls, most=40) if not plan.breaks]
    values = [changes[0].value for changes in first if len(changes) == 1 and changes[0].place == ("args", 0)]
    assert len(set(values)) >= 0.8 * len(values), "draws alone repeat some"
