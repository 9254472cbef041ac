"""Keeps the arguments of real calls while a workload runs.

Bounded in number, bytes and time. Of the calls of a target it keeps the first ones, a uniform sample of all, and those whose arguments
were the largest so far; equal arguments are kept once. Arguments are pickled before the call, so that what the call changes does not
show. Nested calls of one target (recursion) belong to the outer call.
"""

import functools
import hashlib
import inspect
import io
import json
import os
import pickle
import random
import struct
import sys
import threading
import time

FIRST = 16
SAMPLE = 40
LARGEST = 16
GROWTH = 1.25
CALL_BYTES = 4_000_000
TOTAL_BYTES = 24_000_000
SECONDS = 60.0


class Target:
    """What is kept of one target."""

    def __init__(self, path, qualname, ordinal):
        self.path, self.qualname, self.ordinal = path, qualname, ordinal
        self.module = None
        self.seen = 0
        self.seconds = 0.0
        self.spent = 0.0
        self.bytes = 0
        self.digests = set()
        self.first, self.sample, self.largest = [], [], []
        self.record_size = -1
        self.skipped = {}
        self.active = threading.local()
        self.random = random.Random(0)  # noqa: S311 - a sample, not a secret

    def skip(self, reason):
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def wanted(self, arguments, keywords):
        """Say which collection a call would enter, before paying for its pickle."""
        if self.spent > SECONDS:
            self.skip("recording took more than %d s" % SECONDS)
            return None
        if len(self.first) < FIRST:
            return self.first
        size = sum(_size(value) for value in arguments) + sum(_size(value) for value in keywords.values())
        if size > self.record_size * GROWTH and len(self.largest) < LARGEST * 4:
            self.record_size = size
            return self.largest
        if len(self.sample) < SAMPLE or self.random.random() < SAMPLE / self.seen:
            return self.sample
        return None

    def keep(self, arguments, keywords):
        """Keep a call if it is wanted and new."""
        self.seen += 1
        place = self.wanted(arguments, keywords)
        if place is None:
            return
        start = time.perf_counter()
        data = self.pickled(arguments, keywords)
        self.spent += time.perf_counter() - start
        if data is None:
            return
        name = hashlib.sha256(data).digest()
        if name in self.digests:
            return
        self.digests.add(name)
        if place is self.sample and len(place) >= SAMPLE:
            place[self.random.randrange(SAMPLE)] = data
        else:
            place.append(data)

    def pickled(self, arguments, keywords):
        buffer = io.BytesIO()
        try:
            pickle.Pickler(buffer, 4).dump((arguments, keywords))
        except Exception as error:
            self.skip("cannot be copied: %s" % _short(error))
            return None
        data = buffer.getvalue()
        if len(data) > CALL_BYTES:
            self.skip("arguments of more than %d bytes" % CALL_BYTES)
            return None
        if self.bytes + len(data) > TOTAL_BYTES:
            self.skip("recording of more than %d bytes" % TOTAL_BYTES)
            return None
        self.bytes += len(data)
        return data

    def write(self, out, index):
        """Write one frame of JSON and one frame for each call; nothing when there was no call."""
        calls = list(dict.fromkeys(self.first + self.sample + self.largest[-LARGEST:]))
        head = {
            "target": index,
            "module": self.module,
            "path": [entry for entry in sys.path if entry],
            "seen": self.seen,
            "seconds": self.seconds,
            "calls": len(calls),
            "skipped": self.skipped,
        }
        name = os.path.join(out, "calls-%d-%d-%s.bin" % (index, os.getpid(), os.urandom(4).hex()))
        with open(name + ".part", "wb") as file:
            file.writelines(struct.pack(">I", len(data)) + data for data in [json.dumps(head).encode(), *calls])
        os.rename(name + ".part", name)


def _size(value):
    try:
        return len(value)
    except Exception:
        return int(abs(value)) if type(value) is int and abs(value) < 1 << 40 else 0


def _short(error):
    return ("%s: %s" % (type(error).__name__, error)).splitlines()[0][:120]


class Recorder:
    """Wraps each target as it is met, and writes what was kept at exit."""

    def __init__(self, tree, out, names):
        self.out = out
        self.targets = [Target(os.path.realpath(os.path.join(tree, n["path"])), n["qualname"], n["ordinal"]) for n in names]
        self.pid = os.getpid()

    def files(self):
        files = {}
        for target in self.targets:
            files.setdefault(target.path, set()).add((target.qualname, target.ordinal))
        return files

    def met(self, path, qualname, ordinal, function):
        real = os.path.realpath(path)
        for target in self.targets:
            if (target.path, target.qualname, target.ordinal) == (real, qualname, ordinal):
                target.module = function.__module__
                return self.wrapped(function, target)
        return function

    def wrapped(self, function, target):
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def recorded(*arguments, **keywords):
                target.keep(arguments, keywords)
                return await function(*arguments, **keywords)

            return recorded

        @functools.wraps(function)
        def recorded(*arguments, **keywords):
            if getattr(target.active, "inside", False):
                return function(*arguments, **keywords)
            target.active.inside = True
            try:
                target.keep(arguments, keywords)
                start = time.perf_counter()
                try:
                    return function(*arguments, **keywords)
                finally:
                    target.seconds += time.perf_counter() - start
            finally:
                target.active.inside = False

        return recorded

    def finish(self):
        for index, target in enumerate(self.targets):
            if target.seen:
                target.write(self.out, index)
