"""Puts mutants of a function through its recorded calls, each in a process of its own, and tells how each fared.

A child compiles the mutant, gives its code to the function, makes the calls in order, and stops at the first that does not do what the
original does; at the end it looks at what the calls have left in the module. What the original does is learnt first, in a child like the
others, and once more: only calls by which it does there what is expected of it, and does so twice, are compared. Of an exception that the
interpreter raised by itself the message is no behaviour (see `raising`).
"""

import __future__

import ast
import collections
import contextlib
import gc
import hashlib
import importlib.util
import mmap
import os
import random
import resource
import struct
import time
import types

from codeopt_inside import calls, canon, raising, world
from codeopt_inside.bounded import bounded
from codeopt_inside.printed import Printed

KILLED, HUNG, SURVIVED, UNFIT, UNTRIED = "killed", "hung", "survived", "unfit", "untried"

_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
LARGEST_FILE = 64 << 20

# What a call did: `loose` leaves out what an exception says, and is empty where that counts or where nothing was raised.
Answer = collections.namedtuple("Answer", ("digest", "loose", "printed"))  # noqa: PYI024 - as quick to import as it gets


class Known:
    """What the original does, in memory that children share: which call is made now, and of each call how it is compared, and with what."""

    IGNORED, STRICT, LOOSE = range(3)
    HEAD, SIZE = 4, 33

    def __init__(self, count):
        self.memory = mmap.mmap(-1, self.HEAD + self.SIZE * count)

    def at(self, position):
        struct.pack_into(">I", self.memory, 0, position)

    def now(self):
        return struct.unpack_from(">I", self.memory, 0)[0]

    def put(self, position, answer):
        how = self.LOOSE if answer.loose else self.STRICT
        struct.pack_into("B32s", self.memory, self.HEAD + self.SIZE * position, how, self.mark(answer, how))

    def differs(self, position, answer):
        how, mark = struct.unpack_from("B32s", self.memory, self.HEAD + self.SIZE * position)
        return how != self.IGNORED and mark != self.mark(answer, how)

    def ignore(self, position):
        self.memory[self.HEAD + self.SIZE * position] = self.IGNORED

    def compared(self):
        """Return how many there are with which something is compared."""
        return sum(how != self.IGNORED for how in self.memory[self.HEAD :: self.SIZE])

    def mark(self, answer, how):
        did = answer.loose if how == self.LOOSE and answer.loose else answer.digest
        return hashlib.sha256((did + answer.printed).encode()).digest()


class Trial:
    """One function with its calls; what makes them is for children, whose function is theirs to change."""

    def __init__(self, function, recorded, wanted, limit):
        self.function, self.recorded, self.wanted, self.limit = function, recorded, wanted, limit
        self.known = Known(len(recorded) + 1)
        self.printed = Printed()

    def learn(self):
        for position, answer in self.answers():
            anything = self.wanted is None or position == len(self.recorded)
            if anything or (self.wanted[position][0] and [answer.digest, answer.printed] == list(self.wanted[position])):
                self.known.put(position, answer)
        return SURVIVED

    def confirm(self):
        """Leave out what the original itself does differently the next time."""
        for position, answer in self.answers():
            if self.known.differs(position, answer):
                self.known.ignore(position)
        return SURVIVED

    def judge(self, code):
        if code is None:
            return UNFIT
        self.function.__code__ = code
        return KILLED if any(self.known.differs(position, answer) for position, answer in self.answers()) else SURVIVED

    def answers(self):
        """Yield what each call did, then what all of them have left in the module and of the random numbers."""
        calls.seed()
        self.printed.take()
        for position, data in enumerate(self.recorded):
            self.known.at(position)
            yield position, self.answer(data)
        self.known.at(len(self.recorded))
        left = sorted(world.public_state(self.function.__module__).items())
        yield len(self.recorded), Answer(repr((left, random.getstate())), "", "")

    def answer(self, data):
        call = calls.loaded(data)
        if type(call) is calls.Unloadable:
            return Answer("", "", "")
        raised, value = calls.make(self.function, *call)
        digest, loose = self.named(call, raised, value)
        return Answer(digest, loose, canon.digest([canon.atom(self.printed.taken())]))

    def named(self, call, raised, value):
        """Return the digest of what a call did, and that without an exception's words, where they are the interpreter's."""
        drained = {}
        try:
            digest = canon.digest(calls.encoded(*call, raised, value, self.limit, drained))
            if not raised or raising.explicit(value.error if type(value) is calls.Forced else value):
                return digest, ""
            return digest, canon.digest(calls.loosely(*call, value, self.limit, drained))
        except Exception:
            return "", ""


