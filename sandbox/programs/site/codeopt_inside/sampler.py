"""Samples the stacks of all threads about a thousand times a second and adds up the time by function and line of the tree.

A sample weighs the time since the one before, so a long call into C weighs what it took. Time below the tree (standard library,
installed packages) belongs to the innermost function of the tree that led there.
"""

import json
import os
import sys
import threading
import time

INTERVAL = 0.001
WAITING = ("threading.py", "queue.py", "selectors.py", "socket.py", "thread.py", "connection.py")


class Sampler:
    """One per process; `start` runs it in a thread, `finish` writes what it saw."""

    def __init__(self, tree, out):
        self.tree = os.path.realpath(tree) + os.sep
        self.out = out
        self.keys, self.blames = {}, {}
        self.own, self.total, self.lines, self.edges = {}, {}, {}, {}
        self.seconds, self.samples = 0.0, 0
        self.running = False
        self.pid = os.getpid()
        self.main = threading.main_thread().ident

    def start(self):
        self.running = True
        sys.setswitchinterval(0.0005)
        self.thread = threading.Thread(target=self.run, name="codeopt-sampler", daemon=True)
        self.thread.start()

    def run(self):
        me = threading.get_ident()
        before = time.perf_counter()
        while self.running:
            time.sleep(INTERVAL)
            now = time.perf_counter()
            weight, before = now - before, now
            self.seconds += weight
            self.samples += 1
            for ident, frame in sys._current_frames().items():
                if ident != me and (ident == self.main or not frame.f_code.co_filename.endswith(WAITING)):
                    self.add(frame, weight)

    def key(self, code):
        """Return (path in the tree, first line, name) of a code object, or () for code outside.

        Looked up by identity: equal code of two files compares equal.
        """
        known = self.keys.get(id(code))
        if known is None:
            path = os.path.realpath(code.co_filename)
            inside = path.startswith(self.tree) and not code.co_filename.startswith("<")
            known = (path[len(self.tree) :], code.co_firstlineno, code.co_name) if inside else ()
            known = self.keys[id(code)] = (known, code)
        return known[0]

    def blamed(self, code, offset, line):
        """Return the (line, share) pairs that a sample at an instruction is for."""
        known = self.blames.get((id(code), offset))
        if known is None:
            # Whoever times calls loads this module as well, and seldom samples.
            from codeopt_inside import blame

            # The code is kept, so that no other one can have its number.
            known = self.blames[id(code), offset] = (blame.shares(code, offset, line), code)
        return known[0]

    def add(self, frame, weight):
        below, met = None, set()
        while frame is not None:
            key = self.key(frame.f_code)
            if key:
                if below is None:
                    self.own[key] = self.own.get(key, 0.0) + weight
                    for line, share in self.blamed(frame.f_code, frame.f_lasti, frame.f_lineno or key[1]):
                        place = (key[0], line)
                        self.lines[place] = self.lines.get(place, 0.0) + share * weight
                elif key != below:
                    self.edges[(key, below)] = self.edges.get((key, below), 0.0) + weight
                if key not in met:
                    met.add(key)
                    self.total[key] = self.total.get(key, 0.0) + weight
                below = key
            frame = frame.f_back

    def finish(self):
        if os.getpid() != self.pid:
            return
        self.running = False
        self.thread.join(1.0)
        report = {
            "seconds": self.seconds,
            "samples": self.samples,
            "functions": [[*key, self.own.get(key, 0.0), total] for key, total in self.total.items()],
            "lines": [[*place, seconds] for place, seconds in self.lines.items()],
            "edges": [[*pair[0], *pair[1], seconds] for pair, seconds in self.edges.items()],
        }
        name = os.path.join(self.out, "profile-%d-%s.json" % (os.getpid(), os.urandom(4).hex()))
        with open(name + ".part", "w", encoding="utf-8") as file:
            json.dump(report, file)
        os.rename(name + ".part", name)
