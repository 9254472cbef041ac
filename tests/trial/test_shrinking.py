"""An input that shows a difference is made small, and keeps showing that one."""

from __future__ import annotations

from codeopt.model.evidence import Outcome

MODULE = '''"""Shares."""


def shares(values, parts):
    """Return the whole part of each share."""
    if parts < 1:
        raise ValueError(f"{parts} parts")
    return [value // parts for value in values]
'''
BENCH = """
from things import shares

for parts in (1, 2, 3, 5, 7, 50):
    shares(list(range(parts, 40 + parts)), parts)
"""
TESTS = """
import pytest
from things import shares


def test_shares():
    assert shares([4], 2) == [2]
"""
REFUSAL = """

def test_refusal():
    with pytest.raises(ValueError):
        shares([4, 5, 6], 0)
"""
BODY = """    if parts < 1:
        raise ValueError(f"{parts} parts")
    return [value // parts for value in values]
"""


def test_a_difference_in_results_is_not_traded_for_one_in_how_inputs_are_rejected(staged):
    stage = staged(("shares",), module=MODULE, bench=BENCH, tests=TESTS)
    verdict = stage.screen("shares", BODY, "    return [-(-value // parts) for value in values]\n")
    assert verdict.outcome is Outcome.WRONG
    assert "expected it returned" in verdict.reason


def test_an_input_that_only_the_original_rejects_is_made_small_too(staged):
    stage = staged(("shares",), module=MODULE, bench=BENCH, tests=TESTS + REFUSAL)
    verdict = stage.screen("shares", BODY, BODY.replace("parts < 1", "parts < 0"))
    assert verdict.outcome is Outcome.WRONG
    assert verdict.reason.startswith("on input ([], 0) expected it raised ValueError('0 parts')")
