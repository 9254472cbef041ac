"""Tries calls that nobody made before, and tells what the original makes of each: some never end, some end their process.

A fork costs more than most calls, so several are made in one. Where that does not end well, those that were not answered are made again,
each in a fork of its own.
"""

import json
import mmap
import signal
import struct
import time

from codeopt_inside import calls, seen
from codeopt_inside.bounded import bounded

CHUNK = 16
MOST_ARCS = 2_000
# All calls that are kept are made in one process later.
MORE_BYTES = 64 << 20
_LENGTH = struct.Struct(">Q")
_MOST_NOTED = 1 << 20
_UNUSABLE = ("", [])


def sieved(function, pickles, each_s, all_s):
    """Return for each pickle (how it ended, arcs that were passed): `returned`, `raised` and the type, or empty where it cannot be used.

    What is left when `all_s` is spent is not tried.
    """
    until, found = time.monotonic() + all_s, []
    while len(found) < len(pickles) and time.monotonic() <= until:
        chunk = pickles[len(found) : len(found) + CHUNK]
        answers = _together(function, chunk, each_s, until)
        found += answers
        for data in chunk[len(answers) :]:
            if time.monotonic() <= until:
                found.append(_alone(function, data, each_s))
    return found + [_UNUSABLE] * (len(pickles) - len(found))


def _alone(function, data, each_s):
    how, answer = bounded(lambda: json.dumps(_tried(function, data)[0]).encode(), each_s, MORE_BYTES)
    return tuple(json.loads(answer)) if how == "done" else _UNUSABLE


def _together(function, chunk, each_s, until):
    """Make calls in one fork, one after the other, and return what is told of the first ones: all of them if it ends well."""
    notes = _Notes()

    def work():
        # Ends the fork from outside of its code, wherever that is.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for data in chunk:
            signal.setitimer(signal.ITIMER_REAL, each_s)
            answer, is_full = _tried(function, data)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if is_full or not notes.add(answer):
                break
        return b""

    bounded(work, max(each_s, min(len(chunk) * each_s, until - time.monotonic())), MORE_BYTES)
    return notes.read()


class _Notes:
    """What a fork writes down for the process that made it, and what is left of it however it ends."""

    def __init__(self):
        self.memory = mmap.mmap(-1, _MOST_NOTED)
        self.end = _LENGTH.size

    def add(self, answer):
        """Note an answer, whole or not at all; tell whether there was room."""
        line = json.dumps(answer).encode() + b"\n"
        if self.end + len(line) > _MOST_NOTED:
            return False
        self.memory[self.end : self.end + len(line)] = line
        self.end += len(line)
        self.memory[: _LENGTH.size] = _LENGTH.pack(self.end)
        return True

    def read(self):
        (end,) = _LENGTH.unpack(self.memory[: _LENGTH.size])
        lines = self.memory[_LENGTH.size : max(end, _LENGTH.size)].splitlines()
        self.memory.close()
        return [tuple(json.loads(line)) for line in lines]


def _tried(function, data):
    """Make a call; return (how it ended, arcs), and whether the process had no room for it."""
    call = calls.loaded(data)
    if type(call) is calls.Unloadable:
        return _UNUSABLE, False
    calls.seed()
    with seen.Arcs(function.__code__.co_filename) as arcs:
        raised, value = calls.make(function, *call)
    # A process that is out of memory or stack, or is told to end, says more of the process than of the call.
    failure = value.error if type(value) is calls.Forced else value
    unusable = raised and isinstance(failure, (MemoryError, RecursionError, SystemExit, KeyboardInterrupt))
    outcome = "raised %s" % type(failure).__qualname__ if raised else "returned"
    return ("" if unusable else outcome, sorted(arcs.run)[:MOST_ARCS]), raised and isinstance(failure, MemoryError)
