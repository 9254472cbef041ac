"""Small videos that several tests read; each is made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from vidsense.synth.encode import CODECS, synthesize, write_video
from vidsense.synth.plan import make_plan

# On a busy machine videos are slow to make, and which examples are drawn shall not hang on the day.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session", params=["h264", "vp9"])
def planted(request, tmp_path_factory):
    """A plan of 12 seconds and its video with sound, in two codecs."""
    plan = make_plan(5, events=3, distractors=2, duration_s=12.0)
    path = tmp_path_factory.mktemp("videos") / f"planted{CODECS[request.param].suffix}"
    synthesize(path, plan, codec=request.param)
    return plan, path


def moving_frames(count: int, height: int = 48, width: int = 64) -> np.ndarray:
    """Return frames of which each is brighter than the one before, so that they can be told apart after compression."""
    levels = np.linspace(20, 230, count).astype(np.uint8)
    frames = np.empty((count, height, width, 3), dtype=np.uint8)
    frames[:] = levels[:, None, None, None]
    return frames


@pytest.fixture
def make_video(tmp_path: Path):
    """A function that writes `count` distinguishable frames at given times and returns the path."""

    def make(count: int = 10, *, codec: str = "h264", times_s=None, samples=None, name: str = "video") -> Path:
        path = tmp_path / f"{name}{CODECS[codec].suffix}"
        times = [index / 10 for index in range(count)] if times_s is None else times_s
        write_video(path, moving_frames(count), times, codec=codec, samples=samples)
        return path

    return make
