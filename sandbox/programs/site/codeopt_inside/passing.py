"""Copies generators that calls are given: what was taken out of them is all that can be known of them.

A recorded call gets a generator that passes everything on and writes down what went through. In its pickle stands one that yields the same
items, raises or ends the same way, and counts what is taken. Asked for more than the recorded call took, it says so, and what the call
does then can be compared with nothing.
"""

import io
import pickle
import types

from codeopt_inside import byvalue, given_files, values
from codeopt_inside.signature import is_fixed

MOST_ITEMS = 10_000
MOST_BYTES = 4_000_000
MORE, ENDED, RAISED = "more", "ended", "raised"


class Log:
    """What went through one generator; `reason` says why it cannot be told again."""

    def __init__(self):
        self.items, self.bytes = [], 0
        self.ending, self.value = MORE, None
        self.reason = ""

    def take(self, item):
        """Note an item as it is now: what takes it may change it."""
        if self.reason:
            return
        self.items.append(self.noted(item))
        if len(self.items) > MOST_ITEMS or self.bytes > MOST_BYTES:
            self.reason = "a generator of more than %d items or %d bytes" % (MOST_ITEMS, MOST_BYTES)
        if self.reason:
            self.items.clear()

    def end(self, ending, value):
        self.ending, self.value = ending, self.noted(value)

    def noted(self, value):
        """Return (True, value) for what nothing can change, else (False, its pickle)."""
        if is_fixed(value):
            self.bytes += 8 if type(value) not in (str, bytes) else len(value)
            return True, value
        try:
            data = byvalue.dumps(value)
        except Exception as error:
            self.reason = self.reason or "cannot be copied: an item of a generator (%s)" % type(error).__name__
            return True, None
        self.bytes += len(data)
        return False, data


def passed(source, log):
    """Be like `source`, and note what it yields."""
    advance, given = source.__next__, ()
    while True:
        try:
            item = advance(*given)
        except StopIteration as stop:
            log.end(ENDED, stop.value)
            return stop.value
        except BaseException as error:
            log.end(RAISED, error)
            raise
        log.take(item)
        try:
            sent = yield item
        except GeneratorExit:
            source.close()
            raise
        except BaseException as error:
            log.reason = "a generator that exceptions are thrown into"
            advance, given = source.throw, (error,)
        else:
            log.reason = log.reason if sent is None else "a generator that values are sent to"
            advance, given = (source.__next__, ()) if sent is None else (source.send, (sent,))


def tapped(arguments, keywords):
    """Return the arguments with what passes on in the place of generators, and the logs, by the number of what passes on."""
    taps, logs = {}, {}

    def tap(value):
        if type(value) is not types.GeneratorType:
            return value
        if id(value) not in taps:
            log = Log()
            taps[id(value)] = passed(value, log)
            logs[id(taps[id(value)])] = log
        return taps[id(value)]

    return tuple(tap(value) for value in arguments), {name: tap(value) for name, value in keywords.items()}, logs


class _Pickler(byvalue.Pickler):
    """Writes only which log it is in the place of each generator that has one."""

    def __init__(self, buffer, script, logs):
        super().__init__(buffer, script)
        self.places = {number: at for at, number in enumerate(logs)}

    def persistent_id(self, value):
        return self.places.get(id(value))


def dumps(call, script, logs, files):
    """Return the pickle of arguments that `tapped` gave, to be completed by `whole` when all is known; `files` are those of the call."""
    return _inner(_Pickler, call, files, script, logs) if logs else _inner(byvalue.Pickler, call, files, script)


def again(call, pickler=byvalue.Pickler):
    """Return the whole pickle of a call that was made of recorded ones, with the files that these came with."""
    files = given_files.found(*call) if given_files.any_laid() else None
    inner = _inner(pickler, call, files)
    return inner if files is None else whole(inner, (), files)


def _inner(pickler, call, files, *others):
    buffer = io.BytesIO()
    if files is None:
        pickler(buffer, *others).dump(call)
    else:
        writer = given_files.naming(pickler)(buffer, *others)
        writer.files = files
        writer.dump(call)
    return buffer.getvalue()


class _Whole:
    def __init__(self, inner, logs, files):
        told = [(log.items, log.ending, log.value) for log in logs]
        self.parts = (inner, told) if files is None else (inner, told, files.table)

    def __reduce__(self):
        return restored, self.parts


def whole(inner, logs, files=None):
    """Return the pickle of a call, of what its generators yielded, and of its files."""
    return pickle.dumps(_Whole(inner, logs, files), 4)


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer, made, folder):
        super().__init__(buffer)
        self.made, self.folder = made, folder

    def persistent_load(self, what):
        return self.made[what] if type(what) is int else given_files.named(what, self.folder)


def restored(inner, told, table=None):
    """Return the call that was pickled, with generators that yield what was taken then, and its files laid out anew."""
    made = [standing([_known(item) for item in items], ending, _known(value)) for items, ending, value in told]
    folder = None if table is None else given_files.laid(table)
    arguments, keywords = _Unpickler(io.BytesIO(inner), made, folder).load()
    if folder is not None:
        given_files.belongs(folder, keywords)
    return arguments, keywords


def _known(noted):
    if noted is None:
        return None
    fixed, value = noted
    return value if fixed else pickle.loads(value)


class State:
    """How far a generator has come that stands in for another."""

    def __init__(self, items, ending, value):
        self.items, self.ending, self.value = items, ending, value
        self.taken = 0
        self.asked = False

    def reduced(self):
        """Say how to make it again."""
        return standing, (self.items, self.ending, self.value)


def standing(items, ending, value):
    """Return a generator that stands in for a recorded one."""
    state = State(items, ending, value)
    generator = _yielding(state)
    values.standing[generator] = state
    return generator


def _yielding(state):
    for item in state.items:
        state.taken += 1
        yield item
    state.asked = True
    if state.ending == MORE:
        raise values.OpaqueError(values.BEYOND)
    if state.ending == RAISED:
        raise state.value
    return state.value
