"""Plans around what a new version of a function names."""

from __future__ import annotations

from codeopt.inputs.novel import novel_plans
from codeopt.inputs.signature import signature_of
from tests.inputs.making import sketched

CALLS = (((10, "a_b"), {}), ((300, "c_"), {}))
OLD = b"def f(size, name):\n    return name.replace('_', '') * size\n"


def planned(new):
    before, after = (signature_of(source, "f", 0) for source in (OLD, new))
    return novel_plans(sketched(CALLS), before, after, most=40, seed="x")


def test_a_version_that_names_nothing_new_needs_no_calls_of_its_own():
    assert planned(OLD.replace(b"* size", b"* (2 * size)")) == ()


def test_a_new_number_is_met_at_its_bounds():
    values = " ".join(change.value for plan in planned(OLD.replace(b"* size", b"* min(size, 4711)")) for change in plan.changes)
    assert all(number in values for number in map(hex, (4710, 4711, 4712)))


def test_never_more_plans_than_wanted():
    assert 0 < len(planned(OLD.replace(b"* size", b"* min(size, 4711)"))) <= 40


def test_none_is_tried_where_the_new_version_alone_names_it():
    before, after = (signature_of(f"def f(x):\n    return {body}\n".encode(), "f", 0) for body in ("x", "x is None"))
    found = novel_plans(sketched([(([5],), {}), (([6, 7],), {})]), before, after, most=50, seed="s")
    assert any(change.value == '["none"]' and plan.breaks == "none" for plan in found for change in plan.changes)
    assert novel_plans(sketched([(([5],), {})]), after, after, most=50, seed="s") == ()
