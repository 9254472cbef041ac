"""Cue curves against second implementations, and against what they are for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import seeds
from vidsense.io import AudioTrace, PacketTrace, audio_rms, luma_planes, packet_sizes
from vidsense.sampling.cues import (
    Viewers,
    audio_onset,
    behaviour_curve,
    estimate_lag,
    lag_weights,
    luma_activity,
    packet_activity,
    running_median,
    unlagged_behaviour,
)

TOLERANCE = 1e-9  # float64


def packets(sizes: list[int], fps: float = 25.0) -> PacketTrace:
    """A trace of packets at a steady rate."""
    return PacketTrace(np.arange(len(sizes)) / fps, np.array(sizes), np.zeros(len(sizes), dtype=bool))


@settings(deadline=None)
@given(seed=seeds, count=st.integers(1, 60), width=st.integers(1, 31))
def test_the_running_median_is_that_of_a_loop(seed, count, width):
    """Each value is the median of its neighbours, the ends repeated."""
    values = np.random.default_rng(seed).integers(0, 50, count)
    half = width // 2
    expected = [np.median([values[min(max(k + d, 0), count - 1)] for d in range(-half, half + 1)]) for k in range(count)]
    assert np.array_equal(running_median(values, width), expected)


def test_steady_packets_are_no_activity():
    """Nothing is unusual where all packets are alike, whatever their size."""
    assert np.abs(packet_activity(packets([700] * 200))).max() < TOLERANCE


def test_one_large_packet_is_a_cut_and_no_activity():
    """A spike of one frame does not outlive the narrow median."""
    sizes = [100] * 200
    sizes[90] = 9000
    assert np.abs(packet_activity(packets(sizes))).max() < TOLERANCE


@pytest.mark.parametrize("length", [2, 3, 5, 12])
def test_a_burst_of_packets_is_activity_where_it_is(length):
    """Two frames or more of large packets are a peak at their middle; its height is near the log of the ratio when it is long."""
    sizes = [100] * 200
    sizes[90 : 90 + length] = [800] * length
    activity = packet_activity(packets(sizes))
    assert abs(int(np.argmax(activity)) - (90 + (length - 1) / 2)) <= 2
    assert activity.max() > 0.5
    if length >= 12:
        assert activity.max() == pytest.approx(np.log(801 / 101), abs=0.05)


@given(seed=seeds, scale=st.integers(2, 50))
@settings(deadline=None)
def test_the_bit_rate_does_not_matter(seed, scale):
    """A video at `scale` times the rate has the same activity, up to the byte that keeps the log finite."""
    sizes = np.random.default_rng(seed).integers(500, 5000, 120)
    assert np.allclose(packet_activity(packets(list(sizes))), packet_activity(packets(list(sizes * scale))), atol=0.01)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_tiny_videos_have_curves(count):
    """One frame is enough for every cue."""
    times = np.arange(count) / 25
    viewers = Viewers(np.zeros(0), np.zeros(0), np.zeros(0))
    assert packet_activity(packets([10] * count)).shape == (count,)
    assert luma_activity(np.zeros((count, 4, 4), dtype=np.uint8)).shape == (count,)
    assert behaviour_curve(viewers, times).shape == (count,)
    assert unlagged_behaviour(viewers, np.zeros(count), times).shape == (count,)
    assert audio_onset(AudioTrace(np.zeros(0), np.zeros(0)), times).shape == (count,)


def test_flicker_is_no_luma_activity():
    """A change of the whole picture's brightness does not count, a moving square does."""
    planes = np.full((40, 12, 16), 100, dtype=np.uint8)
    planes[10:14] += np.array([20, 0, 30, 10], dtype=np.uint8)[:, None, None]
    for step in range(5):
        planes[25 + step, 2:6, 2 * step : 2 * step + 4] = 200
    activity = luma_activity(planes)
    assert activity[8:18].max() < TOLERANCE
    assert activity[26:29].min() > 5


