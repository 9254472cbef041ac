"""Whether new inputs bear out a gain on old ones."""

from __future__ import annotations

import random

import pytest

from codeopt.model.evidence import Measurement
from codeopt.stats.compare import compare
from codeopt.verify.series import contradiction, is_telling


def pairs(ratio, *, noise=0.01, count=12, new_s=0.001, seed=1):
    rng = random.Random(seed)
    return [Measurement(old_seconds=new_s * ratio * (1 + rng.uniform(-noise, noise)), new_seconds=new_s) for _ in range(count)]


@pytest.mark.parametrize(("warm", "first"), [(50.0, 1.0), (2.0, 1.0), (1.2, 1.0), (1.05, 1.0), (50.0, 3.0)])
def test_a_gain_that_new_inputs_do_not_show_is_doubted(warm, first):
    found = contradiction(pairs(first), compare(pairs(warm), 0.99), 0.99)
    assert found is not None
    assert found.ratio == pytest.approx(first, rel=0.02)


@pytest.mark.parametrize(("warm", "first"), [(50.0, 20.0), (2.0, 1.6), (1.2, 1.15), (1.05, 1.04), (1.0, 1.0), (0.8, 0.8)])
def test_a_gain_that_new_inputs_show_in_part_stands(warm, first):
    assert contradiction(pairs(first), compare(pairs(warm), 0.99), 0.99) is None


def test_a_modest_lie_is_doubted_also_on_a_noisy_machine():
    assert contradiction(pairs(1.0, noise=0.15), compare(pairs(1.25), 0.99), 0.99) is not None


def test_too_few_pairs_say_nothing():
    assert contradiction(pairs(1.0, count=2), compare(pairs(50.0), 0.99), 0.99) is None


def test_only_a_series_that_can_be_seen_and_does_like_work_tells():
    assert is_telling(pairs(1.0), [0.0001])
    assert not is_telling(pairs(1.0), [0.1])
    assert not is_telling([], [0.0001])
    assert not is_telling(pairs(1.0), [0.0001], per_call_s=0.1, calls=10)
    assert is_telling(pairs(1.0), [0.0001], per_call_s=0.0003, calls=10)
