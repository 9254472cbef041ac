"""Work in a fork that is ended when it takes too long, and calls that are tried in such forks."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time

import pytest
from codeopt_inside.bounded import bounded
from codeopt_inside.sieve import sieved


def test_what_work_returns_comes_back():
    assert bounded(lambda: b"x" * 300_000, 10) == ("done", b"x" * 300_000)


@pytest.mark.parametrize(
    "work", [lambda: os._exit(0), lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0, lambda: bytearray(1 << 34)]
)
def test_what_ends_before_its_end_has_crashed(work, capfd):
    assert bounded(work, 10) == ("crashed", b"")
    capfd.readouterr()


def test_what_takes_too_long_is_ended_with_all_that_it_started(tmp_path):
    def work():
        if os.fork() == 0:
            while True:
                (tmp_path / "alive").write_text(str(time.monotonic()))
        while True:
            pass

    assert bounded(work, 0.3) == ("hung", b"")
    last = (tmp_path / "alive").read_text()
    assert (tmp_path / "alive").read_text() == last


def test_a_child_that_keeps_the_pipe_open_holds_nothing_up():
    def work():
        if os.fork() == 0:
            signal.pause()
        return b"done"

    assert bounded(work, 10) == ("done", b"done")


def picky(number):
    if number == 0:
        raise KeyError(number)
    if number == 1:
        while True:
            pass
    if number == 2:
        os._exit(0)
    if number == 3:
        sys.exit(3)
    return number


def test_each_call_is_tried_by_itself_and_tells_how_it_ended():
    calls = [pickle.dumps(((number,), {})) for number in (9, 0, 1, 2, 3, 10)] + [b"no pickle"]
    outcomes = [outcome for outcome, _ in sieved(picky, calls, 0.3, 60.0)]
    assert outcomes == ["returned", "raised KeyError", "", "", "", "returned", ""]


def test_a_call_tells_which_way_it_took():
    (_, one), (_, other) = sieved(picky, [pickle.dumps(((number,), {})) for number in (9, 0)], 10.0, 60.0)
    assert one != other
    assert all(len(arc) == 2 for arc in one)


def test_what_time_does_not_suffice_for_is_not_tried():
    calls = [pickle.dumps(((number,), {})) for number in (1, 9)]
    assert [outcome for outcome, _ in sieved(picky, calls, 0.2, 0.1)] == ["", ""]
