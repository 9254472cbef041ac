"""Samplers: what they promise for every curve, and what they find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import curves, seeds
from vidsense.sampling.adaptive import Policy, arm_scores, bandit_select, find_peaks, fuse, inverse_transform, robust_z, select
from vidsense.sampling.fixed import uniform_indices


def largest_gap(times_s: np.ndarray, chosen: list[int]) -> float:
    """Return the longest stretch without a chosen frame, in seconds, ends included."""
    return float(np.diff(np.concatenate([times_s[:1], times_s[chosen], times_s[-1:]])).max())


@settings(max_examples=150, deadline=None)
@given(case=curves(), budget=st.integers(1, 60))
def test_select_spends_its_budget_without_repeats(case, budget):
    """As many frames as asked for, or all; ascending, each once."""
    curve, times = case
    chosen = select(curve, times, budget)
    assert len(chosen) == min(budget, len(times))
    assert chosen == sorted(set(chosen))
    assert 0 <= chosen[0] <= chosen[-1] < len(times)


@settings(max_examples=150, deadline=None)
@given(case=curves(), budget=st.integers(2, 60), factor=st.sampled_from([1.0, 1.5, 2.0, 4.0]))
def test_no_gap_is_larger_than_the_floor(case, budget, factor):
    """The largest gap is at most `gap_factor` uniform ones, plus what the frame rate does not allow to place better."""
    curve, times = case
    chosen = select(curve, times, budget, Policy(gap_factor=factor))
    span = float(times[-1] - times[0])
    frame_s = float(np.diff(times).max(initial=0.0))
    assert largest_gap(times, chosen) <= max(factor, budget / (budget + 1)) * span / budget + 2 * frame_s + 1e-6


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 400), budget=st.integers(1, 50))
def test_a_flat_curve_gives_even_sampling(count, budget):
    """Without peaks, all gaps, those to both ends included, are alike up to a frame."""
    times = np.arange(count) / 25
    chosen = select(np.zeros(count), times, budget)
    if budget < count // 2:
        gaps = np.diff(np.concatenate([times[:1], times[chosen], times[-1:]]))
        assert gaps.max() - gaps.min() <= 2 / 25 + 1e-9


@settings(max_examples=60, deadline=None)
@given(seed=seeds, events=st.integers(1, 8))
def test_clear_peaks_are_found(seed, events):
    """Eight peaks or fewer in a minute are all hit by 30 frames."""
    rng = np.random.default_rng(seed)
    times = np.arange(1500) / 25
    curve = np.zeros(1500)
    starts = 20 + (1460 // events) * np.arange(events) + rng.integers(0, 100, events)
    for start in starts:
        curve[start : start + 6] = 1.0
    chosen = np.array(select(curve, times, 30))
    for start in starts:
        assert ((chosen >= start) & (chosen < start + 6)).any()


def test_peaks_come_best_first_and_apart():
    """The chosen moment is the middle of a plateau, and what is near a peak belongs to it."""
    times = np.arange(200) / 25
    curve = np.zeros(200)
    curve[50:57] = 0.8
    curve[58] = 0.7
    curve[120:124] = 1.0
    peaks = find_peaks(curve, times, Policy())
    assert [(peak.first, peak.last, peak.index) for peak in peaks] == [(120, 123, 121), (50, 56, 53)]


@pytest.mark.parametrize(("curve", "budget"), [(np.zeros(0), 3), (np.zeros(5), 0)])
def test_impossible_choices_are_refused(curve, budget):
    """No frames to choose from, or none to choose."""
    times = np.arange(len(curve)) / 25
    with pytest.raises(ValueError):
        select(curve, times, budget)
    with pytest.raises(ValueError):
        inverse_transform(curve, budget)
    with pytest.raises(ValueError):
        bandit_select(curve, budget)


def test_fusing_adds_cues_and_multiplies_by_behaviour():
    """A second cue adds, behaviour lifts what others saw, alone it stands for itself, and a cue of nothing changes nothing."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, 400)
    burst = noise.copy()
    burst[100:110] += 30
    seen = np.zeros(400)
    seen[95:115] = 9.0
    alone = fuse({"packets": burst})
    assert np.array_equal(fuse({"packets": burst, "audio": np.zeros(400)}), alone)
    assert fuse({"packets": burst, "audio": burst})[105] > alone[105]
    gated = fuse({"packets": burst, "behaviour": seen})
    assert gated[105] > 1.5 * alone[105]
    assert np.array_equal(gated[200:], alone[200:])
    assert np.argmax(fuse({"behaviour": seen})) == 95


