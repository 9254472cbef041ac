"""The seat: where a process sits at its benchmark and makes calls until the host says that it is over."""

import gc
import itertools
import os
import sys
import threading
import time
import types

from codeopt_inside import calls
from codeopt_inside.sampler import Sampler

LONGEST = 300


class ProblemError(Exception):
    """Something that is told to the host in these words."""


class SkippedError(ProblemError):
    """The benchmark does not want to run here."""


def line(error):
    """Return one line that says what an exception is."""
    words = str(error).strip().splitlines()
    text = words[0] if words else ""
    if not isinstance(error, ProblemError):
        text = "%s: %s" % (type(error).__name__, text) if text else type(error).__name__
    return text[:LONGEST]


class Work:
    """A function that may be called as often as one likes, always on the same arguments.

    `most` is how many calls one batch can hold; `planned` is how many its author foresaw in one process; None where that is no matter.
    """

    most = None
    planned = None

    def __init__(self, function, args=(), keywords=None, planned=None):
        self.function, self.args, self.keywords = function, args, keywords or {}
        self.planned = planned
        self.result, self.made, self.seconds = None, 0, 0.0

    def prepare(self, count):
        """Get ready for so many calls; not timed."""

    def run(self, count, begin, end):
        function, args, keywords, result = self.function, self.args, self.keywords, None
        times = itertools.repeat(None, count)
        begin()
        start = time.perf_counter()
        for _ in times:
            result = function(*args, **keywords)
        self.keep(result, count, time.perf_counter() - start)
        end()

    def keep(self, result, count, seconds):
        """Remember the last result; a coroutine that nobody awaits did nothing that could be timed."""
        if type(result) is types.CoroutineType:
            result.close()
            raise ProblemError("the function returns a coroutine that nobody awaits, so nothing of it runs")
        if count:
            self.result, self.made, self.seconds = result, self.made + count, seconds / count

    def clear(self):
        """Tidy up after a batch; not timed."""

    def outcomes(self):
        raise ProblemError("only recorded calls have outcomes")

    def finished(self):
        """Return what the last call returned, making one if there was none."""
        if not self.made:
            self.prepare(1)
            self.run(1, _nothing, _nothing)
            self.clear()
        return self.result


def _nothing():
    pass


class Seat:
    """The one place in this process where a benchmark can be sat at."""

    def __init__(self, pipe, tree):
        self.pipe, self.tree = pipe, tree
        self.taken = self.left = False

    def sit(self, work):
        """Make calls of `work` as the host asks, until it is over; returns what the last call returned."""
        if self.taken:
            raise ProblemError("the benchmark is used twice in one test: only once can be timed")
        self.taken = True
        # The garbage collector stays as the code has it, on both sides the same; garbage of before is collected before each batch.
        self.pipe.send({"ready": os.getpid(), "most": work.most, "planned": work.planned, "collects": gc.isenabled()})
        while True:
            request = self.pipe.receive()
            if request is None:
                os._exit(0)
            if request["op"] == "end":
                result = work.finished()
                self.left = True
                return result
            try:
                getattr(self, "_" + request["op"])(work, request)
            except BaseException as error:
                # Not for the code around the benchmark to catch: the host waits.
                kind = "skipped" if isinstance(error, SkippedError) else "failed"
                self.pipe.send({kind: line(error)})
                os._exit(0)

    def _batch(self, work, request):
        count = request["calls"]
        self._make(work, count, lambda: self._wait(count), lambda: self.pipe.send({"done": count}))

    def _wait(self, count):
        self.pipe.send({"prepared": count})
        if self.pipe.receive() is None:
            os._exit(0)

    def _make(self, work, count, begin, end):
        # The same numbers for every batch of both sides, where calls draw any.
        calls.seed()
        work.prepare(count)
        gc.collect()
        work.run(count, begin, end)
        work.clear()

    def _reach(self, work, _request):
        look = _Look()
        self._make(work, 1, look.begin, look.end)
        key = Sampler(self.tree, "").key
        places = {key(code) for code in look.codes.values()}
        self.pipe.send({"reached": sorted(place for place in places if place), "files": imported(self.tree)})

    def _sample(self, work, request):
        sampler, left = Sampler(self.tree, ""), request["calls"]
        interval = sys.getswitchinterval()

        def end():
            sampler.running = False
            sampler.thread.join()
            sys.setswitchinterval(interval)

        while left:
            count = left if work.most is None else min(left, work.most)
            self._make(work, count, sampler.start, end)
            left -= count
        rows = [[*key, sampler.own.get(key, 0.0), total] for key, total in sampler.total.items()]
        self.pipe.send({"sampled": sampler.seconds, "samples": sampler.samples, "rows": rows})

    def _outcomes(self, work, _request):
        self.pipe.send({"outcomes": work.outcomes()})


class _Look:
    """Sees which code runs, in this thread and in those that are started meanwhile; from Python 3.12 on in all."""

    def __init__(self):
        self.codes = {}

    def begin(self):
        self.before = sys.getprofile()
        getattr(threading, "setprofile_all_threads", threading.setprofile)(self.called)
        sys.setprofile(self.called)

    def end(self):
        sys.setprofile(None)
        getattr(threading, "setprofile_all_threads", threading.setprofile)(None)
        sys.setprofile(self.before)

    def called(self, frame, event, _arg):
        if event == "call":
            # By identity: equal code of two files compares equal.
            self.codes[id(frame.f_code)] = frame.f_code


def imported(tree):
    """Return the files of the tree that modules of this process were loaded from."""
    root, found = os.path.realpath(tree) + os.sep, set()
    for module in list(sys.modules.values()):
        # Not asked of the module itself: lazy ones import something then.
        path = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(path, str) and os.path.realpath(path).startswith(root):
            found.add(os.path.realpath(path)[len(root) :])
    return sorted(found)
