"""What is chosen by one measurement is claimed by another, and the error is shared among what was chosen."""

from __future__ import annotations

import random

import pytest

from benchmarks.measurement.noise import MODELS
from codeopt.stats.family import SCREEN_CONFIDENCE, confirm_confidence
from codeopt.stats.sequential import Plan, State

CLAIMS = {State.FASTER, State.SLOWER}


@pytest.mark.parametrize(("chosen", "each"), [(1, 0.99), (2, 0.995), (10, 0.999)])
def test_the_error_is_shared_equally(chosen, each):
    assert confirm_confidence(0.99, chosen) == pytest.approx(each)


def test_nothing_chosen_is_nothing_to_confirm():
    with pytest.raises(ValueError, match="nothing was chosen"):
        confirm_confidence(0.99, 0)


def test_of_many_equal_benchmarks_hardly_any_family_claims_one():
    """Eleven that do not differ, a hundred times: the first look sends some on, the second claims almost none of them."""
    rng = random.Random("family")
    noise = MODELS["laptop"]
    first = Plan(confidence=SCREEN_CONFIDENCE)
    sent = claimed = 0
    for _ in range(100):
        chosen = sum(
            first.decide(noise.pairs(0.0, first.looks[-1], rng), min_speedup=1.0, same_within=1.01).state in CLAIMS for _ in range(11)
        )
        sent += chosen
        if chosen:
            second = Plan(confidence=confirm_confidence(0.99, chosen))
            claimed += any(
                second.decide(noise.pairs(0.0, second.looks[-1], rng), min_speedup=1.0, same_within=1.01).state in CLAIMS
                for _ in range(chosen)
            )
    assert sent > 20, "a first look that sends nothing on tries nothing"
    assert claimed <= 4
