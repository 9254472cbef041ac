"""Makes calls twice and sees how control passes through the lines of the target's file, and how much memory the second time leaves."""

import gc
import sys
import tracemalloc

from codeopt_inside import calls

OUTSIDE = 0
# A function that is called so often has shown its ways: after that only some of its calls are looked at.
OFTEN = 2_000
ONE_IN = 97


class Arcs:
    """The pairs of lines of a file of which the second ran right after the first, within one frame.

    Line 0 stands for what is outside of the frame: an arc from there is its beginning, one to there its return. Where an exception passes
    there is no arc: it would look like a branch.
    """

    def __init__(self, path):
        self.path = path
        self.run = set()
        self.calls = {}

    def __enter__(self):
        sys.settrace(self.called)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def called(self, frame, _event, _arg):
        code = frame.f_code
        if code.co_filename != self.path:
            return None
        # By identity: to hash code takes longer than to trace a short call.
        count = self.calls[id(code)] = self.calls.get(id(code), 0) + 1
        if count > OFTEN and count % ONE_IN:
            return None
        last, add = OUTSIDE, self.run.add

        def passed(frame, event, _arg):
            nonlocal last
            if event == "line":
                line = frame.f_lineno
                add((OUTSIDE if last is None else last, line))
                last = line
            elif event == "exception":
                last = None
            elif event == "return" and last is not None:
                add((last, OUTSIDE))
            return passed

        return passed


def seen(function, recorded):
    """Return the arcs that were passed, and the bytes that the second round of the same calls left."""
    arcs = Arcs(function.__code__.co_filename)
    _make(function, recorded, arcs)
    gc.collect()
    tracemalloc.start()
    _make(function, recorded, arcs)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return sorted(arcs.run), kept


def _make(function, recorded, arcs):
    for data in recorded:
        call = calls.loaded(data)
        if type(call) is not calls.Unloadable:
            # Rebuilding the arguments may run the same file, and is no part of the call.
            with arcs:
                calls.make(function, *call)
