"""The commands, from the file to what is printed and written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vidsense.cli import main
from vidsense.errors import ViewersError
from vidsense.io import read_frames
from vidsense.preprocess import clip_hash, preprocess_clip
from vidsense.sampling.observe import load_viewers, observe, save_viewers
from vidsense.synth.render import watch


def sampled(capsys, *arguments: str) -> dict:
    """Run `vidsense sample --json` and return what it prints."""
    assert main(["sample", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_sample_uses_every_cue_that_there_is(planted, capsys, tmp_path):
    """Packets, sound and viewers give three cues, and the budget is kept."""
    plan, path = planted
    viewers = tmp_path / "viewers.json"
    save_viewers(viewers, watch(plan))
    answer = sampled(capsys, str(path), "--budget", "10", "--viewers", str(viewers))
    assert answer["cues"] == ["audio", "behaviour", "packets"]
    assert len(answer["frames"]) == 10
    assert answer["times_s"] == sorted(answer["times_s"])


def test_sample_says_which_cue_is_missing(make_video, capsys):
    """A video without sound and viewers is sampled by its packets, and the rest is named."""
    path = make_video(20)
    assert main(["sample", str(path), "--budget", "4"]) == 0
    printed = capsys.readouterr()
    assert printed.out.count(" s\n") == 4
    assert "nothing for the cue audio" in printed.err
    assert "nothing for the cue behaviour" in printed.err


@pytest.mark.parametrize("count", [1, 3])
def test_sample_takes_videos_of_few_frames(make_video, capsys, count):
    """All frames are chosen when there are fewer than the budget, with and without one."""
    path = str(make_video(count))
    assert len(sampled(capsys, path, "--budget", "8", "--cues", "packets,luma")["frames"]) == count
    assert len(sampled(capsys, path, "--cues", "")["frames"]) == max(1, count // 2 * 2)


def test_sample_looks_again(planted, capsys):
    """The reasoner that ships is asked, and the budget is kept."""
    _, path = planted
    assert len(sampled(capsys, str(path), "--budget", "12", "--look-again", "blob")["frames"]) == 12


def test_sample_draws_a_picture(planted, capsys, tmp_path):
    """A PNG is written."""
    pytest.importorskip("matplotlib")
    _, path = planted
    picture = tmp_path / "cues.png"
    assert main(["sample", str(path), "--budget", "6", "--plot", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_encode_writes_the_patches_of_the_chosen_frames(planted, capsys, tmp_path):
    """What is written is what the parts give."""
    _, path = planted
    output = tmp_path / "out.npz"
    frames = sampled(capsys, str(path), "--budget", "5")["frames"]
    assert main(["encode", str(path), "--budget", "5", "--output", str(output)]) == 0
    clip = read_frames(path, frames)
    expected = preprocess_clip(clip, max_pixels=28 * 28 * 256)
    with np.load(output) as written:
        assert np.array_equal(written["patches"], expected.rows)
        assert tuple(written["grid"]) == expected.grid
        assert str(written["hash"]) == clip_hash(clip)
        assert len(written["times_s"]) == 5


def test_encode_runs_the_tower(make_video, capsys, tmp_path):
    """One token comes out for each four patches."""
    pytest.importorskip("torch")
    output = tmp_path / "out.npz"
    assert main(["encode", str(make_video(4)), "--budget", "3", "--output", str(output), "--tower", "--cues", "packets"]) == 0
    with np.load(output) as written:
        assert len(written["tokens"]) == len(written["patches"]) // 4


@pytest.mark.parametrize("command", ["sample", "encode"])
@pytest.mark.parametrize("content", [b"", b"nonsense" * 500, None])
def test_a_broken_file_is_one_line_and_status_2(tmp_path, capsys, command, content):
    """No traceback, nothing on standard output."""
    path = tmp_path / "broken.mp4"
    if content is not None:
        path.write_bytes(content)
    assert main([command, str(path), "--budget", "3"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("vidsense: ")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("codec", ["vp9", "mjpeg", "h264"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_is_cut_off_never_ends_in_a_traceback(make_video, capsys, codec, share):
    """Either what is left is used, or one line says why not."""
    path = make_video(30, codec=codec)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    status = main(["encode", str(path), "--budget", "8", "--cues", "packets"])
    assert status in (0, 2)
    assert status == 0 or capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--cues", "smell"], ["--budget", "0"], ["--budget", "many"]])
def test_wrong_arguments_are_status_2(arguments, capsys):
    """The parser says which argument is wrong."""
    with pytest.raises(SystemExit) as caught:
        main(["sample", "video.mp4", *arguments])
    assert caught.value.code == 2


def test_synth_makes_what_sample_reads(tmp_path, capsys):
    """A synthetic video has its viewers beside it, and they are found."""
    path = tmp_path / "made.mp4"
    assert main(["synth", str(path), "--seconds", "10", "--seed", "2"]) == 0
    assert "event" in capsys.readouterr().out
    assert "behaviour" in sampled(capsys, str(path), "--budget", "6")["cues"]
    assert main(["synth", str(tmp_path / "made.gif")]) == 2


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"comments_s": "x", "retention": []}', '{"comments_s": [1]}', '{"comments_s": [], "retention": [[1, 1], [0, 1]]}'],
)
def test_a_file_that_says_nothing_of_viewers_is_an_error(tmp_path, text):
    """Each is a ViewersError that names the file."""
    path = tmp_path / "viewers.json"
    path.write_text(text)
    with pytest.raises(ViewersError, match="viewers.json"):
        load_viewers(path)


def test_unknown_cues_are_refused(make_video):
    """The names are listed."""
    with pytest.raises(ValueError, match="packets"):
        observe(make_video(3), ["smell"])
