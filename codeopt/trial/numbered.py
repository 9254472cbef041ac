"""The inputs of all calls of a target by their numbers, and under which hash seeds they are made."""

from __future__ import annotations

from codeopt.model.calls import Expected
from codeopt.model.work import Recording
from codeopt.trial.recording import unpack

__all__ = ["CANDIDATE_SEED", "SEEDS", "SLOWER", "inputs"]

SEEDS = (0, 1)
CANDIDATE_SEED = 2
SLOWER = 20
"""A candidate may take so many times as long as the original before it counts as hanging."""


def inputs(recording: Recording, expected: Expected) -> tuple[bytes, ...]:
    """Return the pickles of all calls, by number."""
    return (*unpack(recording).calls, *expected.varied, *(probe.data for probe in expected.probes))
