"""Makes calls twice and sees which lines of the target's file run, and how much memory the second time leaves behind."""

import gc
import sys
import tracemalloc

from codeopt_inside import calls


class Lines:
    """The lines of a file that run meanwhile."""

    def __init__(self, path):
        self.path = path
        self.run = set()

    def __enter__(self):
        sys.settrace(self.called)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def called(self, frame, _event, _arg):
        if frame.f_code.co_filename != self.path:
            return None
        self.run.add(frame.f_lineno)
        return self.passed

    def passed(self, frame, _event, _arg):
        self.run.add(frame.f_lineno)
        return self.passed


def seen(function, recorded):
    """Return the lines that ran, and the bytes that the second round of the same calls left."""
    with Lines(function.__code__.co_filename) as lines:
        _make(function, recorded)
        gc.collect()
        tracemalloc.start()
        _make(function, recorded)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    return sorted(lines.run), kept


def _make(function, recorded):
    for data in recorded:
        call = calls.loaded(data)
        if type(call) is not calls.Unloadable:
            calls.make(function, *call)
