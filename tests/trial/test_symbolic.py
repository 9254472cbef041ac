"""Inputs that a solver finds, through a worker of the original."""

from __future__ import annotations

import importlib.util
import pickle

import pytest

from codeopt.inputs.signature import signature_of
from codeopt.trial.recording import unpack
from codeopt.trial.symbolic import symbolic_probes
from codeopt.trial.worker import open_worker

HAS_CROSSHAIR = importlib.util.find_spec("crosshair") is not None
MODULE = '''"""Numbers."""


def price(number: int, discount: int = 0) -> int:
    """Return what so many cost."""
    if number * number - 7 * number == 78:
        return 0
    return number * 3 - discount
'''
BENCH = "import things\n\nfor number in range(1, 8):\n    things.price(number, discount=2)\n"
TESTS = "import things\n\n\ndef test_price():\n    assert things.price(1) == 3\n"


@pytest.fixture(scope="module")
def found(staged):
    stage = staged(("price",), module=MODULE, bench=BENCH, tests=TESTS)
    ((name, recording),) = stage.recordings.items()
    signature = signature_of(stage.source, name.qualname, name.ordinal)

    def probes(**options):
        with open_worker(stage.scene, stage.referee, recording) as worker:
            return symbolic_probes(stage.scene, worker, unpack(recording).calls, signature, **options)

    return probes


@pytest.mark.skipif(HAS_CROSSHAIR, reason="crosshair-tool is installed")
def test_without_a_solver_there_are_none(found):
    assert found(unwanted=frozenset()) == ()


@pytest.mark.skipif(not HAS_CROSSHAIR, reason="crosshair-tool is not installed")
def test_a_solver_finds_what_a_condition_asks_for_and_it_is_said_what_that_breaks(found):
    probes = found(unwanted=frozenset())
    calls = [pickle.loads(probe.data) for probe in probes]
    assert {arguments[0] in {-6, 13} for arguments, _ in calls} == {True, False}
    assert {tuple(keywords) for _, keywords in calls} == {("discount",)}
    for (arguments, keywords), probe in zip(calls, probes, strict=True):
        assert probe.breaks == ("sign" if min(arguments[0], keywords["discount"]) <= 0 else "")
    assert all(not probe.breaks for probe in found(unwanted=frozenset({"sign"})))
