"""The ways that calls take through a file, as a tracer sees them."""

from __future__ import annotations

import types

import pytest
from codeopt_inside import byvalue, seen

SOURCE = """
def often(n):
    return sum(small(i) for i in range(n))


def small(i):
    if i == 3:
        return 1
    return 0


def last(n):
    out = 0
    for i in range(n):
        out += small(4 if i < n - 1 else 3)
    return out
"""


@pytest.fixture
def module():
    made = types.ModuleType("walked")
    exec(compile(SOURCE, "walked.py", "exec"), made.__dict__)
    return made


def arcs(function, *arguments):
    return set(seen.seen(function, [byvalue.dumps((arguments, {}))])[0])


def test_each_way_is_seen(module):
    assert {(7, 8), (7, 9), (8, 0), (9, 0)} <= arcs(module.often, 5)
    assert (7, 8) not in arcs(module.often, 3)


def test_what_is_called_very_often_is_looked_at_now_and_then(module, monkeypatch):
    met = []
    usual = seen.Arcs.called

    def counted(self, frame, event, argument):
        found = usual(self, frame, event, argument)
        met.append(found is not None and frame.f_code.co_name == "small")
        return found

    monkeypatch.setattr(seen.Arcs, "called", counted)
    assert {(7, 8), (7, 9)} <= arcs(module.often, 20_000)
    assert seen.OFTEN <= sum(met) < seen.OFTEN + 1_000, "of both rounds together"


def test_what_is_seen_does_not_hang_on_how_often_others_were_called(module):
    assert arcs(module.last, 50) == arcs(module.last, 51)
