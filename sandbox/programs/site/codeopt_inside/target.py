"""What is kept of the calls of one target while it is recorded.

Bounded in number, bytes and time: which calls are kept, `choice.py` says; equal arguments are kept once. Arguments are pickled before the
call, so that what the call changes does not show.

How a call ends is not known when its arguments must be copied. So calls that nobody wants are copied as well, for the sake of those that
fail, as long as that takes less than half a second and a tenth of the target's own time. After that only numbers and texts can be copied
once a call has failed, and of a kind of which one got away the next calls are copied ahead.
"""

import hashlib
import json
import os
import struct
import sys
import threading
import time

from codeopt_inside import given_files, passing, raising, values
from codeopt_inside.choice import KINDS, TOTAL_BYTES, Choice, Kept
from codeopt_inside.signature import short, signed

CALL_BYTES = 4_000_000
SECONDS = 60.0
ASIDE_SECONDS = 0.5
ASIDE_SHARE = 0.1
HUNTED = 200


class Target:
    """What is kept of one target."""

    def __init__(self, path, qualname, ordinal):
        self.path, self.qualname, self.ordinal = path, qualname, ordinal
        self.module = self.main = None
        self.seen = self.yielded = 0
        self.seconds = self.spent = self.spent_aside = 0.0
        self.digests = set()
        self.choice = Choice()
        self.hunted = {}
        self.skipped = {}
        self.active = threading.local()
        self.busy = threading.Lock()

    def skip(self, reason):
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def begun(self, arguments, keywords):
        """Copy a call if it is wanted and new, or may fail in a new way; returns it, or None."""
        self.seen += 1
        # A call that another thread makes meanwhile, or that copying makes, is counted only.
        if not self.busy.acquire(False):
            return None
        try:
            if self.spent > SECONDS:
                self.skip("recording took more than %d s" % SECONDS)
                return None
            kind, size, fixed = signed(arguments, keywords)
            place = self.choice.place(kind, size)
            if place is not None:
                return self._kept(arguments, keywords, kind, place)
            if not fixed and self._may_fail_anew(kind):
                return self._aside(arguments, keywords, kind)
            return None
        finally:
            self.busy.release()

    def _kept(self, arguments, keywords, kind, place):
        start = time.perf_counter()
        arguments, keywords, logs = passing.tapped(arguments, keywords)
        data, files = self.pickled(arguments, keywords, logs=logs)
        self.spent += time.perf_counter() - start
        # What generators yield is not known yet.
        if data is None or not (logs or self._is_new(data)):
            return None
        call = Kept(data, kind, self.seen, known=True)
        if logs:
            call.logs, call.given, call.files = list(logs.values()), (arguments, keywords), files
        if not self.choice.keep(call, place):
            self.skip("recording of more than %d bytes" % TOTAL_BYTES)
        return call

    def _is_new(self, data):
        name = hashlib.sha256(data).digest()
        if name in self.digests:
            return False
        self.digests.add(name)
        return True

    def _may_fail_anew(self, kind):
        """Tell whether a call is worth a copy only because it may fail: as long as that costs little, or after one of its kind got away."""
        left = self.hunted.get(kind, 0)
        if left:
            self.hunted[kind] = left - 1
        return left > 0 or self.spent_aside < ASIDE_SECONDS + ASIDE_SHARE * self.seconds

    def _aside(self, arguments, keywords, kind):
        start = time.perf_counter()
        data, _ = self.pickled(arguments, keywords, tell=False)
        spent = time.perf_counter() - start
        self.spent += spent
        self.spent_aside += spent
        return None if data is None else Kept(data, kind, self.seen)

    def returned(self, call):
        """Remember how a kept call ended: a replay that ends otherwise shows that the call needs what is gone by then."""
        if call is not None:
            call.outcome = "returned"

    def failed(self, call, error, arguments, keywords):
        """Remember that a call failed, and keep it if it is among the first that failed in this way."""
        name = "raised %s" % type(error).__qualname__
        if call is not None:
            call.outcome = name
        origin = raising.origin(error)
        way = (name, origin.tb_lineno if origin is not None else 0)
        if not self.choice.wants_failure(way) or not self.busy.acquire(False):
            return
        try:
            call = call or self._afterwards(arguments, keywords)
            if call is not None and (call.known or self._is_new(call.data)):
                call.outcome = name
                self.choice.keep_failure(call, way)
        finally:
            self.busy.release()

    def _afterwards(self, arguments, keywords):
        """Copy a call that failed, where nothing could change its arguments; look out for the next of its kind elsewhere."""
        kind, _, fixed = signed(arguments, keywords)
        if fixed:
            data, _ = self.pickled(arguments, keywords, tell=False)
            return None if data is None else Kept(data, kind, self.seen)
        if len(self.hunted) < KINDS:
            self.hunted.setdefault(kind, HUNTED)
        return None

    def pickled(self, arguments, keywords, tell=True, logs=()):
        """Return the pickle of a call, and the files that it names, if any; None, and the reason counted, where there is no pickle.

        It is whole where there are no logs: else what these will have noted is missing, and the files.
        """
        try:
            # A replay loads the script again only for a target that lies in it.
            script = self.module not in values.MAINS
            files = given_files.found(arguments, keywords)
            data = passing.dumps((arguments, keywords), script, logs, files)
            data = data if files is None or logs else passing.whole(data, (), files)
        except Exception as error:
            if tell:
                self.skip("cannot be copied: %s" % _short(error))
            return None, None
        if len(data) > CALL_BYTES:
            self.skip("arguments of more than %d bytes" % CALL_BYTES)
            return None, None
        return data, files

    def _whole(self, call):
        """Yield the pickle of a kept call; none, and the reason counted, where what its generators yielded cannot be told."""
        if not call.logs:
            yield call.data
            return
        self.yielded += sum(log.bytes for log in call.logs)
        reason = "what generators yielded is more than %d bytes" % TOTAL_BYTES if self.yielded > TOTAL_BYTES else ""
        reason = next((log.reason for log in call.logs if log.reason), reason)
        if reason:
            self.skip(reason)
        else:
            yield passing.whole(call.data, call.logs, call.files)

    def write(self, out, index):
        """Write one frame of JSON and one frame for each call; nothing when there was no call."""
        calls = [(call, data) for call in self.choice.calls() for data in self._whole(call)]
        head = {
            "target": index,
            "module": self.module,
            "main": self.main,
            "argv": sys.argv[1:],
            "outcomes": [call.outcome for call, _ in calls],
            "signatures": [short(call.kind) for call, _ in calls],
            "path": [entry for entry in sys.path if entry],
            "seen": self.seen,
            "seconds": self.seconds,
            "calls": len(calls),
            "skipped": self.skipped,
        }
        name = os.path.join(out, "calls-%d-%d-%s.bin" % (index, os.getpid(), os.urandom(4).hex()))
        with open(name + ".part", "wb") as file:
            frames = [json.dumps(head).encode(), *[data for _, data in calls]]
            file.writelines(struct.pack(">I", len(data)) + data for data in frames)
        os.rename(name + ".part", name)


def _short(error):
    return ("%s: %s" % (type(error).__name__, error)).splitlines()[0][:120]