@pytest.mark.parametrize("loud", [0.02, 0.5])
def test_a_sound_is_heard_from_its_onset_to_its_end(loud):
    """The curve is high during the sound and zero elsewhere, however loud it is."""
    times = (np.arange(500) + 0.5) * 0.02
    rms = np.where((times >= 4) & (times < 4.4), loud, 0.002)
    curve = audio_onset(AudioTrace(times, rms), np.arange(250) * 0.04)
    frames = np.arange(250) * 0.04
    assert curve[(frames >= 4.08) & (frames < 4.3)].min() > 1
    assert curve[(frames < 3.8) | (frames > 4.6)].max() < TOLERANCE


def reactions(events: list[float], lag_s: float, seed: int = 0) -> Viewers:
    """Viewers who comment `lag_s` after each event, among others who comment whenever they like."""
    rng = np.random.default_rng(seed)
    late = [event + lag_s + rng.normal(0, 0.2, 20) for event in events]
    moments = np.arange(61.0)
    watching = np.exp(-moments / 100) + 0.1 * sum(np.exp(-np.maximum(moments - e - lag_s, 0) / 4) * (moments >= e + lag_s) for e in events)
    return Viewers(np.sort(np.concatenate([*late, rng.uniform(0, 60, 20)])), moments, watching)


@pytest.mark.parametrize("lag_s", [0.6, 2.4, 5.0])
def test_the_lag_is_found_and_taken_off(lag_s):
    """Against a reference that knows the events, the lag is right within half a second, and behaviour peaks at the events."""
    events = [7.0, 19.5, 33.0, 41.2]
    times = np.arange(1500) / 25
    reference = sum(np.exp(-0.5 * ((times - event) / 0.2) ** 2) for event in events)
    viewers = reactions(events, lag_s)
    assert abs(estimate_lag(viewers, reference, times) - lag_s) <= 0.5
    curve = unlagged_behaviour(viewers, reference, times)
    for event in events:
        near = np.abs(times - event) < 1.0
        assert curve[near].max() > 2.0
    assert abs(times[np.argmax(curve)] - np.array(events)).min() < 1.0


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_lag_weights_are_a_distribution(seed):
    """They are positive and sum to 1, also when there is nothing to compare."""
    rng = np.random.default_rng(seed)
    times = np.arange(200) / 10
    viewers = Viewers(np.sort(rng.uniform(0, 20, int(rng.integers(0, 30)))), np.zeros(0), np.zeros(0))
    lags, weights = lag_weights(viewers, rng.random(200), times)
    assert len(lags) == len(weights)
    assert (weights > 0).all()
    assert weights.sum() == pytest.approx(1.0)


def test_viewers_who_do_nothing_say_nothing():
    """No comments and a falling retention curve are flat."""
    moments = np.arange(21.0)
    curve = behaviour_curve(Viewers(np.zeros(0), moments, np.exp(-moments / 50)), np.arange(200) / 10)
    assert curve.max() < 1.0


def test_cues_see_planted_events(planted):
    """On a real file, in each codec, packets or sound rise above the usual during each event that is not faint."""
    plan, path = planted
    trace = packet_sizes(path)
    activity = packet_activity(trace)
    sound = audio_onset(audio_rms(path), trace.times_s)
    for event in plan.events:
        during = (trace.times_s >= event.start_s) & (trace.times_s < event.end_s)
        if event.contrast > 0.3:
            assert activity[during].max() > np.percentile(activity, 75)
        assert (sound[during].max() > 0.5) == event.audible


def test_luma_sees_planted_events(planted):
    """Decoded brightness sees them too."""
    plan, path = planted
    activity = luma_activity(luma_planes(path))
    for event in plan.events:
        first, last = int(event.start_s * plan.fps) + 1, int(event.end_s * plan.fps)
        if event.contrast > 0.3:
            assert activity[first:last].max() > 2 * np.median(activity)
