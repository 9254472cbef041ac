"""Frames and sound to a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import av
import numpy as np

from vidsense.io import AUDIO_RATE
from vidsense.synth.plan import Plan
from vidsense.synth.render import render, soundtrack

TICKS = 1000  # time stamps are milliseconds, so that any frame rate, and a variable one, can be written


class Codec(NamedTuple):
    """How a codec is asked for, and what it is put into."""

    encoder: str
    suffix: str
    pixel_format: str
    audio_encoder: str
    options: dict[str, str]


# Without weighted prediction, as libx264's search for weights does not come out the same each time.
CODECS = {
    "h264": Codec("libx264", ".mp4", "yuv420p", "aac", {"preset": "veryfast", "crf": "26", "x264-params": "weightp=0"}),
    "vp9": Codec("libvpx-vp9", ".webm", "yuv420p", "libopus", {"deadline": "realtime", "cpu-used": "8", "crf": "34", "b": "0"}),
    "mpeg4": Codec("mpeg4", ".mp4", "yuv420p", "aac", {"qmin": "4", "qmax": "4"}),
    "mjpeg": Codec("mjpeg", ".mkv", "yuvj420p", "aac", {"qmin": "4", "qmax": "4"}),
}


def write_video(
    path: str | Path, frames: Iterable[np.ndarray], times_s: Sequence[float], *, codec: str, samples: np.ndarray | None = None
) -> None:
    """Write uint8 RGB frames, each shown from its time on, and mono sound at 16 kHz when there is any.

    `codec` is a name in CODECS. One thread, so that the same input gives the same file.
    """
    how = CODECS[codec]
    with av.open(str(path), "w") as container:
        stream: av.VideoStream | None = None
        sound: av.AudioStream | None = None
        for frame, time_s in zip(frames, times_s, strict=True):
            if stream is None:
                stream = _video_stream(container, how, frame, _mean_rate(times_s))
                if samples is not None:
                    sound = cast("av.AudioStream", container.add_stream(how.audio_encoder, rate=AUDIO_RATE, layout="mono"))
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts = round(time_s * TICKS)
            picture.time_base = Fraction(1, TICKS)
            container.mux(stream.encode(picture))
        if stream is not None:
            container.mux(stream.encode())
        if sound is not None and samples is not None:
            _write_sound(container, sound, samples)


def _video_stream(container: av.container.OutputContainer, how: Codec, frame: np.ndarray, rate: Fraction) -> av.VideoStream:
    """Add a stream for frames like the given one."""
    stream = cast("av.VideoStream", container.add_stream(how.encoder, rate=rate))
    stream.height, stream.width = frame.shape[:2]
    stream.pix_fmt = how.pixel_format
    stream.options = dict(how.options)
    stream.thread_count = 1
    stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def _mean_rate(times_s: Sequence[float]) -> Fraction:
    """Return the mean frame rate as a fraction that encoders take."""
    if len(times_s) < 2:
        return Fraction(25)
    return Fraction((len(times_s) - 1) / (times_s[-1] - times_s[0])).limit_denominator(1000)


def _write_sound(container: av.container.OutputContainer, stream: av.AudioStream, samples: np.ndarray) -> None:
    """Encode float samples in -1..1 as one track."""
    frame = av.AudioFrame.from_ndarray((samples * 32767).astype(np.int16)[None], format="s16", layout="mono")
    frame.sample_rate = AUDIO_RATE
    frame.pts = 0
    frame.time_base = Fraction(1, AUDIO_RATE)
    container.mux(stream.encode(frame))
    container.mux(stream.encode())


def synthesize(path: str | Path, plan: Plan, *, codec: str, sound: bool = True) -> None:
    """Render and encode a plan. Whatever the seed of the plan, the same file comes out each time."""
    times_s = [index / plan.fps for index in range(plan.frame_count)]
    write_video(path, render(plan), times_s, codec=codec, samples=soundtrack(plan) if sound else None)