@pytest.mark.parametrize("curves", [{}, {"packets": np.zeros(3), "audio": np.zeros(4)}, {"smell": np.zeros(3)}])
def test_what_cannot_be_fused_is_refused(curves):
    """No cue, cues of different lengths, an unknown cue."""
    with pytest.raises(ValueError):
        fuse(curves)


@settings(deadline=None)
@given(seed=seeds, shift=st.floats(-100, 100), scale=st.floats(0.01, 100))
def test_robust_z_does_not_depend_on_units(seed, shift, scale):
    """Adding a constant or changing the unit leaves it alone."""
    curve = np.random.default_rng(seed).normal(0, 1, 101)
    assert np.allclose(robust_z(curve * scale + shift), robust_z(curve), atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(case=curves(), budget=st.integers(1, 60))
def test_inverse_transform_inverts_the_cumulative_sum(case, budget):
    """Each step's frame is the first at which the cumulative sum reaches it; a loop finds the same."""
    curve, _ = case
    weights = curve - curve.min()
    weights = weights / weights.max() if weights.max() > 0 else np.ones(len(curve))
    shares = np.cumsum(weights / weights.sum())
    expected = set()
    for step in range(budget):
        at = 0
        while at < len(curve) - 1 and shares[at] < (step + 0.5) / budget:
            at += 1
        expected.add(at)
    assert inverse_transform(curve, budget) == sorted(expected)


def test_inverse_transform_of_a_flat_curve_is_uniform():
    """Equal weights give equal steps."""
    assert inverse_transform(np.zeros(100), 4) == [12, 37, 62, 87]


def test_arm_scores_are_means_with_a_radius():
    """Worked by hand for a constant arm; more pulls give a smaller radius; an arm without pulls comes first."""
    log_term = np.log(3 / 0.05)
    few, many, none = arm_scores([np.full(4, 0.5), np.full(16, 0.5), np.zeros(0)])
    assert few == pytest.approx(0.5 + 3 * log_term / 4)
    assert many == pytest.approx(0.5 + 3 * log_term / 16)
    assert none == np.inf


@settings(max_examples=60, deadline=None)
@given(case=curves(), budget=st.integers(1, 60))
def test_the_bandit_spends_its_budget(case, budget):
    """As many frames as asked for, or all; ascending, each once."""
    curve, _ = case
    chosen = bandit_select(curve, budget)
    assert len(chosen) == min(budget, len(curve))
    assert chosen == sorted(set(chosen))


def test_select_misses_few_long_events_that_uniform_finds():
    """With peaks elsewhere, events of two seconds that no cue sees are hit about as often as the floor promises."""
    rng = np.random.default_rng(0)
    times = np.arange(1500) / 25
    hits = {"select": 0, "uniform": 0}
    for _ in range(50):
        curve = np.zeros(1500)
        for start in rng.integers(0, 1490, 8):
            curve[start : start + 5] = 1.0
        start_s = float(rng.uniform(0, 58))
        for name, chosen in (("select", select(curve, times, 60)), ("uniform", uniform_indices(1500, 60))):
            hits[name] += bool(((times[chosen] >= start_s) & (times[chosen] < start_s + 2)).any())
    assert hits["uniform"] - hits["select"] <= 1