class Place:
    """Where a function stands in its file: the lines of the top-level statement around it are all that has to be compiled."""

    def __init__(self, code, source):
        self.code = code
        self.first, self.last = 1, None
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.parse(_text(source)).body:
                first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", ()))])
                if first <= code.co_firstlineno <= node.end_lineno:
                    self.first, self.last = first, node.end_lineno

    def of(self, source):
        """Return the code of the same function in a mutant's source; None where there is none that fits."""
        try:
            lines = _text(source).split("\n")[self.first - 1 : self.last]
            text = "\n" * (self.first - 1) + "\n".join(lines) + "\n"
            whole = compile(text, self.code.co_filename, "exec", self.code.co_flags & _FUTURE, dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
        found = [code for code in _codes(whole) if self.like(code)]
        return found[0] if len(found) == 1 else None

    def like(self, code):
        mine = self.code
        same = (code.co_name, code.co_firstlineno, code.co_freevars) == (mine.co_name, mine.co_firstlineno, mine.co_freevars)
        # Before Python 3.11 code does not know where it is nested.
        return same and getattr(code, "co_qualname", "") == getattr(mine, "co_qualname", "")


def _text(source):
    return importlib.util.decode_source(source)


def _codes(code):
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            yield constant
            yield from _codes(constant)


def fates(function, recorded, request):
    """Return (fate, position of the call that decided it) of each mutant of a function, in order; behind the last call is what all left.

    `request` holds the mutants' `sources` (files as text, bytes that are none escaped), `wanted` (the digests of what each recorded call
    does and prints, as `calls.told` has them; where the first is empty, the call is made and not compared; None: all that the original does
    twice is wanted), the `limit` of digests, and two times. A mutant is `killed` where a call does something else, and also where it makes
    its process end (`crashed`), or takes longer than `each_s` for all calls (`hung`). It has `survived` all calls, or is `unfit`: its code
    has no place in the function. `untried` are those that were not reached within `all_s`, and all where the original itself does not come
    to its end, or does nothing of what is wanted. What calls do outside of their process stays done.
    """
    end = time.monotonic() + request["all_s"]
    sources = [text.encode("utf-8", "surrogateescape") for text in request["sources"]]
    trial = Trial(function, recorded, request["wanted"], request["limit"])
    gc.collect()
    gc.freeze()
    try:
        learnt = all(bounded(_by_itself(work), max(0.0, end - time.monotonic()))[0] == "done" for work in (trial.learn, trial.confirm))
        # One is what the calls leave behind.
        if not sources or not learnt or trial.known.compared() <= 1:
            return [(UNTRIED, 0)] * len(sources)
        place = Place(function.__code__, sources[0])
        return [_fate(trial, place, source, request["each_s"], end) for source in sources]
    finally:
        gc.unfreeze()


def _fate(trial, place, source, each_s, end):
    left = end - time.monotonic()
    if left <= 0:
        return UNTRIED, 0
    trial.known.at(0)
    how, fate = bounded(_by_itself(lambda: trial.judge(place.of(source))), min(left, each_s))
    if how == HUNG and left < each_s:
        return UNTRIED, 0
    return fate.decode() if how == "done" else how, trial.known.now()


def _by_itself(work):
    """Let nothing that the calls do be heard but `work`'s result, and that once: a call may fork, and come back twice."""

    def done():
        me = os.getpid()
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        largest = LARGEST_FILE if hard == resource.RLIM_INFINITY else min(LARGEST_FILE, hard)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
        fate = work().encode()
        if os.getpid() != me:
            os._exit(0)
        return fate

    return done
