"""What the host makes of a report that it does not trust."""

from __future__ import annotations

import json

import pytest

from codeopt.trial.outcomes import read_report

PHASES = ("setup", "call", "teardown")


def passed(name):
    return [{"id": name, "when": when, "outcome": "passed"} for when in PHASES]


def failed(name):
    return [{**phase, "outcome": "failed"} if phase["when"] == "call" else phase for phase in passed(name)]


def report(*records, finished=0, collected=("a", "b")):
    lines = [*({"collected": name} for name in collected), *records, *([{"finished": finished}] if finished is not None else [])]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_a_report_that_agrees_with_itself_has_no_fault():
    told = read_report(report(*passed("a"), *passed("b")), 0)
    assert told.outcomes == {"a": "passed", "b": "passed"}
    assert told.faults == {}
    assert read_report(report(*passed("a"), *failed("b"), finished=1), 1).faults == {}


def test_no_report_is_no_fault():
    told = read_report(b"", 0)
    assert (told.outcomes, told.faults) == ({}, {})


@pytest.mark.parametrize(
    ("lines", "status", "kind", "text"),
    [
        (report(*passed("a"), finished=None), 0, "unfinished", "ended early, with status 0"),
        (report(*passed("a"), *passed("b")) + report(*passed("a"), collected=()), 0, "unfinished", "goes on after the end"),
        (report(*passed("a"), *passed("b")), 3, "status", "status 3, and its report says 0"),
        (report(*passed("a"), *failed("b")), 0, "status", "status 0, and 1 of its tests"),
        (report(*passed("a")), 0, "status", "status 0, and 1 of its tests"),
        (report(*passed("a"), *passed("b"), finished=1), 1, "status", "names no test that failed"),
        (report(*passed("a"), *failed("b")[1:2], *passed("b")), 0, "contradiction", "b twice: failed and passed in its call"),
        (report(*passed("c")), 0, "uncollected", "c, which was never collected"),
        (report(*passed("a")[:2], *passed("b")), 0, "phases", "a is reported as passed without its teardown"),
        (report(*passed("a")[1:], *passed("b")), 0, "phases", "a is reported as passed without its setup"),
        (b"{\n" + report(*passed("a"), *passed("b")), 0, "malformed", "does not write"),
        (b"[" * 100_000 + b"\n" + report(*passed("a"), *passed("b")), 0, "malformed", "does not write"),
        (report({"id": "a", "when": "noon", "outcome": "passed"}), 0, "malformed", "does not write"),
        (report({"id": 1, "when": "call", "outcome": "passed"}), 0, "malformed", "does not write"),
        (report({"collected": []}, 7), 0, "malformed", "does not write"),
    ],
)
def test_what_does_not_agree_is_told(lines, status, kind, text):
    assert text in read_report(lines, status).faults[kind]


def test_a_run_that_was_killed_need_not_have_an_end():
    assert read_report(report(*passed("a"), finished=None), None).faults == {}


def test_a_test_that_is_made_again_contradicts_nothing():
    again = {"id": "a", "when": "call", "outcome": "rerun"}
    told = read_report(report(passed("a")[0], again, *passed("a"), *passed("b")), 0)
    assert (told.outcomes["a"], told.faults) == ("passed", {})
    told = read_report(report(passed("a")[0], again, *passed("b")), 0)
    assert told.outcomes["a"] == "lost"


def test_two_tests_of_one_id_may_differ():
    told = read_report(report(*passed("a"), *failed("a"), *passed("b"), collected=("a", "a", "b"), finished=1), 1)
    assert told.outcomes["a"] == "failed"
    assert told.faults == {}


def test_a_failure_is_never_talked_away():
    told = read_report(report(*failed("a"), *passed("a"), *passed("b")), 1)
    assert told.outcomes["a"] == "failed"
