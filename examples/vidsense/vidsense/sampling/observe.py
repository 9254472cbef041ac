"""A video file to its cue curves: what `fuse` and `select` work on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidsense.errors import ViewersError
from vidsense.io import audio_rms, luma_planes, packet_sizes
from vidsense.sampling.adaptive import fuse
from vidsense.sampling.cues import Viewers, audio_onset, luma_activity, packet_activity, unlagged_behaviour

CUES = ("packets", "luma", "audio", "behaviour")


@dataclass(frozen=True)
class Observation:
    """The curves of a video's cues over the times of its frames, and which of the cues asked for it does not have."""

    times_s: np.ndarray  # float64 [n]
    fps: float
    curves: dict[str, np.ndarray]  # each float64 [n]
    left_out: tuple[str, ...]

    def fused(self) -> np.ndarray:
        """Return the curve of all cues; flat when there are none."""
        return fuse(self.curves) if self.curves else np.zeros(len(self.times_s))


def observe(path: str | Path, cues: Sequence[str], viewers: Viewers | None = None) -> Observation:
    """Return the curves of the named cues. Decodes frames for `luma` only; a video without sound has no `audio`.

    Behaviour's lag is sought against the other cues, against packets when there are none. Raises VideoError, and ValueError for
    a name that is not in CUES.
    """
    unknown = [name for name in cues if name not in CUES]
    if unknown:
        raise ValueError(f"cues are {', '.join(CUES)}, not {', '.join(unknown)}")
    trace = packet_sizes(path)
    curves: dict[str, np.ndarray] = {}
    if "packets" in cues:
        curves["packets"] = packet_activity(trace)
    if "luma" in cues:
        luma = luma_activity(luma_planes(path))
        curves["luma"] = np.interp(np.linspace(0, 1, len(trace.times_s)), np.linspace(0, 1, len(luma)), luma)
    if "audio" in cues:
        sound = audio_rms(path)
        if sound is not None:
            curves["audio"] = audio_onset(sound, trace.times_s)
    if "behaviour" in cues and viewers is not None:
        reference = fuse(curves or {"packets": packet_activity(trace)})
        curves["behaviour"] = unlagged_behaviour(viewers, reference**2, trace.times_s)
    return Observation(trace.times_s, trace.fps, curves, tuple(name for name in cues if name not in curves))


def load_viewers(path: str | Path) -> Viewers:
    """Read {"comments_s": [...], "retention": [[second, share], ...]}. Raises ViewersError when it is not that."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        comments = np.sort(np.asarray(data["comments_s"], dtype=np.float64).reshape(-1))
        retention = np.asarray(data["retention"], dtype=np.float64).reshape(-1, 2)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ViewersError(f"{path}: does not say what viewers did ({' '.join(str(error).split())})") from error
    if not (np.isfinite(comments).all() and np.isfinite(retention).all() and (np.diff(retention[:, 0]) > 0).all()):
        raise ViewersError(f"{path}: holds times that are not finite, or not in order")
    return Viewers(comments, retention[:, 0], retention[:, 1])


def save_viewers(path: str | Path, viewers: Viewers) -> None:
    """Write what `load_viewers` reads."""
    retention = np.stack([viewers.moments_s, viewers.watching], axis=1).round(5).tolist()
    Path(path).write_text(json.dumps({"comments_s": viewers.comments_s.round(3).tolist(), "retention": retention}), encoding="utf-8")
