"""Reading videos, sound ones and broken ones."""

from __future__ import annotations

import av
import numpy as np
import pytest

from tests.conftest import moving_frames
from vidsense.errors import VideoError
from vidsense.io import AUDIO_RATE, audio_rms, luma_planes, packet_sizes, read_frames
from vidsense.synth.encode import CODECS


@pytest.mark.parametrize("codec", sorted(CODECS))
@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_frame_comes_back_in_order(make_video, codec, count):
    """All frames are read, in order, each with about the brightness that was written."""
    frames = read_frames(make_video(count, codec=codec))
    assert frames.shape == (count, 48, 64, 3)
    assert frames.dtype == np.uint8
    means = frames.mean(axis=(1, 2, 3))
    assert np.abs(means - moving_frames(count)[:, 0, 0, 0]).max() < 6


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_chosen_frames_are_those_of_the_whole_video(make_video, codec):
    """Indices may repeat and come in any order, and give the same pixels bit by bit."""
    path = make_video(9, codec=codec)
    everything = read_frames(path)
    chosen = [8, 0, 3, 3]
    assert np.array_equal(read_frames(path, chosen), everything[chosen])


def test_no_indices_give_no_frames(make_video):
    """An empty choice keeps the shape of a frame."""
    assert read_frames(make_video(3), []).shape == (0, 48, 64, 3)


def test_an_index_beyond_the_end_is_an_error(make_video):
    """There is no frame 3 in a video of 3."""
    with pytest.raises(IndexError):
        read_frames(make_video(3), [3])


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_packets_match_frames(make_video, codec):
    """There is one packet per frame, in order of presentation, without decoding."""
    trace = packet_sizes(make_video(20, codec=codec))
    assert len(trace.times_s) == 20
    assert np.allclose(trace.times_s, np.arange(20) / 10, atol=2e-3)
    assert (trace.sizes_bytes > 0).all()
    assert trace.keyframes[0]
    assert trace.fps == pytest.approx(10, rel=0.01)


def test_a_variable_frame_rate_keeps_its_times(make_video):
    """Times are those that were written, from the first frame on."""
    times = [0.0, 0.1, 0.15, 0.5, 1.3, 1.33]
    path = make_video(6, times_s=times)
    assert np.allclose(packet_sizes(path).times_s, times, atol=2e-3)
    assert len(read_frames(path)) == 6


def test_one_frame_has_a_duration(make_video):
    """A video of one frame does not divide by zero."""
    trace = packet_sizes(make_video(1))
    assert trace.duration_s > 0
    assert trace.fps > 0


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_loudness_is_that_of_a_sine(make_video, codec):
    """A sine of amplitude 0.5 has a root mean square of 0.354, and comes when it was put there."""
    seconds = np.arange(2 * AUDIO_RATE) / AUDIO_RATE
    samples = np.where(seconds >= 1, 0.5 * np.sin(2 * np.pi * 440 * seconds), 0).astype(np.float32)
    trace = audio_rms(make_video(20, codec=codec, samples=samples))
    middle = (trace.times_s > 1.2) & (trace.times_s < 1.8)
    assert np.allclose(trace.rms[middle], 0.5 / np.sqrt(2), atol=0.03)
    assert trace.rms[trace.times_s < 0.9].max() < 0.02
    assert abs(trace.times_s[np.argmax(trace.rms > 0.1)] - 1.0) < 0.08


def test_no_audio_track_is_none(make_video):
    """Silence and no track are different things."""
    assert audio_rms(make_video(5)) is None


def test_luma_planes_are_strided_brightness(make_video):
    """A grey frame's plane has its grey level, up to the range that video uses."""
    planes = luma_planes(make_video(5), stride=4)
    assert planes.shape == (5, 12, 16)
    assert (np.diff(planes.mean(axis=(1, 2))) > 0).all()


@pytest.mark.parametrize("read", [read_frames, packet_sizes, audio_rms, luma_planes])
@pytest.mark.parametrize("content", [b"", b"not a video at all " * 100, None])
def test_a_broken_file_is_one_clear_error(tmp_path, read, content):
    """Empty, nonsense or missing: a VideoError that names the file in one line."""
    path = tmp_path / "broken.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError, match="broken.mp4") as caught:
        read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("read", [read_frames, packet_sizes])
def test_a_truncated_file_is_a_clear_error(make_video, read):
    """Half an mp4 has no index, and cannot be read."""
    path = make_video(10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(VideoError):
        read(path)


@pytest.mark.parametrize("codec", ["h264", "mpeg4"])
def test_a_video_that_is_broken_behind_the_chosen_frames_is_refused(make_video, codec):
    """A file is read to its end, whatever is taken of it."""
    path = make_video(20, codec=codec)
    with av.open(str(path)) as container:
        last = [packet for packet in container.demux(video=0) if packet.size][-1]
        start, size = last.pos, last.size
    data = bytearray(path.read_bytes())
    data[start : start + size] = bytes(size)
    path.write_bytes(bytes(data))
    with pytest.raises(VideoError):
        read_frames(path, [0])


def test_sound_alone_is_no_video(tmp_path):
    """A file with only an audio track is refused."""
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=AUDIO_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = AUDIO_RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(VideoError, match="no video stream"):
        read_frames(path)
