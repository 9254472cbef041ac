"""Files in, arrays out: what a video holds, its frames, the sizes of its packets, the loudness of its sound.

Knows containers and codecs (through PyAV); knows nothing of models or of sampling. Times are seconds from the first frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from vidsense.errors import VideoError

AUDIO_RATE = 16_000  # samples per second that sound is resampled to before its loudness is taken


@dataclass(frozen=True)
class PacketTrace:
    """The compressed frames of a video in order of presentation: one entry per frame."""

    times_s: np.ndarray  # float64 [n], ascending, from 0
    sizes_bytes: np.ndarray  # int64 [n]
    keyframes: np.ndarray  # bool [n]

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the end of the last one, which is taken to last as long as the median frame."""
        if len(self.times_s) < 2:
            return 1.0 / 25.0
        return float(self.times_s[-1] + np.median(np.diff(self.times_s)))

    @property
    def fps(self) -> float:
        """Mean frames per second; a variable rate has one too."""
        return len(self.times_s) / self.duration_s


@dataclass(frozen=True)
class AudioTrace:
    """Loudness over time: the root mean square of the samples of each hop, full scale being 1."""

    times_s: np.ndarray  # float64 [n], the middle of each hop
    rms: np.ndarray  # float64 [n]


@contextmanager
def _opened(path: str | Path) -> Iterator[av.container.InputContainer]:
    """Open a container with a video stream; every error of PyAV inside the block becomes a VideoError of one line."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise VideoError(f"{path}: has no video stream")
            yield container
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"{path}: cannot be read as a video ({' '.join(str(error).split())})") from error


def _tick_s(stream: av.VideoStream) -> float:
    """Return the length of a stream's unit of time in seconds."""
    return float(stream.time_base) if stream.time_base is not None else 1.0 / av.time_base


def packet_sizes(path: str | Path) -> PacketTrace:
    """Return when each frame is shown and how many bytes it takes, without decoding any.

    A packet without a presentation time takes its decoding time. Raises VideoError for a file without a readable frame.
    """
    rows: list[tuple[float, int, bool]] = []
    with _opened(path) as container:
        stream = container.streams.video[0]
        tick_s = _tick_s(stream)
        for packet in container.demux(stream):
            ticks = packet.pts if packet.pts is not None else packet.dts
            if ticks is None or packet.size == 0:
                continue
            rows.append((ticks * tick_s, packet.size, bool(packet.is_keyframe)))
    if not rows:
        raise VideoError(f"{path}: holds no frames")
    rows.sort(key=lambda row: row[0])
    times_s = np.array([row[0] for row in rows])
    sizes = np.array([row[1] for row in rows], dtype=np.int64)
    return PacketTrace(np.round(times_s - times_s[0], 6), sizes, np.array([row[2] for row in rows]))


def read_frames(path: str | Path, indices: Sequence[int] | None = None) -> np.ndarray:
    """Return the frames at `indices` (all of them when None) as uint8 RGB [n, height, width, 3].

    Indices count frames in order of presentation; they may repeat and come in any order. Naive as in lmms-eval
    (models/model_utils/load_video.py, read_video_pyav, its branch for webm): every decoded frame is kept, then some are taken.
    Raises VideoError for a broken file, IndexError for an index beyond the last frame.
    """
    frames = []
    with _opened(path) as container:
        for frame in container.decode(container.streams.video[0]):
            frames.append(frame)
    if not frames:
        raise VideoError(f"{path}: holds no frames")
    if indices is None:
        indices = range(len(frames))
    chosen = [frames[index] for index in indices]
    if not chosen:
        return np.empty((0, frames[0].height, frames[0].width, 3), dtype=np.uint8)
    return np.stack([frame.to_ndarray(format="rgb24") for frame in chosen])


def audio_rms(path: str | Path, *, hop_s: float = 0.02) -> AudioTrace | None:
    """Return the loudness of the first audio track per hop of `hop_s` seconds, or None when there is no track.

    Naive as in torchvision (io/video.py, read_video): the whole track is decoded into a list and concatenated.
    """
    chunks: list[np.ndarray] = []
    start_s = None
    with _opened(path) as container:
        if not container.streams.audio:
            return None
        video = container.streams.video[0]
        origin_s = (video.start_time or 0) * _tick_s(video)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=AUDIO_RATE)
        for frame in container.decode(container.streams.audio[0]):
            if start_s is None:
                start_s = float(frame.time or 0.0) - origin_s
            for resampled in resampler.resample(frame):
                chunks.append(resampled.to_ndarray().reshape(-1))
        for resampled in resampler.resample(None):
            chunks.append(resampled.to_ndarray().reshape(-1))
    if start_s is None:
        return None
    samples = np.concatenate(chunks)
    hop = max(1, round(hop_s * AUDIO_RATE))
    count = len(samples) // hop
    rms = np.array([np.sqrt(np.mean(samples[k * hop : (k + 1) * hop].astype(np.float64) ** 2)) for k in range(count)])
    return AudioTrace(start_s + (np.arange(count) + 0.5) * hop / AUDIO_RATE, rms)


def luma_planes(path: str | Path, *, stride: int = 4) -> np.ndarray:
    """Return every frame's brightness, each `stride`-th pixel of both axes, as uint8 [n, h, w].

    Decodes everything, but keeps little of it. Raises VideoError as `read_frames` does.
    """
    planes = []
    with _opened(path) as container:
        for frame in container.decode(container.streams.video[0]):
            planes.append(np.ascontiguousarray(frame.to_ndarray(format="gray")[::stride, ::stride]))
    if not planes:
        raise VideoError(f"{path}: holds no frames")
    return np.stack(planes)
