"""What several processes recorded is joined into one recording."""

from __future__ import annotations

import json

from codeopt.model.code import TargetName
from codeopt.trial.recording import LIMIT_CALLS, _merged, pack, unpack

NAME = TargetName(path="m.py", qualname="f", ordinal=0)


def written(calls, **head):
    """Return the file of one process; `calls` are (content, signature, outcome)."""
    told = {
        "target": 0,
        "module": "m",
        "main": None,
        "argv": [],
        "path": ["/tree", "/tree/src", "/usr/lib"],
        "seen": len(calls),
        "seconds": 1.0,
    }
    told |= {"calls": len(calls), "skipped": {"cannot be copied": 1}}
    told |= {"signatures": [kind for _, kind, _ in calls], "outcomes": [outcome for _, _, outcome in calls], **head}
    return pack([json.dumps(told).encode(), *(content for content, _, _ in calls)])


def joined(*files):
    recording = _merged(files, [NAME], "/tree")[NAME]
    frames = unpack(recording)
    assert recording.calls == len(frames.calls) == len(frames.outcomes)
    return recording, frames


def common(process, count=60):
    return [(b"%d/%d" % (process, number), "common", "returned") for number in range(count)]


def test_processes_take_turns():
    _, frames = joined(written(common(1, 3), seconds=9.0), written(common(2, 2)))
    assert frames.calls == (b"1/0", b"2/0", b"1/1", b"2/1", b"1/2")


def test_a_rare_signature_survives_many_processes_of_common_calls():
    rare = (b"rare", "rare", "returned")
    files = [written(common(process), seconds=100.0 - process) for process in range(12)]
    _, frames = joined(*files[:-1], written([*common(12), rare]))
    assert len(frames.calls) == LIMIT_CALLS
    assert frames.calls[:2] == (b"0/0", b"rare")


def test_a_rare_way_to_end_survives_too():
    failed = (b"failed", "common", "raised KeyError")
    _, frames = joined(*(written(common(process)) for process in range(9)), written([*common(9), failed]))
    assert frames.outcomes[frames.calls.index(b"failed")] == "raised KeyError"
    assert set(frames.outcomes) == {"returned", "raised KeyError"}


def test_equal_calls_are_one_and_what_is_counted_is_added_up():
    recording, frames = joined(written(common(1, 2)), written(common(1, 3)))
    assert frames.calls == (b"1/0", b"1/1", b"1/2")
    assert frames.import_path == ("{tree}", "{tree}/src")
    assert (recording.seen, recording.seconds, recording.skipped) == (5, 2.0, (("cannot be copied", 2),))


def test_only_what_was_imported_under_one_name_is_joined():
    _, frames = joined(written(common(1, 1)), written(common(2, 1), module="other"))
    assert frames.calls == (b"1/0",)


def test_a_process_of_which_nothing_was_kept_still_counts():
    too_large = written([], seen=4, seconds=20.0, skipped={"arguments of more than 4000000 bytes": 4})
    recording, frames = joined(too_large, written(common(1, 2), skipped={}))
    assert frames.calls == (b"1/0", b"1/1")
    assert (recording.seen, recording.seconds, recording.skipped) == (6, 21.0, (("arguments of more than 4000000 bytes", 4),))


def test_a_target_of_which_nothing_was_kept_says_why():
    recording, frames = joined(written([], seen=4, skipped={"cannot be copied": 4}))
    assert (frames.calls, recording.seen, recording.skipped) == ((), 4, (("cannot be copied", 4),))


def test_a_target_that_was_never_called_has_no_recording():
    assert _merged([written([])], [NAME], "/tree") == {}
