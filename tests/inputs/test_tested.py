"""The types that a function tells apart are read from its text."""

from __future__ import annotations

import ast

import pytest

from codeopt.inputs.signature import signature_of
from codeopt.inputs.tested import streamed_names, types_told_apart


def told(source):
    (function,) = ast.parse(source).body
    return types_told_apart(function)


@pytest.mark.parametrize(
    ("body", "types"),
    [
        ("isinstance(x, list)", {"list"}),
        ("isinstance(x, (list, tuple))", {"list", "tuple"}),
        ("isinstance(x, list | set)", {"list", "set"}),
        ("isinstance(x, collections.abc.Iterable)", {"Iterable"}),
        ("type(x) is list", {"list"}),
        ("type(x) in (list, dict)", {"list", "dict"}),
        ("x.__class__ == list", {"list"}),
        ("issubclass(type(x), int)", set()),
        ("isinstance(other, list)", set()),
        ("type(x) + list", set()),
    ],
)
def test_what_a_parameter_is_held_against_counts(body, types):
    assert told(f"def f(x):\n    return {body}\n").get("x", set()) == types


def test_a_type_under_another_name_counts():
    assert told("def f(x):\n    kind = type(x)\n    return kind is tuple or isinstance(kind, type)\n")["x"] == {"tuple", "type"}


def test_only_a_function_that_calls_itself_asks_its_parts():
    assert "" not in told("def f(x):\n    return isinstance(x, list)\n")
    assert told("def f(x):\n    return [f(y) for y in x] if type(x) is list else x\n")[""] == {"list"}


def test_parameters_know_what_they_are_held_against():
    source = b"def f(x, y):\n    if isinstance(x, list):\n        return f(y, x)\n"
    first, second = signature_of(source, "f", 0).parameters
    assert (first.tested, second.tested) == ({"list"}, set())
    assert first.inside == second.inside == {"list"}


def test_a_parameter_called_iterable_takes_any():
    plain, annotated = signature_of(b"def f(iterable): ...", "f", 0), signature_of(b"def f(iterable: list): ...", "f", 0)
    assert plain.parameters[0].heads == {"Iterable"}
    assert annotated.parameters[0].heads == {"list"}


@pytest.mark.parametrize(("body", "expected"), [("x is None", True), ("x or None", True), ("x", False), ("'None'", False)])
def test_a_body_that_names_none(body, expected):
    assert signature_of(f"def f(x, y=None):\n    return {body}\n".encode(), "f", 0).names_none is expected


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(xs, k):\n    for x in xs:\n        yield x + k\n", {"xs"}),
        ("def f(xs):\n    yield from (x + 1 for x in xs)\n", {"xs"}),
        ("def f(xs):\n    return [x for x in xs]\n", set()),
        ("def f(xs):\n    for x in xs:\n        yield x, len(xs)\n", set()),
        ("def f(xs):\n    for x in xs:\n        yield x\n    for x in xs:\n        yield x\n", set()),
        ("def f(xs):\n    for x in sorted(xs):\n        yield x\n", set()),
        ("def f(xs):\n    yield xs\n", set()),
    ],
)
def test_what_a_generator_only_goes_through(source, names):
    (function,) = ast.parse(source).body
    assert streamed_names(function) == names
