"""Chooses which calls of a target are kept: some of each kind, the largest so far, and the first of each way to fail.

All within one number and one size. The kinds (see `signature.py`) share the room: a new kind takes a place from the kind that has most,
and within a kind there are the first few calls and a uniform sample of the others. Where there are more kinds than places, a kind stays by
chance.
"""

import random

GROUPED = 48
LARGEST = 12
RAISED = 12
FEW = 4
PER_FAILURE = 2
GROWTH = 1.25
BUSY = 256
KINDS = 20_000
TOTAL_BYTES = 24_000_000


class Kept:
    """One call that is kept, or may be: `data` is its pickle; `known`: it was found to be like no other.

    `logs` are those of generators among its arguments (see `passing.py`), `given` the arguments to call with instead; `files` are those
    that its arguments name (see `given_files.py`), where its pickle is not whole without them.
    """

    __slots__ = ("data", "files", "given", "kind", "known", "logs", "number", "outcome", "stored")

    def __init__(self, data, kind, number, known=False):
        self.data, self.kind, self.number, self.known = data, kind, number, known
        self.outcome = ""
        self.stored = False
        self.logs, self.given, self.files = (), None, None


class Choice:
    """What is kept of one target."""

    def __init__(self):
        self.groups = {}
        self.times = {}
        self.count = self.most = self.bytes = 0
        self.largest, self.raised, self.failures = [], [], {}
        self.record_size = -1
        self.random = random.Random(0)  # noqa: S311 - a sample, not a secret

    def place(self, kind, size):
        """Say where a call would go, before anyone pays for its pickle: `grouped`, `largest`, or None."""
        times = self.times.get(kind, 0) + 1
        if times > 1 or len(self.times) < KINDS:
            self.times[kind] = times
        group = self.groups.get(kind, ())
        if len(group) >= FEW and size > self.record_size * GROWTH:
            self.record_size = size
            return "largest"
        self.record_size = max(size, self.record_size) if len(group) < FEW else self.record_size
        return "grouped" if self._has_room(len(group), times) else None

    def _has_room(self, size, times):
        if not size and len(self.groups) >= GROUPED:
            # What is kept of a kind is kept from its first call on; which of too many kinds, chance decides.
            return times == 1 and self.random.random() < GROUPED / len(self.times)
        if self.count < GROUPED or size + 1 < self.most:
            # Where nothing new comes any more, equal calls are not looked at again and again.
            return times <= BUSY or self.random.random() < BUSY / times
        return size > FEW and self.random.random() < size / times

    def keep(self, call, place):
        """Keep a call; returns whether there was room for its bytes."""
        if not self._make_room(len(call.data), call.kind):
            return False
        if place == "largest":
            self.largest.append(call)
            if len(self.largest) > LARGEST:
                self._forget(self.largest.pop(0))
        else:
            self._put(call)
        self._store(call)
        return True

    def _store(self, call):
        call.stored = True
        self.bytes += len(call.data)

    def _forget(self, call):
        call.stored = False
        self.bytes -= len(call.data)

    def _put(self, call):
        group = self.groups.get(call.kind, ())
        if self.count >= GROUPED:
            if len(group) + 1 < self.most or not group:
                self._evict(max(self.groups, key=lambda kind: len(self.groups[kind])) if self.most > 1 else self._any_kind())
            else:
                self._evict(call.kind)
        self.groups.setdefault(call.kind, []).append(call)
        self.count += 1
        self.most = max(self.most, len(self.groups[call.kind]))

    def _any_kind(self):
        return self.random.choice(list(self.groups))

    def _evict(self, kind):
        """Take a call from a kind: none of the first few, as long as there are others."""
        group = self.groups[kind]
        self._remove(group[self.random.randrange(min(FEW, len(group) - 1), len(group))])

    def _remove(self, call):
        group = self.groups[call.kind]
        group.remove(call)
        if not group:
            del self.groups[call.kind]
        self.count -= 1
        self.most = max(map(len, self.groups.values()), default=0)
        self._forget(call)

    def _make_room(self, size, kind):
        """Give up large calls of kinds of which there are others, for a kind of which there is none."""
        while self.bytes + size > TOTAL_BYTES:
            spare = [call for group in self.groups.values() for call in group[1:]] + self.largest
            if kind in self.groups or not spare:
                return False
            call = max(spare, key=lambda call: len(call.data))
            if call in self.largest:
                self.largest.remove(call)
                self._forget(call)
            else:
                self._remove(call)
        return True

    def wants_failure(self, way):
        """Tell whether a call that failed in this way is to be kept."""
        return len(self.raised) < RAISED and self.failures.get(way, 0) < PER_FAILURE

    def keep_failure(self, call, way):
        """Keep a call that failed, beside its kind, so that no ordinary call takes its place."""
        if call.stored:
            if call in self.groups.get(call.kind, ()):
                self._remove(call)
            else:
                self.largest.remove(call)
                self._forget(call)
        elif not self._make_room(len(call.data), None):
            return
        self.failures[way] = self.failures.get(way, 0) + 1
        self.raised.append(call)
        self._store(call)

    def calls(self):
        """Return what is kept, the first of every kind and the failures first: who takes a part of it takes the most different ones."""
        ranked = [(rank, call.number, call) for group in self.groups.values() for rank, call in enumerate(group)]
        ranked += [(0, call.number, call) for call in self.raised] + [(GROUPED, call.number, call) for call in self.largest]
        return [call for _, _, call in sorted(ranked, key=lambda each: each[:2])]
