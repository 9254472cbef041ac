"""Synthetic videos: the same for the same seed, and holding what their plan says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.strategies import seeds
from vidsense.io import read_frames
from vidsense.synth.encode import CODECS, synthesize
from vidsense.synth.plan import MARGIN_S, Event, Plan, make_plan, recall
from vidsense.synth.render import render, soundtrack, watch


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_nothing_happens_at_the_same_time(seed):
    """All things lie within the video, MARGIN_S apart, and events have the length that was asked for."""
    plan = make_plan(seed, event_s=(1.0, 2.0))
    things = sorted([(e.start_s, e.end_s) for e in plan.events] + [(d.start_s, d.end_s) for d in plan.distractors])
    assert things[0][0] >= 0 and max(end for _, end in things) <= plan.duration_s
    assert all(after[0] - before[1] >= MARGIN_S - 1e-9 for before, after in zip(things[:-1], things[1:], strict=True))
    assert all(1.0 <= event.end_s - event.start_s <= 2.0 for event in plan.events)


def test_the_same_seed_gives_the_same_video():
    """Plan, pictures, sound and viewers; another seed gives others."""
    plans = [make_plan(seed, events=2, distractors=3, duration_s=8.0) for seed in (4, 4, 5)]
    pictures = [np.stack(list(render(plan))[::20]) for plan in plans]
    assert plans[0] == plans[1] != plans[2]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])
    assert np.array_equal(soundtrack(plans[0]), soundtrack(plans[1]))
    assert np.array_equal(watch(plans[0]).comments_s, watch(plans[1]).comments_s)


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_the_same_plan_gives_the_same_pixels(tmp_path, codec):
    """Encoding is on one thread, so that what is read back hardly changes from run to run: libx264 is not always the same to the bit."""
    plan = make_plan(1, events=1, distractors=1, duration_s=4.0, size=(64, 48))
    clips = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}{CODECS[codec].suffix}"
        synthesize(path, plan, codec=codec)
        clips.append(read_frames(path))
    assert len(clips[0]) == len(clips[1]) == plan.frame_count
    if codec == "h264":
        assert np.abs(clips[0].astype(int) - clips[1]).mean() < 1
    else:
        assert np.array_equal(*clips)


def test_an_event_is_seen_in_its_frames_only():
    """Compared with the plan without the event, just its frames differ."""
    plan = make_plan(3, events=1, distractors=0, duration_s=4.0)
    without = Plan(**{**vars(plan), "events": ()})
    differs = [not np.array_equal(a, b) for a, b in zip(render(plan), render(without), strict=True)]
    event = plan.events[0]
    expected = [event.start_s <= index / plan.fps < event.end_s for index in range(plan.frame_count)]
    assert differs == expected


def test_viewers_react_after_the_lag():
    """Comments are densest about one lag after a noticed event."""
    event = Event(20.0, 20.5, 0.5, (0.5, 0.5), (10.0, 0.0), False, True)
    plan = Plan(7, 60.0, 25.0, 160, 96, (event,), (), (), (), 4.0)
    viewers = watch(plan)
    bins = np.histogram(viewers.comments_s, np.arange(0, 61, 1.0))[0]
    assert abs(int(np.argmax(bins)) + 0.5 - 24.5) <= 1.5
    rise = np.diff(viewers.watching)
    assert abs(int(np.argmax(rise)) - 24) <= 1


def test_recall_counts_events_with_enough_frames():
    """Worked by hand: the end is outside, the start inside."""
    events = tuple(Event(s, s + 1.0, 0.5, (0.5, 0.5), (1.0, 0.0), False, False) for s in (1.0, 3.0, 5.0, 7.0))
    plan = Plan(0, 9.0, 25.0, 160, 96, events, (), (), (), 2.0)
    chosen = np.array([1.0, 1.5, 4.0, 5.9])
    assert recall(plan, chosen) == 0.5
    assert recall(plan, chosen, frames=2) == 0.25
    assert recall(Plan(**{**vars(plan), "events": ()}), chosen) == 1.0


def test_too_much_does_not_fit():
    """Twenty events of a second do not fit into ten."""
    with pytest.raises(ValueError, match="do not fit"):
        make_plan(0, events=20, event_s=(1.0, 1.0), duration_s=10.0)
