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
        self.module = self.main = None
        self.seen = 0
        self.seconds = 0.0
        self.spent = 0.0
        self.bytes = 0
        self.digests = set()
        self.first, self.sample, self.largest = [], [], []
        self.outcomes = {}
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
        """Keep a call if it is wanted and new; returns its pickle, or None."""
        self.seen += 1
        place = self.wanted(arguments, keywords)
        if place is None:
            return None
        start = time.perf_counter()
        data = self.pickled(arguments, keywords)
        self.spent += time.perf_counter() - start
        if data is None:
            return None
        name = hashlib.sha256(data).digest()
        if name in self.digests:
            return None
        self.digests.add(name)
        if place is self.sample and len(place) >= SAMPLE:
            place[self.random.randrange(SAMPLE)] = data
        else:
            place.append(data)
        return data

    def ended(self, data, error=None):
        """Remember how a kept call ended: a replay that ends otherwise shows that the call needs what is gone by then."""
        if data is not None:
            self.outcomes[data] = "returned" if error is None else "raised %s" % type(error).__qualname__

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
            "main": self.main,
            "argv": sys.argv[1:],
            "outcomes": [self.outcomes.get(data, "") for data in calls],
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
        self.tree = tree
        self.names = names
        self.reset()

    def reset(self):
        """Begin anew, as in a forked child: what the parent kept is the parent's to write."""
        fresh = [Target(os.path.realpath(os.path.join(self.tree, n["path"])), n["qualname"], n["ordinal"]) for n in self.names]
        for target, old in zip(fresh, getattr(self, "targets", ())):  # noqa: B905 - Python 3.9 has no strict
            target.module, target.main = old.module, old.main
        self.targets = fresh

    def files(self):
        files = {}
        for target in self.targets:
            files.setdefault(target.path, set()).add((target.qualname, target.ordinal))
        return files

    def met(self, path, qualname, ordinal, function):
        real = os.path.realpath(path)
        for index, target in enumerate(self.targets):
            if (target.path, target.qualname, target.ordinal) == (real, qualname, ordinal):
                target.module = function.__module__
                spec = getattr(sys.modules.get("__main__"), "__spec__", None)
                target.main = spec.name if target.module == "__main__" and spec is not None else None
                return self.wrapped(function, index)
        return function

    def wrapped(self, function, index):
        """Return a function of the same kind that records; kinds matter to decorators and frameworks."""
        for is_kind, wrap in _WRAPPERS:
            if is_kind(function):
                return functools.wraps(function)(wrap(self, index, function))
        return functools.wraps(function)(_plain(self, index, function))

    def finish(self):
        for index, target in enumerate(self.targets):
            if target.seen:
                target.write(self.out, index)


def _plain(recorder, index, function):
    def recorded(*arguments, **keywords):
        target = recorder.targets[index]
        if getattr(target.active, "inside", False):
            return function(*arguments, **keywords)
        target.active.inside = True
        try:
            data = target.keep(arguments, keywords)
            start = time.perf_counter()
            try:
                result = function(*arguments, **keywords)
            except BaseException as error:
                target.ended(data, error)
                raise
            finally:
                target.seconds += time.perf_counter() - start
            target.ended(data)
            return result
        finally:
            target.active.inside = False

    return recorded


def _generator(recorder, index, function):
    def recorded(*arguments, **keywords):
        target = recorder.targets[index]
        data = target.keep(arguments, keywords)
        try:
            result = yield from function(*arguments, **keywords)
        except GeneratorExit:
            raise
        except BaseException as error:
            target.ended(data, error)
            raise
        target.ended(data)
        return result

    return recorded


def _coroutine(recorder, index, function):
    async def recorded(*arguments, **keywords):
        target = recorder.targets[index]
        data = target.keep(arguments, keywords)
        start = time.perf_counter()
        try:
            result = await function(*arguments, **keywords)
        except BaseException as error:
            target.ended(data, error)
            raise
        finally:
            target.seconds += time.perf_counter() - start
        target.ended(data)
        return result

    return recorded


def _async_generator(recorder, index, function):
    async def recorded(*arguments, **keywords):
        recorder.targets[index].keep(arguments, keywords)
        async for item in function(*arguments, **keywords):
            yield item

    return recorded


_WRAPPERS = (
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.isgeneratorfunction, _generator),
)
